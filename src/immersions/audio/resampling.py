"""Sample rates: soxr, at high quality, for plain sounds and for loops."""

from __future__ import annotations

import math

import numpy as np
import soxr
from numpy.typing import NDArray


def resample(
    samples: NDArray[np.float32], source_rate: int, target_rate: int, *, loop: bool = False
) -> NDArray[np.float32]:
    """Mono `samples` at another rate in Hz.

    With `loop` the sound repeats for ever: the result has a whole number of samples for one round
    (its duration changes by less than half a sample) and is as seamless as the source.
    """
    if source_rate == target_rate:
        return samples
    count = len(samples)
    target = max(1, round(count * target_rate / source_rate))
    if not loop:
        return np.asarray(soxr.resample(samples, source_rate, target_rate, "HQ"), np.float32)
    # The round in the middle hears its neighbours; enough rounds to cover the filter's length.
    rounds = 1 + 2 * math.ceil(4096 / min(count, target))
    out = soxr.resample(np.tile(samples, rounds), count, target, "HQ")
    start = (rounds // 2) * target
    return np.asarray(out[start : start + target], np.float32)


def tile(
    samples: NDArray[np.float32], minimum_seconds: float, sample_rate: int
) -> NDArray[np.float32]:
    """The loop repeated the fewest whole times that last `minimum_seconds` or longer."""
    if len(samples) == 0:
        raise ValueError("expected a loop of at least one sample, got none")
    needed = minimum_seconds * sample_rate
    rounds = max(1, math.ceil(round(needed / len(samples), 9)))
    return samples if rounds == 1 else np.tile(samples, rounds)
