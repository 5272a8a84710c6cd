"""Stationary sines: where they peak, how loud they are, how their phase goes on."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scalogram_sounds import batch
from strided import bin_answers

from immersions.scalogram import Scalogram, ScalogramConfig

REFERENCE = ScalogramConfig()
SAMPLES, FRAMES = 176400, 176


def sine(frequency: float, samples: int = SAMPLES, rate: int = 44100) -> np.ndarray:
    """Amplitude 1, and a whole number of periods a loop: the nearest frequency that has."""
    periods = round(frequency * samples / rate)
    return np.sin(2 * np.pi * periods * np.arange(samples) / samples).astype(np.float32)


@pytest.mark.parametrize("number", [0, 1, 23, 24, 60, 95, 96, 119, 120, 144, 167, 190, 214, 215])
def test_a_sine_peaks_in_its_bin(number: int) -> None:
    levels = Scalogram(REFERENCE).loop(batch(sine(REFERENCE.frequencies[number])), FRAMES)[0, 0]
    assert (levels.argmax(0) == number).all()


@pytest.mark.parametrize("number", [12, 100, 200])
def test_a_full_scale_sine_has_a_half(number: int) -> None:
    levels = Scalogram(REFERENCE).loop(batch(sine(REFERENCE.frequencies[number])), FRAMES)[0, 0]
    expected = (math.log(0.25) - math.log(1e-9)) * 4 / -math.log(1e-9)
    assert levels[number].numpy() == pytest.approx(expected, abs=2e-3)


def test_silence_is_exactly_zero() -> None:
    config = ScalogramConfig(phase=True)
    assert Scalogram(config).loop(torch.zeros(1, SAMPLES), FRAMES).abs().max() < 1e-6


@pytest.mark.parametrize("samples", [SAMPLES, 172 * 1024, 160364], ids=lambda n: f"{n} samples")
@pytest.mark.parametrize("offset", [-0.4, 0.0, 0.3])
@pytest.mark.parametrize("number", [30, 110, 180, 205])
def test_the_phase_of_a_sine_between_bins(number: int, offset: float, samples: int) -> None:
    """Its advance over one hop beyond that of the bin's own frequency, over ln f.

    The hop is the actual one, samples / frames; `offset` is in bins.
    """
    config = ScalogramConfig(phase=True)
    own = config.frequencies[number]
    sound = sine(own * 2 ** (offset / config.bins_per_octave), samples)
    hop_seconds = samples / FRAMES / config.sample_rate
    heard = round(own * 2 ** (offset / config.bins_per_octave) * samples / 44100) * 44100 / samples
    beyond = 2 * math.pi * (heard - own) * hop_seconds
    expected = math.remainder(beyond, 2 * math.pi) / math.log(own)
    phase = Scalogram(config).loop(batch(sound), FRAMES)[0, 1, number].numpy()
    away = np.angle(np.exp(1j * (phase - expected) * math.log(own)))
    assert abs(away).max() < 5e-3


@pytest.mark.parametrize("samples", [176400, 176128, 176413])
def test_the_phase_of_noise_is_that_of_the_definition(samples: int) -> None:
    config = ScalogramConfig(phase=True)
    sound = np.random.default_rng(1).standard_normal(samples).astype(np.float32)
    phase = Scalogram(config).loop(batch(sound), FRAMES)[0, 1].numpy()
    hop = samples / FRAMES
    for number in (3, 80, 130, 170, 210):
        frequency = config.frequencies[number]
        answers = bin_answers(sound, config, frequency, np.arange(FRAMES) * hop)
        expected = 2 * np.pi * frequency * hop / config.sample_rate
        advance = answers * np.roll(answers, 1).conj() * np.exp(-1j * expected)
        away = np.angle(np.exp(1j * phase[number] * math.log(frequency)) / advance)
        assert np.abs(away).max() < 1e-2
