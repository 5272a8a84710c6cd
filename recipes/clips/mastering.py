"""Bring a loop to its loudness, hold its true peak, and prove that it has no seam."""

import numpy as np
import pyloudnorm
from circular import RATE_HZ, band
from scipy.ndimage import convolve1d, minimum_filter1d

LOUDNESS_LUFS = -16.0
TRUE_PEAK_DB = -1.2  # a little below the -1 dBTP promised, for the rounding to 16 bits


def loudness(loop: np.ndarray) -> float:
    """Integrated loudness in LUFS of the loop as it is heard: repeated."""
    return float(pyloudnorm.Meter(RATE_HZ).integrated_loudness(np.tile(loop, 3)))


def oversampled(loop: np.ndarray, times: int = 4) -> np.ndarray:
    """The loop at `times` its rate: its spectrum, padded with zeros."""
    return np.fft.irfft(np.fft.rfft(loop), len(loop) * times) * times


def true_peak_db(loop: np.ndarray) -> float:
    """Peak between the samples, in dB relative to full scale."""
    return float(20 * np.log10(max(np.abs(oversampled(loop)).max(), 1e-9)))


def limit(loop: np.ndarray, ceiling_db: float, look_s: float = 0.003) -> np.ndarray:
    """Turn down, smoothly and ahead of time, what would pass the ceiling (dB, true peak)."""
    ceiling = 10 ** (ceiling_db / 20)
    peaks = np.abs(oversampled(loop)).reshape(-1, 4).max(axis=1)
    peaks = np.maximum(peaks, np.roll(peaks, 1))
    gain = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    reach = 2 * int(look_s * RATE_HZ) + 1
    gain = minimum_filter1d(gain, reach, mode="wrap")
    window = np.hanning(reach + 2)[1:-1]
    return loop * convolve1d(gain, window / window.sum(), mode="wrap")


def master(loop: np.ndarray) -> np.ndarray:
    """At -16 LUFS, true peak below -1 dB, no DC or rumble, rounded to 16 bits."""
    clean = band(loop, lowest_hz=28)
    gain_db = LOUDNESS_LUFS - loudness(clean)
    for _ in range(12):
        mastered = clean * 10 ** (gain_db / 20)
        for _ in range(3):
            mastered = limit(mastered, TRUE_PEAK_DB)
        missing_db = LOUDNESS_LUFS - loudness(mastered)
        if abs(missing_db) < 0.05:
            break
        gain_db += missing_db
    return np.round(mastered * 32767) / 32767


def seam(loop: np.ndarray) -> tuple[float, float]:
    """The step from the last to the first sample, and the 99th percentile of the steps near it."""
    near = int(0.05 * RATE_HZ)
    around = np.concatenate([loop[-near:], loop[:near]])
    return float(abs(loop[0] - loop[-1])), float(np.percentile(np.abs(np.diff(around)), 99))
