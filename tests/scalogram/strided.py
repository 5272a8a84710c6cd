"""The definition: every bin as a strided convolution in double precision, one kernel a frame.

The kernel of a frame is sampled at its own distance from the samples around it, so that frames may
fall between samples; the sound repeats for ever. Written from the definition alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from immersions.scalogram import ScalogramConfig

Complex = NDArray[np.complex128]


def bin_answers(
    sound: NDArray[np.floating], config: ScalogramConfig, frequency: float, centres: NDArray
) -> Complex:
    """One bin's answers around `centres`, which are in samples and need not be whole."""
    rate = config.sample_rate
    window_samples = config.cycles / frequency * rate
    half = int(np.ceil(window_samples / 2)) + 1
    index = np.round(centres).astype(int)[:, None] + np.arange(-half, half + 1)
    away = index - centres[:, None]
    inside = np.abs(away) < window_samples / 2
    window = np.where(inside, np.cos(np.pi * away / window_samples) ** 2, 0.0)
    window /= window.sum(1, keepdims=True)
    wave = np.exp(-2j * np.pi * frequency / rate * away)
    return (sound[index % len(sound)].astype(np.float64) * window * wave).sum(1)


def amplitudes(
    sound: NDArray[np.floating],
    config: ScalogramConfig,
    frames: int,
    bins: Iterable[int] | None = None,
) -> NDArray[np.float64]:
    """|X| (bins, frames): where an octave's windows are shorter than the hop, the loudest of
    `oversampling` answers."""
    rows = []
    for number in range(config.bins) if bins is None else bins:
        frequency = config.frequencies[number]
        lowest = config.frequencies[number // config.bins_per_octave * config.bins_per_octave]
        short = config.cycles / lowest < len(sound) / config.sample_rate / frames
        pool = config.oversampling if short else 1
        centres = np.arange(frames * pool) * (len(sound) / (frames * pool))
        answers = np.abs(bin_answers(sound, config, frequency, centres))
        rows.append(answers.reshape(frames, pool).max(1))
    return np.stack(rows)


def amplitudes_of(levels: NDArray[np.floating]) -> NDArray[np.float64]:
    """|X| from logarithmic levels: the inverse of (ln(|X|^2 + 1e-9) + 20.723) * 4 / 20.723."""
    floor = 1e-9
    power = np.exp(levels.astype(np.float64) * -np.log(floor) / 4 + np.log(floor)) - floor
    return np.sqrt(np.maximum(power, 0))
