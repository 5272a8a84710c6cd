"""A sample in time with loops, as in `web/src/audio/fitting.ts`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

FADE_SECONDS = 0.005
"""Faded at the end of what is cut or waits for its next turn."""


def turns_in(count: int, loop: int) -> int:
    """How often a sound of `count` samples sounds in a loop of `loop`; once where it is longer."""
    return 1 if count >= loop else max(1, _round(loop / max(1, count)))


def fitted(sound: Samples, loop: int, rate: int) -> Samples:
    """A sound made to repeat beside loops of `loop` samples; the answer lasts whole loops.

    It sounds once in some whole number of loops, or some whole number of times in one, whichever is
    nearest to its own length. What is longer is cut, what is shorter waits for its next turn.
    """
    turns = turns_in(len(sound), loop)
    length = loop * max(1, _round(len(sound) / loop)) if turns == 1 else loop
    return in_turns(sound, [_round(turn * length / turns) for turn in range(turns + 1)], rate)


def in_turns(sound: Samples, edges: Sequence[int], rate: int) -> Samples:
    """A sound from each of the edges on, up to the next; the last one is the end."""
    out = np.zeros(edges[-1], np.float32)
    for start, end in itertools.pairwise(edges):
        turn = sound[: end - start].copy()
        # One sample more or less is rounding: a loop that fits goes on without a seam.
        if abs(end - start - len(sound)) > 1:
            fade = min(len(turn), _round(FADE_SECONDS * rate))
            turn[len(turn) - fade :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1) / fade)
        out[start : start + len(turn)] = turn
    return out


def _round(value: float) -> int:
    """As JavaScript does: halves go up."""
    return math.floor(value + 0.5)
