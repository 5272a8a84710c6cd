"""True peaks between the samples, and a limiter for loops that nobody hears at work."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from immersions.audio.fourier import quarter_sample_ramp, smooth_length

Mono = NDArray[np.float32]
Curve = NDArray[np.float64]

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
_PHASES = (_PHASE_0, _PHASE_1, _PHASE_1[::-1], _PHASE_0[::-1])

MARGIN_DB = 0.05
"""How far below the ceiling the limiter aims: meters differ by about that much."""
REACH_SECONDS = 0.010
"""The gain falls so long before a peak: half a period of 50 Hz, so that bass keeps its shape."""


def true_peak_dbtp(samples: Mono) -> float:
    """True peak in dBTP, of the loop going round and of the file played once; -inf for silence."""
    if len(samples) == 0:
        return -math.inf
    return decibels(float(np.max(envelope(samples))))


def decibels(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def envelope(samples: Mono) -> Curve:
    """(n,) the largest magnitude within a sample's length of each sample, of both views.

    Going round: exact interpolation of the periodic signal at quarter samples. Played once: the
    filter of BS.1770 at odd eighths, with silence before and after.
    """
    signal = samples.astype(np.float64)
    return np.maximum(_round_view(signal), _once_view(signal))


def _round_view(signal: Curve) -> Curve:
    count = len(signal)
    length = smooth_length(count)
    before = 0
    if length != count:
        # An awkward length transforms slowly: take more of the loop, faded out at the far ends.
        length, before = smooth_length(count + 1024), 512
        signal = np.pad(signal, (before, length - count - before), mode="wrap")
        fade = np.sin(np.linspace(0, np.pi / 2, 256)) ** 2
        signal[:256] *= fade
        signal[-256:] *= fade[::-1]
    spectrum = np.fft.rfft(signal)
    ramp = quarter_sample_ramp(length)
    highest = np.abs(signal)
    for _ in range(3):
        spectrum = spectrum * ramp
        np.maximum(highest, np.abs(np.fft.irfft(spectrum, length)), out=highest)
    return highest[before : before + count]


def _once_view(signal: Curve) -> Curve:
    count = len(signal)
    full = np.abs(np.convolve(signal, _PHASES[0]))
    for phase in _PHASES[1:]:
        np.maximum(full, np.abs(np.convolve(signal, phase)), out=full)
    # The filter delays by 5.5 samples; what rings before and after the file counts for its ends.
    highest = np.maximum(full[5 : 5 + count], full[6 : 6 + count])
    highest[0] = max(highest[0], full[:6].max())
    highest[-1] = max(highest[-1], full[count + 5 :].max())
    return highest


def limiting_gain(peaks: Curve, ceiling: float, sample_rate: int) -> Curve | None:
    """A smooth circular gain (n,) that keeps `peaks` (n,) at or below `ceiling`; None if all are.

    Each peak's gain is held and smoothed with a triangle that reaches 10 ms to both sides, so the
    gain arrives before the peak and never exceeds what the peak allows.
    """
    if float(np.max(peaks)) <= ceiling:
        return None
    needed = ceiling / np.maximum(peaks, ceiling)
    # One sample more than the smoothing reaches, for the peaks between two samples.
    reach = 2 * max(1, round(REACH_SECONDS * sample_rate / 2))
    if 2 * (reach + 1) >= len(needed):
        return np.full(len(needed), float(needed.min()))
    lowest = _sliding_minimum(_wrapped(needed, reach + 1), 2 * reach + 3)
    box = reach + 1
    gain = _sliding_mean(_sliding_mean(_wrapped(lowest, reach), box), box)
    return np.minimum(gain, 1.0)


def limit(samples: Mono, sample_rate: int, ceiling_dbtp: float = -1.0) -> Mono:
    """The loop with its true peak at most at the ceiling; the very same array if it is already."""
    if len(samples) == 0:
        return samples
    peaks = envelope(samples)
    if decibels(float(peaks.max())) <= ceiling_dbtp:
        return samples
    gain = limiting_gain(peaks, 10 ** ((ceiling_dbtp - MARGIN_DB) / 20), sample_rate)
    limited = samples if gain is None else (samples * gain).astype(np.float32)
    return lowered(limited, ceiling_dbtp)


def lowered(samples: Mono, ceiling_dbtp: float) -> Mono:
    """The loop turned down as a whole by the little that its true peak is above the ceiling."""
    peak = true_peak_dbtp(samples)
    if peak <= ceiling_dbtp:
        return samples
    return (samples * 10 ** ((ceiling_dbtp - 0.001 - peak) / 20)).astype(np.float32)


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
    sums = np.cumsum(curve)
    sums[width:] -= sums[:-width].copy()
    return sums[width - 1 :] / width
