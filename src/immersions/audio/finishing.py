"""Make a loop ready to be heard: its loudness, its peak and its seam, all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions.audio import loudness as levels
from immersions.audio.loudness import (
    BLOCK_SECONDS,
    gated_loudness,
    ungated_loudness,
    weighted,
)
from immersions.audio.peaks import (
    MARGIN_DB,
    envelope,
    limit,
    limiting_gain,
    true_peak_dbtp,
)
from immersions.audio.resampling import tile
from immersions.audio.seams import close_seam, seam

Mono = NDArray[np.float32]

CLOSE_ENOUGH_LU = 0.1
MOST_DRIVE_DB = 24.0
"""The limiter is driven no harder than this in search of loudness."""
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Finished:
    """A loop that may be played or written, and its measured levels."""

    samples: Mono
    loudness_lufs: float
    true_peak_dbtp: float
    missed_lu: float
    """Reached loudness minus the one asked for; 0 when none was or the loop is silent."""


def finish(
    samples: Mono, sample_rate: int, loudness_lufs: float | None, ceiling_dbtp: float = -1.0
) -> Finished:
    """Bring a loop to `loudness_lufs` with a true peak of at most `ceiling_dbtp`.

    The result is finite, has no seam, and repeats as seamlessly as it plays. Where both cannot
    be had, the peak is kept and the loudness is missed by `missed_lu`. With None the
    loop keeps its own.
    """
    clean = np.nan_to_num(samples.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    clean = close_seam(clean, sample_rate)
    if not np.any(clean):
        return Finished(clean, -math.inf, -math.inf, 0.0)
    driven = _driven(clean, sample_rate, loudness_lufs, ceiling_dbtp)
    for _ in range(3):
        driven = limit(driven, sample_rate, ceiling_dbtp)
        step, allowed = seam(driven, sample_rate)
        if step <= allowed:
            break
        driven = close_seam(driven, sample_rate)
    reached = levels.loudness_lufs(driven, sample_rate)
    missed = 0.0 if loudness_lufs is None else reached - loudness_lufs
    return Finished(driven, reached, true_peak_dbtp(driven), missed)


def _driven(samples: Mono, sample_rate: int, loudness: float | None, ceiling_dbtp: float) -> Mono:
    """The loop with gain and limiting so that it is as loud as asked for.

    The limiter's gain is slow, so weighting and peaks are measured once and multiplied by it in
    each round instead of being measured anew.
    """
    peaks = envelope(samples)
    ceiling = 10 ** ((ceiling_dbtp - MARGIN_DB) / 20)
    if loudness is None:
        gain = limiting_gain(peaks, ceiling, sample_rate)
        return samples if gain is None else (samples * gain).astype(np.float32)
    rounds = len(tile(samples, BLOCK_SECONDS, sample_rate)) // len(samples)
    heard = weighted(np.tile(samples, rounds), sample_rate)
    own = gated_loudness(heard, sample_rate)
    start = loudness - (own if math.isfinite(own) else ungated_loudness(heard))
    if not math.isfinite(start):
        return samples
    drive = start
    for _ in range(ROUNDS):
        factor = 10 ** (drive / 20)
        gain = limiting_gain(peaks * factor, ceiling, sample_rate)
        whole = factor if gain is None else gain * factor
        each = whole if gain is None else np.tile(whole, rounds)
        missing = loudness - gated_loudness(heard * each, sample_rate)
        if abs(missing) <= CLOSE_ENOUGH_LU or not math.isfinite(missing):
            break
        drive = min(drive + missing, start + MOST_DRIVE_DB)
    return (samples * whole).astype(np.float32)
