"""A layout as a picture: threads of light behind, the neurons before them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures.colours import NIGHT, encoded, vertex_colours
from immersions.anatomy.pictures.edges import sampled
from immersions.anatomy.pictures.light import glow, toned
from immersions.anatomy.pictures.placing import Frame, frame_around, spacing, upright
from immersions.anatomy.pictures.rasters import Discs, discs
from immersions.anatomy.pictures.threads import threads

LEAST_PIXELS = 0.6
"""The smallest radius of a vertex."""
LARGEST = 1.6
"""Of the median radius of a layer."""
RESTING = 0.35
"""Light of the threads behind activations."""


class Placed(Protocol):
    """What a picture needs of a layout; an `anatomy.layout.Layout` has it."""

    @property
    def positions(self) -> NDArray[np.float32]: ...
    @property
    def layer(self) -> NDArray[np.int32]: ...
    @property
    def channel(self) -> NDArray[np.int32]: ...
    @property
    def pitch(self) -> NDArray[np.int32]: ...


@dataclass(frozen=True)
class Style:
    """How a picture looks; lengths are shares of the root of its area."""

    threads_per_pixel: float = 40.0
    """Edges drawn for each pixel of that root."""
    thread_light: float = 0.38
    """The brightest threads, of 1."""
    contrast: float = 15.0
    """Of the threads: how many times fainter than the brightest can still be seen."""
    fill: float = 0.42
    """Radius of a vertex as a share of its distance to its neighbours."""
    least_radius: float = 0.0005
    most_radius: float = 0.005
    halo: float = 0.16
    """Light of the vertices that spreads around them."""
    glow: float = 0.45
    """The same where brightness is activation."""
    halo_radius: float = 0.008
    seed: int = 0


USUAL = Style()


@dataclass(frozen=True, eq=False)
class Scene:
    """Vertices on the pixels of a picture."""

    frame: Frame
    points: Float[NDArray[np.float32], "vertices 2"]
    colours: Float[NDArray[np.float32], "vertices 3"]
    radii: Float[NDArray[np.float32], " vertices"]

    @property
    def shape(self) -> tuple[int, int]:
        return self.frame.shape

    def discs(self) -> Discs:
        return discs(self.points, self.radii, self.shape).evened()


def scene(
    positions: Float[NDArray[np.floating], "vertices 2"],
    layer: Int[NDArray[np.int32], " vertices"],
    channel: Int[NDArray[np.int32], " vertices"],
    frame: Frame,
    style: Style = USUAL,
) -> Scene:
    """Upright positions on a frame, with the colours and sizes of the vertices."""
    points = frame.pixels(positions)
    return Scene(frame, points, vertex_colours(layer, channel), radii(points, layer, frame, style))


def radii(
    points: Float[NDArray[np.float32], "vertices 2"],
    layer: Int[NDArray[np.int32], " vertices"],
    frame: Frame,
    style: Style = USUAL,
) -> Float[NDArray[np.float32], " vertices"]:
    """Radii in pixels: as large as the neighbours leave room for, within the style's limits."""
    room = spacing(points)
    # Halfway to the layer's own: a layer looks of one piece, and crowds still thin out.
    logs = np.log(np.clip(room, 1e-3, 1e6))
    sizes = np.maximum(1, np.bincount(layer))
    mean = np.exp(np.bincount(layer, logs) / sizes)[layer]
    found = style.fill * np.minimum(room, np.sqrt(room * mean))
    # Discs may touch; of vertices that nearly coincide, each still has a size.
    found = np.clip(found, 0.3 * found, np.maximum(0.52 * spacing(points, 1), 0.3 * found))
    for number in np.unique(layer):
        # One that is alone looks no greater than it is.
        mine = layer == number
        found[mine] = np.minimum(found[mine], LARGEST * np.median(found[mine]))
    found = np.where(layer == 0, 1.2 * found, found)
    least = max(style.least_radius * frame.size, LEAST_PIXELS)
    # A few vertices may be large: together they would fill a tenth of the picture.
    most = max(style.most_radius, 0.18 / math.sqrt(len(points))) * frame.size
    return np.clip(found, least, max(least, most)).astype(np.float32)


def picture(
    layout: Placed,
    graph: Graph | None = None,
    *,
    width: int = 1200,
    height: int | None = None,
    activation: Float[NDArray[np.floating], " vertices"] | None = None,
    snapshot: int = 0,
    style: Style = USUAL,
) -> UInt8[NDArray[np.uint8], "height width 3"]:
    """The layout as an image: the scalogram below, the deepest layer above, low pitches left.

    With the `graph` its edges shine behind the vertices. With an `activation`, 0 to 1 for each
    vertex, they are dim to glowing instead of the colour of their layer. Without `height` the
    picture is as high as the layout asks for. Raises `ValueError` where the sizes do not fit.
    """
    vertices = len(layout.layer)
    if graph is not None and graph.vertices != vertices:
        raise ValueError(
            f"expected the graph of these {vertices} vertices, got one of {graph.vertices}"
        )
    if not 0 <= snapshot < len(layout.positions):
        raise ValueError(f"snapshot: expected 0 to {len(layout.positions) - 1}, got {snapshot}")
    turned = upright(layout.positions, layout.layer, layout.pitch)
    frame = frame_around(turned, width, height)
    drawn = scene(turned[snapshot], layout.layer, layout.channel, frame, style)
    if activation is None:
        behind = background(drawn, graph, style)
        return composed(drawn, drawn.discs(), behind, drawn.colours, style)
    if activation.shape != (vertices,):
        raise ValueError(f"activation: expected ({vertices},), got {activation.shape}")
    behind = background(drawn, graph, replace(style, thread_light=RESTING * style.thread_light))
    colours = lit(drawn.colours, np.asarray(activation, np.float32))
    return composed(drawn, drawn.discs(), behind, colours, style, style.glow)


def background(
    drawn: Scene, graph: Graph | None, style: Style = USUAL
) -> Float[NDArray[np.float32], "height width 3"]:
    """The night, and the threads of the edges."""
    night = np.broadcast_to(np.array(NIGHT, np.float32), (*drawn.shape, 3))
    if graph is None:
        return night.copy()
    count = round(style.threads_per_pixel * drawn.frame.size)
    edges = sampled(graph, count, style.seed)
    light = threads(drawn.points, drawn.colours, edges, drawn.shape)
    return night + toned(light, style.thread_light, style.contrast)


def lit(
    colours: Float[NDArray[np.float32], "vertices 3"],
    activation: Float[NDArray[np.float32], " vertices"],
) -> Float[NDArray[np.float32], "vertices 3"]:
    """Colours from a twentieth of their light at 0, through their own, to glowing beyond white."""
    x = np.clip(activation, 0, 1)[:, None]
    return np.asarray(colours * (0.05 + 1.5 * x**1.7) + 0.8 * x**4, np.float32)


def composed(
    drawn: Scene,
    painted: Discs,
    behind: Float[NDArray[np.float32], "height width 3"],
    colours: Float[NDArray[np.float32], "vertices 3"],
    style: Style = USUAL,
    halo: float | None = None,
) -> UInt8[NDArray[np.uint8], "height width 3"]:
    """Discs in their colours over what is behind, and their light around them."""
    light = painted.painted(colours)
    whole = behind * (1 - painted.covered())[..., None] + light
    halo = style.halo if halo is None else halo
    if halo:
        # Steeper than the light, so that a yellow fades through amber and not through olive.
        whole += halo * glow(light * np.sqrt(light), style.halo_radius * drawn.frame.size)
    return encoded(whole)
