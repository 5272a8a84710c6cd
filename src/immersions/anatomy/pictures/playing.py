"""A loop playing through the network: neurons glow as they answer, threads as signals pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures.colours import NIGHT
from immersions.anatomy.pictures.edges import Edges, sampled
from immersions.anatomy.pictures.film import check_film, write_film
from immersions.anatomy.pictures.light import toned
from immersions.anatomy.pictures.picture import USUAL, Placed, Scene, Style, composed, lit, scene
from immersions.anatomy.pictures.placing import frame_around, upright
from immersions.anatomy.pictures.rasters import lines
from immersions.anatomy.pictures.threads import threads
from immersions.ears.brightness import bright_range
from immersions.ears.ear import Ear, device_of

THREADS_PER_PIXEL = 14
RESTING = 0.12
"""Light of the threads where nothing passes."""
PASSING = 2.2
FADE_SECONDS = 0.12
"""How long a glow takes to fade to a third: single frames would flicker."""


def activations(
    ear: Ear, loop: Float[NDArray[np.floating], " samples"], frames: int
) -> Float[NDArray[np.float32], "frames vertices"]:
    """How bright each neuron is in each frame of a film of the loop, 0 to 1, layer by layer.

    A neuron is scaled by its own quantiles on music. It lights up at once and fades slowly, also
    from the loop's end to its beginning.
    """
    samples = torch.from_numpy(np.ascontiguousarray(loop, np.float32))[None].to(device_of(ear))
    names = [layer.name for layer in ear.layers_for(samples.shape[-1])]
    with torch.no_grad():
        heard = ear.listen(samples, names)
    parts = []
    for name in names:
        values = heard[name][0]
        low, spread = bright_range(name, values, ear.statistics.get(name))
        bright = ((values - low) / spread).nan_to_num(0.0, 1.0, 0.0).clamp(0.0, 1.0)
        parts.append(_at(bright.flatten(0, 1).cpu().numpy().T, frames))
    keep = float(np.exp(-len(loop) / ear.sample_rate / frames / FADE_SECONDS))
    return _faded(np.concatenate(parts, axis=1), keep)


def _at(values: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """What a loop of so many rows has in the middle of each frame, interpolated."""
    at = (np.arange(frames) + 0.5) / frames * len(values) - 0.5
    low = np.floor(at)
    share = (at - low).astype(np.float32)[:, None]
    first = low.astype(np.int64) % len(values)
    return values[first] * (1 - share) + values[(first + 1) % len(values)] * share


def _faded(values: NDArray[np.float32], keep: float) -> NDArray[np.float32]:
    faded = values.copy()
    for _ in range(2):  # the second time begins with what the loop's end left
        for frame in range(len(faded)):
            faded[frame] = np.maximum(faded[frame], keep * faded[frame - 1])
    return faded


def playing(
    layout: Placed,
    graph: Graph | None,
    brightness: Float[NDArray[np.floating], "frames vertices"],
    *,
    width: int = 1280,
    height: int | None = None,
    style: Style = USUAL,
) -> Iterator[UInt8[NDArray[np.uint8], "height width 3"]]:
    """Frames of a film; everything that does not move is drawn once.

    Raises `ValueError` where the brightness is not that of these vertices.
    """
    vertices = len(layout.layer)
    if brightness.ndim != 2 or brightness.shape[1] != vertices:
        raise ValueError(f"brightness: expected (frames, {vertices}), got {brightness.shape}")
    turned = upright(layout.positions, layout.layer, layout.pitch)
    frame = frame_around(turned, width, height)
    drawn = scene(turned[0], layout.layer, layout.channel, frame, style)
    painted = drawn.discs()
    web = _Web(drawn, graph, style)
    for values in brightness:
        bright = np.clip(np.asarray(values, np.float32), 0, 1)
        colours = lit(drawn.colours, bright)
        yield composed(drawn, painted, web.lit(bright), colours, style, style.glow)


class _Web:
    """The threads, brighter where both ends of an edge are."""

    def __init__(self, drawn: Scene, graph: Graph | None, style: Style) -> None:
        self._night = np.array(NIGHT, np.float32)
        self._shape = drawn.shape
        count = round(THREADS_PER_PIXEL * drawn.frame.size) if graph is not None else 0
        none = np.zeros(0, np.int64)
        self._edges = Edges(none, none, none) if graph is None else sampled(
            graph, count, style.seed
        )  # fmt: skip
        light = threads(drawn.points, drawn.colours, self._edges, drawn.shape)
        self._light = toned(light, style.thread_light, style.contrast)
        size = drawn.shape[0] * drawn.shape[1]
        pixels, edges, covers = [none], [none], [np.zeros(0, np.float32)]
        starts, ends = drawn.points[self._edges.sources], drawn.points[self._edges.targets]
        for part in lines(starts, ends, drawn.shape):
            pixels += list(part.pixels)
            edges += [part.line, part.line]
            covers += list(part.cover)
        self._pixel, self._edge = np.concatenate(pixels), np.concatenate(edges)
        cover = np.concatenate(covers)
        whole = np.bincount(self._pixel, cover, size)
        share = np.divide(1, whole, out=np.zeros(size), where=whole > 0)[self._pixel]
        self._share = (cover * share).astype(np.float32)
        # In the order of the pixels, adding up touches memory once.
        order = np.argsort(self._pixel, kind="stable")
        self._pixel, self._edge = self._pixel[order], self._edge[order]
        self._share = self._share[order]

    def lit(
        self, bright: Float[NDArray[np.float32], " vertices"]
    ) -> Float[NDArray[np.float32], "height width 3"]:
        """The night and the threads, given the brightness of the vertices."""
        signal = bright[self._edges.sources] * bright[self._edges.targets]
        passing = np.zeros(self._shape[0] * self._shape[1], np.float32)
        np.add.at(passing, self._pixel, self._share * signal[self._edge])
        factor = RESTING + PASSING * passing.reshape(self._shape)
        return self._night + self._light * factor[..., None]


def film_of_loop(
    path: Path,
    layout: Placed,
    graph: Graph | None,
    ear: Ear,
    loop: Float[NDArray[np.floating], " samples"],
    *,
    rate: float = 30,
    turns: int = 1,
    width: int = 1280,
    height: int | None = None,
    style: Style = USUAL,
) -> int:
    """Write a film of the loop, at the ear's sample rate, played `turns` times with its sound;
    the number of frames. Raises `ValueError` and `OSError` as `write_film` does."""
    check_film(path)
    seconds = len(loop) / ear.sample_rate
    frames = max(1, round(seconds * rate))
    images = playing(
        layout, graph, activations(ear, loop, frames), width=width, height=height, style=style
    )
    if turns > 1:
        # Every turn looks the same: drawn once, if it can be kept.
        kept = list(images)
        images = (image for _ in range(turns) for image in kept)
    # The rate that makes the frames as long as the sound, to the sample.
    return write_film(path, images, frames / seconds, (np.tile(loop, turns), ear.sample_rate))
