"""A network as music plays through it, frame by frame: quick enough for films of minutes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures import splats
from immersions.anatomy.pictures.colours import NIGHT, TABLE, scalogram_colours, vertex_colours
from immersions.anatomy.pictures.edges import Edges, sampled
from immersions.anatomy.pictures.light import toned
from immersions.anatomy.pictures.picture import USUAL, Placed, Style, radii
from immersions.anatomy.pictures.placing import frame_around, upright
from immersions.anatomy.pictures.rasters import lines
from immersions.anatomy.pictures.threads import threads

WEB_BY = 2
"""Threads are drawn on every second pixel: they are light behind, and soft."""
SPREAD_BY = 4
THREADS_PER_PIXEL = 14
RESTING = 0.14
"""Light of the threads where nothing passes."""
PASSING = 2.2
STRIP_CONTRAST = 1.8
FADE_SECONDS = 0.12
"""How long a glow takes to fade to a third: single frames would flicker."""

Bright = Float[NDArray[np.float32], " vertices"]


class Moving:
    """Draws a network in `width` x `height`; `draw` for each frame, whose result is its own again.

    Vertices go from snapshot to snapshot of the layout once a loop. With the `graph`, signals
    are seen passing along its edges.
    """

    def __init__(
        self, layout: Placed, graph: Graph | None, width: int, height: int, style: Style = USUAL
    ) -> None:
        turned = upright(layout.positions, layout.layer, layout.pitch)
        frame = frame_around(turned, width, height)
        self._style = style
        self._moments = np.ascontiguousarray(frame.pixels(turned))
        self._points = np.asarray(self._moments.mean(0), np.float32)
        self._radii = radii(self._points, layout.layer, frame, style)
        self._colours = vertex_colours(layout.layer, layout.channel)
        self._light = np.empty_like(self._colours)
        self._cells = np.zeros((height, width, 5), np.float32)
        self._cells[..., 4] = 1
        self._spread = np.empty((-(-height // SPREAD_BY), -(-width // SPREAD_BY), 3), np.float32)
        self._other = np.empty_like(self._spread)
        self._reach = max(1, round(style.halo_radius * frame.size / SPREAD_BY))
        self._web = _Web(self._points, self._colours, graph, (height, width), style)
        self._image = np.empty((height, width, 3), np.uint8)

    @property
    def vertices(self) -> int:
        return len(self._colours)

    def draw(
        self, bright: Bright, at: float, gain: float = 1.0
    ) -> UInt8[NDArray[np.uint8], "height width 3"]:
        """A frame: how bright each vertex is, 0 to 1, and where in the loop it is, 0 to 1.

        `gain` dims all of it. The image is drawn over by the next call.
        """
        if bright.shape != (self.vertices,):
            raise ValueError(f"brightness: expected ({self.vertices},), got {bright.shape}")
        splats.between(self._moments, at, self._points)
        splats.lit(self._colours, bright, gain, self._light)
        splats.splat(self._points, self._radii, self._light, self._cells)
        splats.settled(self._cells, SPREAD_BY, self._spread)
        splats.blurred(self._spread, self._reach, self._other)
        splats.composed(
            *(self._cells, self._web.lit(bright, gain), WEB_BY, self._spread, SPREAD_BY),
            *(self._style.glow, np.array(NIGHT, np.float32), TABLE, self._image),
        )
        return self._image


class _Web:
    """The threads, brighter where both ends of an edge are."""

    def __init__(
        self,
        points: Float[NDArray[np.float32], "vertices 2"],
        colours: Float[NDArray[np.float32], "vertices 3"],
        graph: Graph | None,
        shape: tuple[int, int],
        style: Style,
    ) -> None:
        height, width = (-(-each // WEB_BY) for each in shape)
        none = np.zeros(0, np.int64)
        count = round(THREADS_PER_PIXEL * float(np.sqrt(shape[0] * shape[1])))
        edges = Edges(none, none, none) if graph is None else sampled(graph, count, style.seed)
        points = np.asarray((points + 0.5) / WEB_BY - 0.5, np.float32)
        light = threads(points, colours, edges, (height, width))
        self._still = toned(light, style.thread_light, style.contrast)
        self._light = np.empty((height, width, 3), np.float32)
        self._sources, self._targets = edges.sources, edges.targets
        pixels, which, covers = [none], [none], [np.zeros(0, np.float32)]
        for part in lines(points[edges.sources], points[edges.targets], (height, width)):
            pixels += list(part.pixels)
            which += [part.line, part.line]
            covers += list(part.cover)
        pixel, cover = np.concatenate(pixels), np.concatenate(covers)
        whole = np.bincount(pixel, cover, height * width)
        share = np.divide(1, whole, out=np.zeros(height * width), where=whole > 0)[pixel]
        # In the order of the pixels, adding up touches memory once.
        order = np.argsort(pixel, kind="stable")
        self._edges = np.concatenate(which)[order].astype(np.int32)
        self._shares = (cover * share)[order].astype(np.float32)
        self._starts = np.searchsorted(pixel[order], np.arange(height * width + 1))

    def lit(self, bright: Bright, gain: float) -> Float[NDArray[np.float32], "rows columns 3"]:
        signal = bright[self._sources] * bright[self._targets]
        splats.passing(
            *(self._starts, self._edges, self._shares, signal.astype(np.float32), self._still),
            *(gain * RESTING, gain * PASSING, self._light),
        )
        return self._light


class Glow:
    """How bright each vertex is from frame to frame: it lights up at once and fades slowly."""

    def __init__(self, vertices: int, frames_per_second: float) -> None:
        self.bright = np.zeros(vertices, np.float32)
        self._keep = float(np.exp(-1 / (frames_per_second * FADE_SECONDS)))
        self._layers: list[Float[NDArray[np.float32], "frames neurons"]] = []

    def hear(self, layers: Sequence[Float[NDArray[np.floating], "neurons frames"]]) -> None:
        """From now on another loop: what each neuron answers to it, 0 to 1, layer by layer."""
        neurons = sum(len(each) for each in layers)
        if neurons not in (0, len(self.bright)):
            raise ValueError(f"expected answers of {len(self.bright)} neurons, got {neurons}")
        self._layers = [np.ascontiguousarray(each.T, np.float32) for each in layers]

    def move(self, at: float) -> Bright:
        """The next frame, which lies at `at` of the loop, 0 to 1; drawn over by the next call."""
        if not self._layers:
            self.bright *= self._keep
        first = 0
        for values in self._layers:
            last = first + values.shape[1]
            splats.glowing(values, at, self._keep, self.bright[first:last])
            first = last
        return self.bright


class Strip:
    """A loop's scalogram, `width` x `height`, and where in it the music is."""

    def __init__(self, width: int, height: int) -> None:
        self._picture = np.zeros((height, width, 3), np.float32)
        self._image = np.empty((height, width, 3), np.uint8)

    def show(self, values: Float[NDArray[np.float32], "bins frames"]) -> None:
        """From now on another scalogram, 0 to 1, low pitches first."""
        height, width = self._picture.shape[:2]
        tall = _resized(values[::-1], height, round_=False)
        wide = _resized(tall.T, width, round_=True).T
        self._picture = scalogram_colours(wide**STRIP_CONTRAST)

    def draw(self, at: float, gain: float = 1.0) -> UInt8[NDArray[np.uint8], "height width 3"]:
        """The strip at `at`, 0 to 1 of the loop. The image is drawn over by the next call."""
        splats.strip(self._picture, at, gain, TABLE, self._image)
        return self._image


def _resized(values: NDArray[np.float32], size: int, round_: bool) -> NDArray[np.float32]:
    """As many rows as asked for: between rows by lines, of many the mean; `round_` the seam."""
    rows = len(values)
    if rows > size:
        edges = np.linspace(0, rows, size + 1)
        sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        low = np.floor(edges).astype(int).clip(0, rows)
        part = (edges - low)[:, None]
        at = sums[low] * (1 - part) + sums[np.minimum(low + 1, rows)] * part
        return np.asarray(np.diff(at, axis=0) * (size / rows), np.float32)
    place = (np.arange(size) + 0.5) * rows / size - 0.5
    low = np.floor(place).astype(int)
    share = (place - low)[:, None].astype(np.float32)
    first, second = (
        (low % rows, (low + 1) % rows)
        if round_
        else (low.clip(0, rows - 1), (low + 1).clip(0, rows - 1))
    )
    return np.asarray(values[first] * (1 - share) + values[second] * share, np.float32)
