"""Make a loop ready to be heard: its loudness, its peak and its seam, all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions.audio import loudness, peaks
from immersions.audio.resampling import tile
from immersions.audio.seams import close_seam

Mono = NDArray[np.float32]

CLOSE_ENOUGH_LU = 0.1
ROUNDS = 8
CORRECTIONS = 3
LIMITERS = ((0.010, 9.0), (0.003, 9.0), (0.001, 12.0), (0.0003, 18.0))
"""Reach in s and the most drive in dB: a faster limiter, which is heard sooner, follows only when
the slower one is driven as far as makes sense and the loop is still too soft."""


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

    The result is finite and repeats as seamlessly as it plays. Where loudness and peak cannot both
    be had, the peak is kept and the loudness missed, by `missed_lu`. With None the loop keeps its
    own loudness, as far as its peak allows.
    """
    clean = np.nan_to_num(samples.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    clean = close_seam(clean, sample_rate)
    if not np.any(clean):
        return Finished(clean, -math.inf, -math.inf, 0.0)
    if loudness_lufs is None:
        kept, peak = _kept_within(clean, sample_rate, ceiling_dbtp)
        return Finished(kept, loudness.loudness_lufs(kept, sample_rate), peak, 0.0)
    level = _Level(clean, sample_rate, ceiling_dbtp)
    aim = loudness_lufs
    for _ in range(CORRECTIONS):
        driven, possible = level.driven(aim)
        kept, peak = _kept_within(driven, sample_rate, ceiling_dbtp)
        reached = loudness.loudness_lufs(kept, sample_rate)
        if not possible or abs(reached - loudness_lufs) <= 2 * CLOSE_ENOUGH_LU:
            break
        aim += loudness_lufs - reached
    return Finished(kept, reached, peak, reached - loudness_lufs)


def _kept_within(samples: Mono, sample_rate: int, ceiling_dbtp: float) -> tuple[Mono, float]:
    """The loop below the ceiling and without a seam, and its true peak in dBTP."""
    for _ in range(CORRECTIONS):
        samples, peak = peaks.limited(samples, sample_rate, ceiling_dbtp)
        closed = close_seam(samples, sample_rate)
        if closed is samples:
            return samples, peak
        samples = closed
    return peaks.lowered(samples, ceiling_dbtp)


class _Level:
    """The search for the gain before the limiter that gives a loop the loudness asked for.

    The limiter's gain is slow, so that weighting and peaks can be measured once and multiplied by
    it in each round instead of being measured anew; what that gets wrong, `finish` corrects.
    """

    def __init__(self, samples: Mono, sample_rate: int, ceiling_dbtp: float) -> None:
        self.samples, self.sample_rate = samples, sample_rate
        self.ceiling = peaks.amplitude(ceiling_dbtp - peaks.MARGIN_DB)
        self.peaks = peaks.envelope(samples)
        tiled = tile(samples, loudness.BLOCK_SECONDS, sample_rate)
        self.rounds = len(tiled) // len(samples)
        self.heard = loudness.weighted(tiled, sample_rate)
        own = loudness.gated_loudness(self.heard, sample_rate)
        self.own = own if math.isfinite(own) else loudness.ungated_loudness(self.heard)

    def driven(self, wanted: float) -> tuple[Mono, bool]:
        """The loop with gain and limiting, and whether that should make it `wanted` LUFS loud."""
        if not math.isfinite(self.own):
            return self.samples, False  # nothing in it that loudness would count
        least = drive = wanted - self.own
        for reach, most in LIMITERS:
            drive, gain, missing = self._search(wanted, drive, least + most, reach)
            if missing <= CLOSE_ENOUGH_LU:
                break
        return (self.samples * gain).astype(np.float32), missing <= CLOSE_ENOUGH_LU

    def _search(
        self, wanted: float, drive: float, most: float, reach: float
    ) -> tuple[float, Mono | np.float32, float]:
        """The drive in dB up to `most`, the gain it makes, and the LU that are missing still.

        Loudness never falls with more drive, and a limiter only takes from it.
        """
        too_soft: tuple[float, float] = (wanted - self.own, 0.0)
        too_loud: tuple[float, float] | None = None
        for _ in range(ROUNDS):
            gain, heard = self._tried(drive, reach)
            missing = wanted - heard
            if abs(missing) <= CLOSE_ENOUGH_LU or (missing > 0 and drive >= most):
                break
            if missing > 0:
                too_soft = (drive, missing)
            else:
                too_loud = (drive, missing)
            if too_loud is None:
                drive = min(drive + 1.3 * missing, most)
            else:
                share = too_soft[1] / (too_soft[1] - too_loud[1])
                drive = too_soft[0] + max(0.1, share) * (too_loud[0] - too_soft[0])
        return drive, gain, missing

    def _tried(self, drive: float, reach: float) -> tuple[Mono | np.float32, float]:
        """The gain of `drive` dB and the limiter after it, and the loudness in LUFS with it."""
        factor = np.float32(peaks.amplitude(drive))
        limiter = peaks.limiting_gain(self.peaks * factor, self.ceiling, self.sample_rate, reach)
        if limiter is None:
            gain: Mono | np.float32 = factor
            heard = self.heard * factor
        else:
            gain = limiter * factor
            heard = self.heard * (gain if self.rounds == 1 else np.tile(gain, self.rounds))
        return gain, loudness.gated_loudness(heard, self.sample_rate)
