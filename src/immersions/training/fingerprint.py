"""What a recording is, whatever its file: two encodings of it are alike, other music is not.

A fingerprint is the level in bands, less its mean over the bands and over the eight seconds around
it. What a gain, an equaliser or a codec does to a recording is gone then, and a start that is cut
off only moves the rest. It is taken from the scalogram that training keeps anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int8
from numpy.typing import NDArray

from immersions.scalogram import ScalogramConfig
from immersions.scalogram.transform import LOG_SCALE

LOWEST_HZ, HIGHEST_HZ = 60.0, 5000.0
"""Above, a codec at a low rate leaves little of the original."""
WINDOW = np.hanning(6)[1:-1].astype(np.float32)
"""The steps that a level is taken over, so that a start between two steps changes little."""
NEARBY_SECONDS = 8.0
QUIET = 1e-3
"""Of the mean power: what is softer is taken for silence."""
LEAST_DEVIATION = 0.1
"""Of a level, in nepers of power. A sound in which less happens has nothing to be known by."""
LOUDEST, UNIT = 2.5, 50
"""In deviations, and the whole numbers that stand for one."""
STEPS_AT_ONCE, BANDS_AT_ONCE = 256, 8
OVERLAP = 0.6
"""The shorter of two recordings has to lie in the other by this share."""
LAGS = (0, 1, 2, 4, 8, 16, 32)
"""In steps, over which `outline` compares a recording with itself."""

Levels = Float[NDArray[np.float16], "parts bins frames"]
Print = Int8[NDArray[np.int8], "steps bands"]


@dataclass(frozen=True)
class Grain:
    """How fine a fingerprint is."""

    step_seconds: float
    bands_per_octave: int


COARSE = Grain(0.25, 3)
"""Takes a thousandth of a scalogram's room, and is kept."""
FINE = Grain(0.04, 12)
"""Tells apart what repeats with the same rhythm and sounds, but with other notes."""


def fingerprint(levels: Levels, config: ScalogramConfig, grain: Grain = COARSE) -> Print:
    """The fingerprint of a scalogram; empty for one that is shorter than a window."""
    power = _band_power(levels, config, grain)
    steps = len(power) - len(WINDOW) + 1
    if steps < 1:
        return np.zeros((0, power.shape[1]), np.int8)
    heard = np.zeros((steps, power.shape[1]), np.float32)
    for number, weight in enumerate(WINDOW):
        heard += weight * power[number : number + steps]
    level = np.log(heard + QUIET * heard.mean() + QUIET)
    level -= level.mean(1, keepdims=True)
    step_seconds = _step_frames(config, grain) * config.hop / config.sample_rate
    level -= _mean_nearby(level, round(NEARBY_SECONDS / step_seconds) | 1)
    level /= max(float(level.std()), LEAST_DEVIATION)
    level[heard.sum(1) < QUIET * heard.sum(1).mean()] = 0
    return np.round(UNIT * level.clip(-LOUDEST, LOUDEST)).astype(np.int8)


def bands(config: ScalogramConfig, grain: Grain) -> int:
    """The bands of a fingerprint."""
    return len(_edges(config, grain)) - 1


def outline(found: Print) -> Float[NDArray[np.float32], " numbers"]:
    """How the bands of a fingerprint go together, at once and later: a vector of length 1.

    Where in the recording something happens does not count, so that the products of outlines tell
    which recordings may be the same. Zero where there is nothing to compare.
    """
    level = found.astype(np.float32)
    tables = np.zeros((len(LAGS), level.shape[1], level.shape[1]), np.float32)
    for table, lag in zip(tables, LAGS, strict=True):
        if lag < len(level):
            table[:] = level[lag:].T @ level[: len(level) - lag] / (len(level) - lag)
    tables /= max(float(np.linalg.norm(tables)), 1e-6)
    return tables.ravel()


