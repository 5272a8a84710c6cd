"""Where in a loop something is struck: the attacks that a change of tempo must not smear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]
Places = NDArray[np.int64]

BLOCK_SECONDS = 0.0116
HOP_SECONDS = 0.0029
LEAST_RISE = 0.5
"""Mean rise over the bands, in the logarithm of 1 + 100 times the level. On the bundled clips what
is struck rises by 0.55 and more; noise that decays, chords that swell and hiss stay below 0.45."""
ABOVE_USUAL = 2.5
"""An attack also rises so many times more than the loop's median."""
APART_SECONDS = 0.018
"""Flams closer than this are one attack."""


def onsets(loop: Mono, sample_rate: int) -> tuple[Places, NDArray[np.float64]]:
    """Samples at which something is struck, rising, and how strongly each time.

    The loop is taken as one that repeats; an attack at its seam is found like any other. Right to
    about a millisecond.
    """
    count = len(loop)
    block = max(16, 2 * round(BLOCK_SECONDS * sample_rate / 2))
    steps = max(8, round(count / (HOP_SECONDS * sample_rate)))
    places = np.arange(steps, dtype=np.int64) * count // steps
    rise = _rises(windows(loop, places, block))
    near = max(1, round(APART_SECONDS / HOP_SECONDS))
    around = np.concatenate([rise[-near:], rise, rise[:near]])
    highest = np.lib.stride_tricks.sliding_window_view(around, 2 * near + 1).max(axis=1)
    least = max(LEAST_RISE, ABOVE_USUAL * float(np.median(rise)))
    peaks = np.flatnonzero((rise == highest) & (rise > least))
    if len(peaks) == 0:
        return np.zeros(0, np.int64), np.zeros(0)
    steps_of = np.diff(np.concatenate([loop[-1:], loop])).astype(np.float64)
    found = np.array([_steepest(steps_of, int(places[peak]), sample_rate) for peak in peaks])
    order = np.argsort(found)
    found, strength = found[order], rise[peaks][order]
    apart = np.diff(found, prepend=found[-1] - count) > APART_SECONDS * sample_rate / 2
    apart[np.argmax(strength)] = True
    return found[apart], strength[apart]


def windows(loop: Mono, places: Places, width: int) -> Mono:
    """(places, width) pieces of the repeated loop, Hann-weighted, centred on `places`."""
    reach = np.arange(width, dtype=np.int64) - width // 2
    pieces: Mono = loop[(places[:, None] + reach) % len(loop)]
    return pieces * hann(width)


def hann(width: int) -> Mono:
    """The periodic window."""
    turns: NDArray[np.float64] = 2 * np.pi * np.arange(width) / width
    return (0.5 - 0.5 * np.cos(turns)).astype(np.float32)


def _rises(pieces: Mono) -> NDArray[np.float64]:
    """How much each piece is louder than the last but one, band by band; falls do not count."""
    levels = np.abs(np.fft.rfft(pieces, axis=1))
    usual = float(np.sqrt(np.mean(np.square(levels, dtype=np.float64)))) + 1e-9
    heard = np.log1p(levels * (100 / usual)).astype(np.float64)
    rises: NDArray[np.float64] = np.maximum(heard - np.roll(heard, 2, axis=0), 0).mean(axis=1)
    return rises


def _steepest(steps: NDArray[np.float64], near: int, sample_rate: int) -> int:
    """The sample near `near` from which on the loop's steps (n,) are so much larger than before."""
    reach, width = round(0.0145 * sample_rate), max(2, round(0.0007 * sample_rate))
    powers = np.square(steps[(near + np.arange(-reach, reach)) % len(steps)])
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    means = (sums[width:] - sums[:-width]) / width
    highest = float(means.max())
    if highest <= 0:
        return near % len(steps)
    means += 1e-4 * highest
    after, before = means[width:], means[:-width]
    rise = np.log(after / before) * np.sqrt(after / highest)
    return int(near - reach + width + np.argmax(rise)) % len(steps)
