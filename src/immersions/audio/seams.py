"""The seam of a loop: where its last sample meets its first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]

NEAR_SECONDS = 0.05
RAMPS_SECONDS = (0.003, 0.006, 0.012, 0.025)
"""Lengths to try for spreading a click; the shortest that does it changes least."""


def seam(samples: Mono, sample_rate: int) -> tuple[float, float]:
    """The step from last to first sample, and the 99th percentile of the steps within 50 ms of it.

    A loop is seamless when the first is at most the second.
    """
    if len(samples) < 2:
        return 0.0, 0.0
    near = round(NEAR_SECONDS * sample_rate)
    signal = samples.astype(np.float64)
    if len(signal) <= 2 * near + 2:
        steps = np.diff(signal)
    else:
        steps = np.concatenate([np.diff(signal[-near - 1 :]), np.diff(signal[: near + 1])])
    return float(abs(signal[0] - signal[-1])), float(np.percentile(np.abs(steps), 99))


def close_seam(samples: Mono, sample_rate: int) -> Mono:
    """The loop without a click at its seam; the very same array if it is seamless.

    The jump is spread over a few milliseconds as a smooth offset, on both sides in proportion to
    their power: where it is loud the ear notices least, and silence stays silence.
    """
    step, allowed = seam(samples, sample_rate)
    if step <= allowed:
        return samples
    for seconds in RAMPS_SECONDS:
        length = max(1, min(round(seconds * sample_rate), len(samples) // 2))
        closed = _offset(samples, length, allowed)
        step, allowed_now = seam(closed, sample_rate)
        if step <= allowed_now:
            return closed
    # Not a step at all is within any limit.
    closed = _offset(samples, length, 0.0)
    closed[-1] = closed[0]
    return closed


def _offset(samples: Mono, length: int, allowed: float) -> Mono:
    """Move both sides of the seam towards each other, by raised cosines of `length` samples."""
    signal = samples.astype(np.float64)
    # What the neighbouring steps would lead one to expect; less than what is allowed.
    natural = (signal[1] - signal[0] + signal[-1] - signal[-2]) / 2
    jump = signal[0] - signal[-1] - np.clip(natural, -allowed / 2, allowed / 2)
    before, after = np.sum(signal[-length:] ** 2), np.sum(signal[:length] ** 2)
    share = after / (before + after) if before + after > 0 else 0.5
    ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(length) / length)
    signal[:length] -= jump * share * ramp
    signal[-length:] += jump * (1 - share) * ramp[::-1]
    return signal.astype(np.float32)
