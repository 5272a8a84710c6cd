"""A loop at another sample rate, as the page does it: `web/src/audio/resample.ts`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

WINGS = 24
FINENESS = 512
_CHUNK = 4096


def at_rate(loop: NDArray[np.float32], source: int, target: int) -> NDArray[np.float32]:
    """One round of `loop` at `target` Hz: a windowed sinc that runs round the seam."""
    if source == target:
        return loop
    count = math.floor(len(loop) * target / source + 0.5)
    step = len(loop) / count
    cutoff = min(1.0, 1 / step)
    reach = math.ceil(WINGS / cutoff)
    kernel = _kernel()
    out = np.empty(count, np.float32)
    for begin in range(0, count, _CHUNK):
        place = np.arange(begin, min(count, begin + _CHUNK)) * step
        first = np.floor(place).astype(np.int64) - reach + 1
        taps = first[:, None] + np.arange(2 * reach)
        at = np.abs(place[:, None] - taps) * cutoff * FINENESS
        index = np.minimum(at.astype(np.int64), len(kernel) - 2)
        low, high = kernel[index].astype(np.float64), kernel[index + 1].astype(np.float64)
        weight = np.where(
            at.astype(np.int64) + 1 >= len(kernel), 0, low + (at - index) * (high - low)
        )
        heard = loop[taps % len(loop)]
        out[begin : begin + len(place)] = cutoff * (heard * weight).sum(1)
    return out


def _kernel() -> NDArray[np.float32]:
    x = np.arange(WINGS * FINENESS + 2) / FINENESS
    window = 0.42 + 0.5 * np.cos(np.pi * x / WINGS) + 0.08 * np.cos(2 * np.pi * x / WINGS)
    return np.where(x >= WINGS, 0, np.sinc(x) * window).astype(np.float32)
