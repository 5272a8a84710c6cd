"""Loops that follow each other without a gap, as in `web/src/audio/{player,companion,swap}.ts`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.stage.mixdown.fading import correlation, fade_gains

Samples = Float[NDArray[np.float32], " frames"]

RAMP_SECONDS = 0.03
"""The first loop of a lane fades in, the last one may fade away."""


@dataclass(frozen=True, eq=False)
class Sounding:
    """A loop alone from frame `at` on; `fade` frames before, it fades in."""

    at: int
    fade: int
    samples: Callable[[], Samples]
    """One round of it, at the clock's rate; asked for once, when it is needed."""
    into: int = 0
    """Which of its samples lies at `at`."""

    @property
    def origin(self) -> int:
        """Where its first sample lies."""
        return self.at - self.into


class Lane:
    """Read it in order: `read(frame, count)` is what sounds from `frame` on.

    From frame `ends` on it fades away.
    """

    def __init__(self, soundings: Iterator[Sounding], rate: int, ends: int | None = None) -> None:
        self._soundings = soundings
        self._ramp = round(RAMP_SECONDS * rate)
        self._next = next(soundings, None)
        self._ends = ends
        self._first = self._next.at if self._next else 0
        self._loop: Samples = np.zeros(1, np.float32)
        self._origin = 0
        self._sounds = False
        self._fade: tuple[Samples, int, NDArray[np.float64], NDArray[np.float64]] | None = None

    def sounds(self, frame: int, count: int) -> bool:
        """Whether there is anything but silence in these frames."""
        over = self._ends is not None and frame >= self._ends + self._ramp
        return self._first < frame + count and not over

    def read(self, frame: int, count: int) -> Float[NDArray[np.float64], " count"]:
        out = np.zeros(count)
        if not self.sounds(frame, count):
            return out
        at, end = frame, frame + count
        while at < end:
            following = self._next
            if following is not None and at >= following.at:
                self._advance(following)
                continue
            stop = end if following is None else min(end, following.at)
            part = out[at - frame : stop - frame]
            if self._sounds:
                part += round_(self._loop, at - self._origin, stop - at)
                if following is not None and following.fade and stop > self._from(following):
                    self._cross(part, at, stop, following)
                self._rise(part, at)
            at = stop
        return out

    @staticmethod
    def _from(following: Sounding) -> int:
        return following.at - following.fade

    def _advance(self, following: Sounding) -> None:
        self._loop = self._fade[0] if self._fade else following.samples()
        self._origin, self._sounds, self._fade = following.origin, True, None
        self._next = next(self._soundings, None)

    def _cross(self, part: NDArray[np.float64], at: int, stop: int, following: Sounding) -> None:
        begin, frames = self._from(following), following.fade
        if self._fade is None:
            loop = following.samples()
            before = round_(self._loop, begin - self._origin, frames)
            rho = correlation(before, round_(loop, following.into - frames, frames))
            self._fade = (loop, begin, *fade_gains(rho, frames))
        loop, _, out, into = self._fade
        low = max(at, begin)
        gains = slice(low - begin, stop - begin)
        part[low - at :] *= out[gains]
        part[low - at :] += into[gains] * round_(loop, low - following.origin, stop - low)

    def _rise(self, part: NDArray[np.float64], at: int) -> None:
        since = at - self._first
        if since < self._ramp:
            gains = (since + np.arange(len(part))) / self._ramp
            part *= np.minimum(1, gains)
        if self._ends is not None and at + len(part) > self._ends:
            gains = 1 - (at - self._ends + np.arange(len(part))) / self._ramp
            part *= np.clip(gains, 0, 1)


class Place:
    """Of the mixer, where one lane after the other sounds; one may end while the next begins."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._lanes = tuple(lanes)

    def read(self, frame: int, count: int) -> Float[NDArray[np.float64], " count"]:
        """In order, as from a lane."""
        out = np.zeros(count)
        for lane in self._lanes:
            if lane.sounds(frame, count):
                out += lane.read(frame, count)
        return out


def round_(loop: Samples, at: int, count: int) -> Samples:
    """`count` samples of an endless loop from its sample `at` on, which may be negative."""
    begin = at % len(loop)
    if begin + count <= len(loop):
        return loop[begin : begin + count]
    return np.take(loop, np.arange(begin, begin + count), mode="wrap")
