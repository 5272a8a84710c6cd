"""Loudness by ITU-R BS.1770-4: K-weighting at any sample rate, gated in blocks of 400 ms."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from immersions.audio.fourier import smooth_length
from immersions.audio.resampling import tile

BLOCK_SECONDS = 0.4
HOP_SECONDS = 0.1
SILENCE_LUFS = -70.0
TAIL_SECONDS = 0.15
"""After so long the weighting's answer to anything has sunk below 1e-15."""


def loudness_lufs(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Integrated loudness of a mono file in LUFS; -inf for silence.

    A sound shorter than one block of 400 ms is measured as the loop that it is.
    """
    if len(samples) == 0:
        return -math.inf
    return gated_loudness(
        weighted(tile(samples, BLOCK_SECONDS, sample_rate), sample_rate), sample_rate
    )


def weighted(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """The K-weighted sound (n,), with silence before it."""
    length = smooth_length(len(samples) + math.ceil(TAIL_SECONDS * sample_rate))
    spectrum = np.fft.rfft(samples.astype(np.float64), length)
    spectrum *= _response(sample_rate, length)
    signal: NDArray[np.float64] = np.fft.irfft(spectrum, length)[: len(samples)]
    return signal


def gated_loudness(signal: NDArray[np.float64], sample_rate: int) -> float:
    """Loudness in LUFS of a K-weighted signal of one block or longer; -inf when all is silence."""
    powers = _block_powers(signal, sample_rate)
    powers = powers[powers > _power(SILENCE_LUFS)]
    if len(powers) == 0:
        return -math.inf
    return _lufs(float(np.mean(powers[powers > 0.1 * np.mean(powers)])))


def ungated_loudness(signal: NDArray[np.float64]) -> float:
    """Loudness in LUFS of all of a K-weighted signal, however soft; -inf for digital silence."""
    return _lufs(float(np.mean(np.square(signal))))


def _block_powers(signal: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Mean squares of the overlapping blocks."""
    width = round(BLOCK_SECONDS * sample_rate)
    blocks = 1 + max(0, math.floor((len(signal) - width) / (HOP_SECONDS * sample_rate) + 1e-9))
    starts = np.floor(np.arange(blocks) * HOP_SECONDS * sample_rate + 1e-6).astype(np.int64)
    sums = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    ends = np.minimum(starts + width, len(signal))
    return np.maximum(sums[ends] - sums[starts], 0.0) / width


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


@functools.lru_cache(maxsize=4)
def _response(sample_rate: int, length: int) -> NDArray[np.complex128]:
    """The K-weighting's frequency response at the bins of a transform of `length` samples."""
    delay = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    response = np.ones(len(delay), np.complex128)
    for upper, lower in (_shelf(sample_rate), _high_pass(sample_rate)):
        response *= (upper[0] + delay * (upper[1] + delay * upper[2])) / (
            lower[0] + delay * (lower[1] + delay * lower[2])
        )
    return response


Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]

# Analogue prototypes from which the recommendation's 48 kHz coefficients follow, to all of their
# digits, by the bilinear transform; other sample rates get theirs in the same way.


def _shelf(sample_rate: int) -> Biquad:
    """The head's 4 dB above 2 kHz."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    upper = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    return upper, (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)


def _high_pass(sample_rate: int) -> Biquad:
    """Bass below 40 Hz counts less."""
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    q = 0.5003270373238773
    scale = 1 + k / q + k * k  # the recommendation leaves the numerator at 1, -2, 1
    return (1, -2, 1), (1, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale)
