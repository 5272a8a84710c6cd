"""True peaks between the samples, and a limiter for loops that nobody hears at work."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from immersions.audio.fourier import quarter_sample_ramp, smooth_length

Mono = NDArray[np.float32]
Curve = NDArray[np.float32]

# The interpolating filter of ITU-R BS.1770-4, annex 2: two of its four phases, the others are
# these reversed.
_PHASE_0 = np.array([
    0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875,
    0.1373291015625, 0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250,
    0.0148925781250, -0.0083007812500,
])  # fmt: skip
_PHASE_1 = np.array([
    -0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500,
    0.4650878906250, 0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625,
    0.0330810546875, -0.0189208984375,
])  # fmt: skip
_PHASES = np.stack([_PHASE_0, _PHASE_1, _PHASE_1[::-1], _PHASE_0[::-1]]).astype(np.float32)

MARGIN_DB = 0.15
"""How far below the ceiling the limiter aims: meters of true peaks differ by about that much."""
REACH_SECONDS = 0.010
"""The gain falls so long before a peak: half a period of 50 Hz, so that bass keeps its shape."""


def true_peak_dbtp(samples: Mono) -> float:
    """True peak in dBTP, of the loop going round and of the file played once; -inf for silence."""
    return -math.inf if len(samples) == 0 else decibels(_peak(samples, envelope(samples)))


def decibels(magnitude: float) -> float:
    return 20 * math.log10(magnitude) if magnitude > 0 else -math.inf


def amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def envelope(samples: Mono) -> Curve:
    """(n,) the largest magnitude from each sample to the next, of the loop going round.

    Exact interpolation of the periodic signal at quarter samples. The first and last value also
    hold what rings there when the file is played once, with silence before and after.
    """
    count = len(samples)
    length = smooth_length(count)
    before = 0
    signal = samples
    if length != count:
        # An awkward length transforms slowly: take more of the loop, faded out at the far ends.
        length, before = smooth_length(count + 1024), 512
        signal = np.pad(samples, (before, length - count - before), mode="wrap")
        fade = (np.sin(np.linspace(0, np.pi / 2, 256)) ** 2).astype(np.float32)
        signal[:256] *= fade
        signal[-256:] *= fade[::-1]
    spectrum = np.fft.rfft(signal.astype(np.float64)).astype(np.complex64)
    ramp = quarter_sample_ramp(length)
    highest = np.abs(signal)
    for _ in range(3):
        spectrum = spectrum * ramp
        between = np.fft.irfft(spectrum, length)
        np.maximum(highest, np.abs(between, out=between), out=highest)
    highest = highest[before : before + count]
    taps = _PHASES.shape[1]
    for phase in _PHASES:
        highest[0] = max(highest[0], np.abs(np.convolve(samples[: 2 * taps], phase)[:taps]).max())
        highest[-1] = max(
            highest[-1], np.abs(np.convolve(samples[-2 * taps :], phase)[-taps:]).max()
        )
    return highest


def _peak(samples: Mono, highest: Curve) -> float:
    """The largest of the envelope and of BS.1770's own filter, run where it can matter."""
    top = float(np.max(highest))
    taps = _PHASES.shape[1]
    near = np.flatnonzero(highest >= 0.9 * top)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(samples, taps), taps)
    # The window of which the filter makes the values just after sample i begins at i - 5.
    answers = around[near + taps - 5] @ _PHASES[:, ::-1].T
    return max(top, float(np.max(np.abs(answers))))


def limiting_gain(
    peaks: Curve, ceiling: float, sample_rate: int, reach_seconds: float = REACH_SECONDS
) -> Curve | None:
    """A smooth circular gain (n,) that keeps `peaks` (n,) at or below `ceiling`; None if all are.

    Each peak's gain is held and smoothed with a triangle that reaches to both sides, so the gain
    arrives before the peak and never exceeds what the peak allows.
    """
    if float(np.max(peaks)) <= ceiling:
        return None
    needed = (ceiling / np.maximum(peaks, ceiling)).astype(np.float32)
    reach = 2 * max(1, round(reach_seconds * sample_rate / 2))
    if 2 * (reach + 1) >= len(needed):
        return np.full(len(needed), needed.min(), np.float32)
    # One sample more than the smoothing reaches, for the peaks between two samples.
    lowest = _sliding_minimum(_wrapped(needed, reach + 1), 2 * reach + 3)
    return _sliding_mean(_sliding_mean(_wrapped(lowest, reach), reach + 1), reach + 1)


def limited(samples: Mono, sample_rate: int, ceiling_dbtp: float) -> tuple[Mono, float]:
    """The loop with its true peak at most at the ceiling, and that peak in dBTP.

    The very same array if it is already.
    """
    highest = envelope(samples)
    peak = decibels(_peak(samples, highest))
    if peak <= ceiling_dbtp:
        return samples, peak
    gain = limiting_gain(highest, amplitude(ceiling_dbtp - MARGIN_DB), sample_rate)
    return lowered(samples if gain is None else samples * gain, ceiling_dbtp)


def lowered(samples: Mono, ceiling_dbtp: float) -> tuple[Mono, float]:
    """The loop turned down as a whole by the little its true peak is too high; and that peak."""
    peak = true_peak_dbtp(samples)
    if peak <= ceiling_dbtp:
        return samples, peak
    down = ceiling_dbtp - 0.001 - peak
    return samples * np.float32(amplitude(down)), peak + down


def _wrapped(curve: Curve, reach: int) -> Curve:
    return np.concatenate([curve[-reach:], curve, curve[:reach]])


def _sliding_minimum(curve: Curve, width: int) -> Curve:
    """(n - width + 1,) minima over `width` neighbours, by doubling."""
    have = 1
    while 2 * have <= width:
        curve = np.minimum(curve[:-have], curve[have:])
        have *= 2
    rest = width - have
    return np.minimum(curve[: len(curve) - rest], curve[rest:])


def _sliding_mean(curve: Curve, width: int) -> Curve:
    """(n - width + 1,) means over `width` neighbours."""
    sums = np.empty(len(curve) + 1)
    sums[0] = 0.0
    np.cumsum(curve, out=sums[1:], dtype=np.float64)
    return ((sums[width:] - sums[:-width]) / width).astype(np.float32)
