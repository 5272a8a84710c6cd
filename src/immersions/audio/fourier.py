"""Small helps for transforms of loops of any length."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray


@functools.lru_cache(maxsize=64)
def smooth_length(minimum: int) -> int:
    """The smallest length from `minimum` on whose factors are 2, 3 and 5: fast to transform."""
    best = 1 << (max(1, minimum) - 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = 1 << (-(-minimum // threes) - 1).bit_length()
            best = min(best, threes * twos) if threes * twos >= minimum else best
            threes *= 3
        fives *= 5
    return best


@functools.lru_cache(maxsize=4)
def quarter_sample_ramp(length: int) -> NDArray[np.complex64]:
    """What a spectrum of `length` samples is multiplied with to look a quarter sample ahead."""
    turns: NDArray[np.float64] = np.arange(length // 2 + 1) / (4 * length)
    ramp: NDArray[np.complex64] = np.exp(2j * np.pi * turns).astype(np.complex64)
    return ramp
