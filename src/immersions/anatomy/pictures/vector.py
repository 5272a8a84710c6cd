"""A layout as SVG, for print: circles, and a limited number of straight lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures.colours import NIGHT, encoded, vertex_colours
from immersions.anatomy.pictures.edges import Edges, sampled
from immersions.anatomy.pictures.picture import USUAL, Placed, Style, radii
from immersions.anatomy.pictures.placing import frame_around, upright

MOST_CIRCLES = 60_000
MOST_LINES = 12_000
TINTS = 12
"""Colours of the circles of a layer."""


@dataclass(frozen=True)
class Drawing:
    """An SVG file's text, and in words what was left out to keep it small."""

    text: str
    notes: tuple[str, ...]


def svg(
    layout: Placed,
    graph: Graph | None = None,
    *,
    width: int = 1200,
    height: int | None = None,
    snapshot: int = 0,
    most_circles: int = MOST_CIRCLES,
    most_lines: int = MOST_LINES,
    style: Style = USUAL,
) -> Drawing:
    """The layout as a drawing, as `picture` has it; some megabytes at most.

    Where there are more vertices than `most_circles`, neighbours of one layer are drawn as one.
    """
    turned = upright(layout.positions, layout.layer, layout.pitch)
    frame = frame_around(turned, width, height)
    points = frame.pixels(turned[snapshot])
    sizes = radii(points, layout.layer, frame, style)
    colours = vertex_colours(layout.layer, layout.channel)
    notes: list[str] = []
    parts = [*_lines(graph, points, colours, most_lines, style, notes)]
    shown = _thinned(points, layout.layer, most_circles)
    if len(shown) < len(points):
        notes.append(f"{len(points)} vertices drawn as {len(shown)} circles")
        sizes = sizes * np.sqrt(min(4.0, len(points) / len(shown)))
    parts += _circles(points[shown], sizes[shown], colours[shown], layout.layer[shown])
    night = _hex(np.array([NIGHT], np.float32))[0]
    about = f"<desc>{'; '.join(notes)}</desc>" if notes else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{frame.width}" height="{frame.height}"'
        f' viewBox="-0.5 -0.5 {frame.width} {frame.height}">{about}'
        f'<rect x="-0.5" y="-0.5" width="100%" height="100%" fill="{night}"/>'
    )
    return Drawing("\n".join([head, *parts, "</svg>\n"]), tuple(notes))


def _lines(
    graph: Graph | None,
    points: Float[NDArray[np.float32], "vertices 2"],
    colours: Float[NDArray[np.float32], "vertices 3"],
    most: int,
    style: Style,
    notes: list[str],
) -> Iterator[str]:
    """A path for the edges of each connection, in the mean of its two layers' colours."""
    if graph is None:
        return
    edges = sampled(graph, min(most, graph.edges), style.seed)
    if len(edges) < graph.edges:
        notes.append(f"{len(edges)} of {graph.edges} edges drawn")
    for number in np.unique(edges.connection):
        some = np.flatnonzero(edges.connection == number)
        yield _path(edges, some, points, colours)


def _path(
    edges: Edges,
    some: Int[NDArray[np.int64], " n"],
    points: Float[NDArray[np.float32], "vertices 2"],
    colours: Float[NDArray[np.float32], "vertices 3"],
) -> str:
    sources, targets = edges.sources[some], edges.targets[some]
    mean = (colours[sources].mean(0) + colours[targets].mean(0)) / 2
    ends = np.round(np.concatenate([points[sources], points[targets]], axis=1), 1)
    way = "".join(f"M{a:g} {b:g}L{c:g} {d:g}" for a, b, c, d in ends.tolist())
    colour = _hex(mean[None])[0]
    return f'<path d="{way}" stroke="{colour}" stroke-width=".5" stroke-opacity=".28" fill="none"/>'


def _circles(
    points: Float[NDArray[np.float32], "n 2"],
    sizes: Float[NDArray[np.float32], " n"],
    colours: Float[NDArray[np.float32], "n 3"],
    layer: Int[NDArray[np.int32], " n"],
) -> Iterator[str]:
    """A group for each layer, in it one for each of a few tints."""
    places, rounded = np.round(points, 1), np.maximum(0.1, np.round(sizes, 1))
    for number in np.unique(layer):
        yield f'<g id="layer-{number}">'
        mine = np.flatnonzero(layer == number)
        # Sorted by brightness, as many to each tint.
        order = mine[np.argsort(colours[mine].sum(1), kind="stable")]
        for some in np.array_split(order, min(TINTS, len(order))):
            circles = "".join(
                f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}"/>'
                for (x, y), r in zip(places[some].tolist(), rounded[some].tolist(), strict=True)
            )
            yield f'<g fill="{_hex(colours[some].mean(0)[None])[0]}">{circles}</g>'
        yield "</g>"


def _thinned(
    points: Float[NDArray[np.float32], "vertices 2"],
    layer: Int[NDArray[np.int32], " vertices"],
    most: int,
) -> Int[NDArray[np.int64], " kept"]:
    """At most `most` vertices: one of each layer in every cell of a grid as fine as possible."""
    kept = np.arange(len(points))
    cell = 0.25
    while len(kept) > most:
        column, row = np.floor(points / cell).astype(np.int64).T
        key = (layer.astype(np.int64) << 48) + (row << 24) + column
        kept = np.sort(np.unique(key, return_index=True)[1])
        cell *= 1.2
        if cell > 1e5:  # every layer is one circle
            return kept[:most]
    return kept


def _hex(light: Float[NDArray[np.float32], "n 3"]) -> list[str]:
    return ["#" + bytes(row).hex() for row in encoded(light)]