def digest(found: Print) -> str:
    """Sixteen hexadecimal digits, 64 signs of the outline: few bits differ between encodings."""
    vector = outline(found)
    signs = np.random.default_rng(0).standard_normal((64, len(vector))) @ vector > 0
    return np.packbits(signs).tobytes().hex()


def likeness(one: Print, other: Print) -> float:
    """The highest correlation of two recordings over all lags with enough overlap: 1 is the same.

    Lags at which only the quiet ends of the two meet do not count.
    """
    n, m = len(one), len(other)
    energies = [_energy_before(one), _energy_before(other)]
    if min(float(energy[-1]) for energy in energies) == 0:
        return 0.0
    size = 1 << (n + m - 1).bit_length()
    product = np.zeros(size // 2 + 1, np.complex64)
    for band in range(0, one.shape[1], BANDS_AT_ONCE):
        spectra = [
            np.fft.rfft(found[:, band : band + BANDS_AT_ONCE].T.astype(np.float32), size)
            for found in (one, other)
        ]
        product += (spectra[0] * spectra[1].conj()).sum(0)
    products = np.fft.irfft(product, size)
    lags = np.arange(-m + 1, n)  # step t of the one meets step t - lag of the other
    start, stop = np.maximum(lags, 0), np.minimum(n, lags + m)
    lags, start, stop = (row[stop - start >= OVERLAP * min(n, m)] for row in (lags, start, stop))
    of_one = energies[0][stop] - energies[0][start]
    of_other = energies[1][stop - lags] - energies[1][start - lags]
    least = 0.5 * min(energies[0][-1], energies[1][-1])
    enough = (of_one > least) & (of_other > least)
    if not enough.any():
        return 0.0
    return float((products[lags][enough] / np.sqrt(of_one[enough] * of_other[enough])).max())


def _energy_before(found: Print) -> Float[NDArray[np.float64], " steps_and_one"]:
    return np.concatenate([[0.0], np.cumsum(np.square(found, dtype=np.float64).sum(1))])


def _step_frames(config: ScalogramConfig, grain: Grain) -> int:
    return max(1, round(grain.step_seconds * config.sample_rate / config.hop))


def _edges(config: ScalogramConfig, grain: Grain) -> list[int]:
    """The bins at which bands begin, and that at which the last one ends."""
    frequencies = np.array(config.frequencies)
    inside = np.flatnonzero((frequencies >= LOWEST_HZ) & (frequencies <= HIGHEST_HZ))
    first, count = (int(inside[0]), len(inside)) if len(inside) else (0, config.bins)
    width = min(count, max(1, round(config.bins_per_octave / grain.bands_per_octave)))
    return list(range(first, first + count - count % width + 1, width))


def _band_power(
    levels: Levels, config: ScalogramConfig, grain: Grain
) -> Float[NDArray[np.float32], "steps bands"]:
    """The power in every band and step, in parts of the logarithm's floor; a part at a time."""
    edges, step = _edges(config, grain), _step_frames(config, grain)
    steps, bands = levels.shape[-1] // step, len(edges) - 1
    power = np.zeros((steps, bands), np.float32)
    for start in range(0, steps, STEPS_AT_ONCE):
        stop = min(start + STEPS_AT_ONCE, steps)
        some = levels[0, edges[0] : edges[-1], start * step : stop * step].astype(np.float32)
        linear = np.expm1(some / np.float32(LOG_SCALE)).reshape(bands, -1, stop - start, step)
        power[start:stop] = linear.sum((1, 3)).T
    return power


def _mean_nearby(
    level: Float[NDArray[np.float32], "steps bands"], steps: int
) -> Float[NDArray[np.float32], "steps bands"]:
    """The mean over so many steps (an odd number) around each; the edges repeat."""
    padded = np.pad(level, ((steps // 2 + 1, steps // 2), (0, 0)), mode="edge")
    total = padded.cumsum(0, dtype=np.float64)
    return ((total[steps:] - total[:-steps]) / steps).astype(np.float32)
