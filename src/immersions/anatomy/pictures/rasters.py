"""Lines and discs as light on pixels: antialiased, additive, all of them at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

CHUNK = 1 << 17
"""Pixels touched at a time: what the processor's cache holds."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Steps of lines: which line, how far along it, and the two pixels that share the step."""

    line: Int[NDArray[np.int64], " steps"]
    along: Float[NDArray[np.float32], " steps"]
    pixels: Int[NDArray[np.int64], "2 steps"]
    cover: Float[NDArray[np.float32], "2 steps"]


def lines(
    starts: Float[NDArray[np.float32], "lines 2"],
    ends: Float[NDArray[np.float32], "lines 2"],
    shape: tuple[int, int],
) -> Iterator[Lines]:
    """Lines one pixel wide, in parts; a line shares each step between the two pixels it is between.

    `starts` and `ends` are columns and rows. What lies outside `shape` (rows, columns) is left out.
    """
    way = ends - starts
    steps = np.ceil(np.abs(way).max(1)).astype(np.int64) + 1
    bounds = np.searchsorted(np.cumsum(steps), np.arange(0, steps.sum(), CHUNK), side="left")
    for first, last in itertools.pairwise(np.unique([*bounds.tolist(), len(steps)]).tolist()):
        yield _stepped(starts[first:last], way[first:last], steps[first:last], first, shape)


def _stepped(
    starts: NDArray[np.float32],
    way: NDArray[np.float32],
    steps: NDArray[np.int64],
    first: int,
    shape: tuple[int, int],
) -> Lines:
    height, width = shape
    line = np.repeat(np.arange(len(steps)), steps)
    begin = np.cumsum(steps) - steps
    along = (np.arange(len(line)) - begin[line]).astype(np.float32)
    along += np.float32(0.5)
    along /= steps.astype(np.float32)[line]
    # Along the longer axis a step is a pixel; across, it lies between two.
    flat = np.abs(way[:, 0]) >= np.abs(way[:, 1])
    rows, longer = np.arange(len(steps)), np.where(flat, 0, 1)
    major = starts[rows, longer][line] + along * way[rows, longer][line]
    minor = starts[rows, 1 - longer][line] + along * way[rows, 1 - longer][line]
    at, below = np.rint(major).astype(np.int64), np.floor(minor).astype(np.int64)
    share = minor - below
    # A step of a slanted line is longer than a pixel, and that much brighter.
    weight = (np.hypot(way[:, 0], way[:, 1]) / steps).astype(np.float32)[line]
    most, across = np.where(flat, width, height)[line], np.where(flat, height, width)[line]
    strides = np.where(flat, 1, width)[line], np.where(flat, width, 1)[line]
    pixels = at * strides[0] + np.stack([below, below + 1]) * strides[1]
    there = np.stack([(below >= 0) & (below < across), (below >= -1) & (below + 1 < across)])
    there &= (at >= 0) & (at < most)
    cover = np.stack([1 - share, share]) * weight
    if not there.all():
        pixels, cover = np.where(there, pixels, 0), np.where(there, cover, 0)
    return Lines(line + first, along, pixels, cover.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Discs:
    """The pixels that discs touch: which disc, and how much of the pixel. Paint them as often
    as their colours change."""

    shape: tuple[int, int]
    pixel: Int[NDArray[np.int64], " touched"]
    disc: Int[NDArray[np.int64], " touched"]
    cover: Float[NDArray[np.float32], " touched"]

    def painted(
        self, colours: Float[NDArray[np.float32], "discs 3"]
    ) -> Float[NDArray[np.float32], "height width 3"]:
        """The light of all discs; where they overlap, the mean of their colours."""
        whole = np.zeros((*self.shape, 3), np.float32)
        add(whole, self.pixel, self.cover[:, None] * colours[self.disc])
        return whole

    def covered(self) -> Float[NDArray[np.float32], "height width"]:
        """How much of each pixel is hidden, 0 to 1."""
        clear = np.log1p(-np.minimum(self.cover, 0.999))
        size = self.shape[0] * self.shape[1]
        hidden = 1 - np.exp(np.bincount(self.pixel, clear, size))
        return hidden.reshape(self.shape).astype(np.float32)

    def evened(self) -> Discs:
        """The same discs, their light divided where several share a pixel."""
        size = self.shape[0] * self.shape[1]
        total = np.bincount(self.pixel, self.cover, size)
        hidden = self.covered().ravel()
        factor = np.divide(hidden, total, out=np.zeros(size), where=total > 0)
        cover = self.cover * factor[self.pixel].astype(np.float32)
        return Discs(self.shape, self.pixel, self.disc, cover)


def discs(
    centres: Float[NDArray[np.float32], "discs 2"],
    radii: Float[NDArray[np.float32], " discs"],
    shape: tuple[int, int],
    softness: float = 0.25,
) -> Discs:
    """Discs with soft edges: `softness` of the radius, a pixel at least. Small ones are dimmed
    instead of vanishing between pixels."""
    height, width = shape
    drawn = np.maximum(radii, 0.75)
    dimmed = np.minimum(1, (radii / 0.75) ** 2)
    edge = np.maximum(1.0, softness * 2 * drawn)
    reach = np.ceil(drawn + edge / 2).astype(np.int64)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
    for size in np.unique(reach):
        which = np.flatnonzero(reach == size)
        square = np.arange(-size, size + 1)
        dy, dx = (axis.ravel() for axis in np.meshgrid(square, square, indexing="ij"))
        for some in np.array_split(which, max(1, len(which) * len(dx) // (8 * CHUNK))):
            x0, y0 = np.round(centres[some]).astype(np.int64).T
            x, y = x0[:, None] + dx, y0[:, None] + dy
            away = np.hypot(x - centres[some, :1], y - centres[some, 1:])
            cover = np.clip((drawn[some, None] - away) / edge[some, None] + 0.5, 0, 1)
            cover = (cover * cover * (3 - 2 * cover) * dimmed[some, None]).astype(np.float32)
            keep = (cover > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
            disc = np.broadcast_to(some[:, None], cover.shape)[keep]
            found.append(((y * width + x)[keep], disc, cover[keep]))
    pixel, disc, cover = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Discs(shape, pixel, disc, cover)


def add(
    whole: Float[NDArray[np.float32], "height width 3"],
    pixel: Int[NDArray[np.int64], " touched"],
    light: Float[NDArray[np.float32], "touched 3"],
) -> None:
    """Add light to the pixels that it falls on."""
    flat = whole.reshape(-1)
    for colour in range(3):
        np.add.at(flat, 3 * pixel + colour, light[:, colour])
