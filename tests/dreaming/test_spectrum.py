from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_ear import RATE, beat

from immersions import audio
from immersions.dreaming.parameterisation import (
    SILENCE,
    Fourier,
    Waveform,
    envelope,
    music_amplitude,
)
from immersions.dreaming.spectrum import (
    PEAK_CEILING,
    PEAK_KNEE,
    LoopSpectrum,
    fast_length,
    loudness_of_power,
    power_of_loudness,
    resized,
    tame,
)


@pytest.mark.parametrize("samples", [32000, 31999])
def test_power_and_sound_agree(samples: int) -> None:
    grid, loop = LoopSpectrum(samples, RATE), torch.from_numpy(beat(samples=samples))
    spectrum = grid.of(loop)
    assert grid.rms(spectrum) == pytest.approx(loop.square().mean().sqrt().item(), rel=1e-5)
    torch.testing.assert_close(grid.loop(spectrum), loop, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_loudness_is_that_of_a_meter(rate: int) -> None:
    """Steady noise passes the meter's gates, so both measure all of it."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(4 * rate).astype(np.float32)
    grid = LoopSpectrum(len(noise), rate)
    power = grid.loudness_power(grid.of(torch.from_numpy(noise)))
    assert loudness_of_power(power) == pytest.approx(audio.loudness_lufs(noise, rate), abs=0.1)
    assert power_of_loudness(loudness_of_power(power)) == pytest.approx(power)


def test_delays_of_whole_samples_roll_the_loop() -> None:
    loop = torch.from_numpy(beat())
    grid = LoopSpectrum(len(loop), RATE)
    for samples in (1, -700, 31999):
        factor = grid.delay(torch.tensor([samples / RATE], dtype=torch.float64))[0]
        torch.testing.assert_close(
            grid.loop(grid.of(loop) * factor), loop.roll(samples), rtol=0, atol=2e-5
        )


def test_two_halves_of_a_sample_make_a_whole_one() -> None:
    loop = torch.from_numpy(beat(samples=31999))
    grid = LoopSpectrum(len(loop), RATE)
    half = grid.delay(torch.tensor([0.5 / RATE], dtype=torch.float64))[0]
    twice = grid.loop(grid.of(loop) * half * half)
    torch.testing.assert_close(twice, loop.roll(1), rtol=0, atol=2e-5)


@pytest.mark.parametrize(("samples", "length"), [(166677, 168070), (176400, 176400), (31, 32)])
def test_fast_lengths(samples: int, length: int) -> None:
    assert samples <= fast_length(samples) <= length
    assert fast_length(fast_length(samples)) == fast_length(samples)


@pytest.mark.parametrize(("samples", "length"), [(2000, 2003), (2001, 2048), (2000, 2000)])
def test_another_length_and_back_is_the_same_loop(samples: int, length: int) -> None:
    loop = torch.from_numpy(beat(samples=samples))
    torch.testing.assert_close(resized(resized(loop, length), samples), loop, rtol=0, atol=1e-4)


def test_peaks_are_bent_and_the_rest_left_alone() -> None:
    loop = torch.linspace(-3, 3, 601)
    bent = tame(loop)
    quiet = loop.abs() <= PEAK_KNEE
    assert torch.equal(bent[quiet], loop[quiet])
    assert bent.abs().max() <= PEAK_CEILING
    assert (bent.diff() >= 0).all()


@pytest.mark.parametrize("follow", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("parameterisation", [Fourier, Waveform])
def test_parameterisations_climb(
    parameterisation: type[Fourier] | type[Waveform], follow: float
) -> None:
    loops = torch.from_numpy(np.stack([beat(1), beat(2)]))
    grid = LoopSpectrum(loops.shape[1], RATE)
    gradients = torch.randn(loops.shape, generator=torch.Generator().manual_seed(0))
    directions = parameterisation(grid).directions(gradients, loops, follow)
    climbed = (grid.loop(directions) * gradients).sum(dim=1)
    assert (climbed > 0).all()
    assert directions[:, 0].abs().max() == 0


def test_music_is_weaker_the_higher() -> None:
    amplitude = music_amplitude(torch.linspace(0, 8000, 1001))
    assert amplitude[125] == pytest.approx(1.0, rel=0.01)
    assert amplitude[250] / amplitude[500] == pytest.approx(2.0, rel=0.01)
    assert amplitude[0] == 0


def test_the_envelope_is_circular_and_relative() -> None:
    loop = torch.zeros(1, 8000)
    loop[0, :100] = 1.0
    weight = envelope(loop, RATE, 1.0)
    assert weight.mean() == pytest.approx(1 + SILENCE, rel=1e-3)
    assert weight[0, -100] == pytest.approx(weight[0, 199].item(), rel=0.02)
    assert weight[0, 4000] == pytest.approx(SILENCE)
    torch.testing.assert_close(envelope(3 * loop, RATE, 1.0), weight)
