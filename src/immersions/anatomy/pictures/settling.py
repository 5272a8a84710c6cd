"""A layout coming to rest: from a few merged vertices to all of them, as the solver moved them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures.colours import NIGHT, vertex_colours
from immersions.anatomy.pictures.edges import Edges, sampled
from immersions.anatomy.pictures.film import check_film, write_film
from immersions.anatomy.pictures.light import toned
from immersions.anatomy.pictures.picture import USUAL, Scene, Style, composed, radii
from immersions.anatomy.pictures.placing import MARGIN, Frame, upright
from immersions.anatomy.pictures.threads import threads

THREADS_PER_PIXEL = 8
STILL_SECONDS = 2.0
"""The layout at rest, at the end."""
CAMERA_FRAMES = 12
"""The camera follows the mean extent of so many frames before and after."""

Indices = Int[NDArray[np.int32], " vertices"]
Moments = Sequence[Float[NDArray[np.floating], "vertices dims"]]


def settling(
    moments: Moments,
    layer: Indices,
    channel: Indices,
    pitch: Indices,
    graph: Graph | None = None,
    *,
    width: int = 1280,
    height: int = 960,
    style: Style = USUAL,
) -> Iterator[UInt8[NDArray[np.uint8], "height width 3"]]:
    """A frame for each moment, (vertices, 2 or 3); vertices at one place are drawn as one.

    All are turned as the last one, and the camera stays wide enough for every vertex.
    Raises `ValueError` where there is no moment or one is not of these vertices.
    """
    if not len(moments):
        raise ValueError("expected one moment or more")
    for each in moments:
        if each.ndim != 2 or len(each) != len(layer):
            raise ValueError(f"expected positions of {len(layer)} vertices, got {each.shape}")
    turned = upright(np.stack([moments[-1], *moments]), layer, pitch, guide=0)[1:]
    colours = vertex_colours(layer, channel)
    count = round(THREADS_PER_PIXEL * math.sqrt(width * height))
    edges = sampled(graph, count, style.seed) if graph is not None else None
    for points, frame in zip(turned, _camera(turned, width, height), strict=True):
        yield _drawn(points, frame, layer, colours, edges, style)


def _drawn(
    positions: Float[NDArray[np.float32], "vertices 2"],
    frame: Frame,
    layer: Indices,
    colours: Float[NDArray[np.float32], "vertices 3"],
    edges: Edges | None,
    style: Style,
) -> UInt8[NDArray[np.uint8], "height width 3"]:
    points = frame.pixels(positions)
    # Within an eighth of a pixel and a layer vertices are one, larger by what it stands for.
    cells = np.round(points * 8).astype(np.int64)
    key = (layer.astype(np.int64) << 48) + (cells[:, 1] << 24) + cells[:, 0]
    _, which, sizes = np.unique(key, return_index=True, return_counts=True)
    room = radii(points[which], layer[which], frame, style)
    standing = np.sqrt(sizes).astype(np.float32) * style.least_radius * frame.size * 2.2
    radius = np.maximum(room, np.minimum(standing, 3 * style.most_radius * frame.size))
    scene = Scene(frame, points[which], colours[which], np.where(sizes > 1, radius, room))
    night = np.broadcast_to(np.array(NIGHT, np.float32), (*frame.shape, 3))
    behind = night.copy()
    if edges is not None:
        light = threads(points, colours, edges, frame.shape)
        behind += toned(light, 0.8 * style.thread_light, style.contrast)
    return composed(scene, scene.discs(), behind, scene.colours, style)


def _camera(
    moments: Float[NDArray[np.float32], "moments vertices 2"], width: int, height: int
) -> list[Frame]:
    """A frame for each moment around the last one's middle: it zooms, it does not sway."""
    last = (moments[-1].min(0) + moments[-1].max(0)) / 2
    reach = np.abs(moments - last).max(1)
    smooth = np.empty_like(reach)
    for number in range(len(reach)):
        near = reach[max(0, number - CAMERA_FRAMES) : number + CAMERA_FRAMES + 1]
        smooth[number] = near.mean(0)
    needed = np.maximum(np.maximum(reach, smooth), 1e-9)
    room = np.array([width, height]) / 2 - MARGIN * math.sqrt(width * height)
    scales = (room / needed).min(1)
    return [
        Frame(
            width, height, float(scale),
            (width - 1) / 2 - float(scale * last[0]), (height - 1) / 2 + float(scale * last[1]),
        )
        for scale in scales
    ]  # fmt: skip


def film_of_settling(
    path: Path,
    moments: Moments,
    layer: Indices,
    channel: Indices,
    pitch: Indices,
    graph: Graph | None = None,
    *,
    rate: float = 30,
    width: int = 1280,
    height: int = 960,
    style: Style = USUAL,
) -> int:
    """Write a film of a layout that comes to rest and stays; the number of frames.

    Raises `ValueError` and `OSError` as `settling` and `write_film` do.
    """
    check_film(path)
    images = settling(
        moments, layer, channel, pitch, graph, width=width, height=height, style=style
    )
    return write_film(path, _held(images, round(STILL_SECONDS * rate)), rate)


def _held(
    images: Iterator[UInt8[NDArray[np.uint8], "height width 3"]], still: int
) -> Iterator[UInt8[NDArray[np.uint8], "height width 3"]]:
    image = next(images)
    yield image
    for image in images:
        yield image
    for _ in range(still):
        yield image
