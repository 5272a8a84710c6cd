"""The page's mixer: gains that follow the hand, as in `web/src/audio/mixer.ts`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions.stage.mixdown.lanes import Place

GAIN_SECONDS = 0.012
"""The time constant with which a gain follows: `web/src/audio/ramp.ts`."""
BLOCK, NEARLY = 128, math.exp(-10)
"""A gain that has come so near, beside its own size, is there from the next block on: the way of
Chromium, which would be heard as little as the rest of the way, 88 dB below full scale."""


@dataclass(frozen=True)
class Turned:
    """From `frame` on these gains go elsewhere."""

    frame: int
    gains: Mapping[str, float]


class Gain:
    """One gain as time goes by; read in order."""

    def __init__(self, name: str, turned: Iterable[Turned], initial: float, rate: int) -> None:
        moves = [(each.frame, each.gains[name]) for each in turned if name in each.gains]
        self._moves = sorted(moves, key=lambda move: move[0])
        self._decay = math.exp(-1 / (GAIN_SECONDS * rate))
        self._value = self._target = initial
        self.silent = initial == 0 and all(value == 0 for _, value in moves)

    def read(self, frame: int, count: int) -> NDArray[np.float64]:
        out = np.empty(count)
        at = 0
        while at < count:
            while self._moves and self._moves[0][0] <= frame + at:
                self._target = self._moves.pop(0)[1]
            stop = count
            if self._moves:
                stop = min(count, self._moves[0][0] - frame)
            self._move(frame + at, out[at:stop])
            at = stop
        return out

    def _move(self, frame: int, out: NDArray[np.float64]) -> None:
        """On the way to one target, from `frame` on."""
        target = self._target
        away = (self._value - target) * self._decay ** np.arange(len(out) + 1)
        values = target + away
        blocks = values[-frame % BLOCK : len(out) : BLOCK]
        near = np.abs(blocks - target) <= NEARLY * (np.abs(blocks) if target else 1)
        if near.any():
            values[-frame % BLOCK + BLOCK * int(near.argmax()) :] = target
        out[:] = values[:-1]
        self._value = float(values[-1])


def level(deck: int, turned: Sequence[Turned], rate: int) -> Gain:
    """The gain of a deck. A page opens with the first deck alone."""
    name = f"deck_{deck}"
    closed = deck > 0 and any(name in each.gains for each in turned)
    return Gain(name, turned, 0.0 if closed else 1.0, rate)


@dataclass(frozen=True, eq=False)
class Strip:
    """A deck: its dream, its start clip instead of it (A/B) or beside it."""

    deck: int
    dream: Place
    start: Place


class Mixer:
    """Sums the strips, and the samples by their names (`sample_N`); read in order."""

    def __init__(
        self,
        strips: Sequence[Strip],
        turned: Sequence[Turned],
        rate: int,
        samples: Mapping[str, Place] | None = None,
    ) -> None:
        self._instead = Gain("instead", turned, 0.0, rate)
        self._master = Gain("master", turned, 1.0, rate)
        self._strips = [
            (each, level(each.deck, turned, rate), Gain(f"start_{each.deck}", turned, 0.0, rate))
            for each in strips
        ]
        self._samples = [
            (place, Gain(name, turned, 0.0, rate)) for name, place in (samples or {}).items()
        ]

    def read(self, frame: int, count: int) -> NDArray[np.float64]:
        instead = self._instead.read(frame, count)
        whole = np.zeros(count)
        for strip, level, beside in self._strips:
            sound = strip.dream.read(frame, count)
            aside = beside.read(frame, count)
            if not (self._instead.silent and beside.silent):
                start = strip.start.read(frame, count)
                sound = (1 - instead) * sound + instead * start
                whole += aside * start
            whole += level.read(frame, count) * sound
        for place, gain in self._samples:
            if not gain.silent:
                whole += gain.read(frame, count) * place.read(frame, count)
        return whole * self._master.read(frame, count)
