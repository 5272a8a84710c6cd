"""Gradients: right, finite everywhere, and there whatever ran before."""

from __future__ import annotations

import pytest
import torch
from scalogram_sounds import batch, clip, noise

from immersions.scalogram import Scalogram, ScalogramConfig

SMALL = ScalogramConfig(
    sample_rate=8000, hop=64, bins=40, bins_per_octave=8, fmin=100.0, filter_scale=0.5, phase=True
)


@pytest.mark.parametrize("samples", [1024, 1000, 997], ids=lambda n: f"{n} samples")
def test_gradients_are_those_of_finite_differences(samples: int) -> None:
    """In double precision, along random directions; for whole and broken hops."""
    scalogram = Scalogram(SMALL)
    sound = batch(noise(samples, level=0.3)).double().requires_grad_()
    weights = torch.randn(1, 2, 40, 16, dtype=torch.float64, generator=torch.Generator())

    def total(x: torch.Tensor) -> torch.Tensor:
        return (scalogram.loop(x, 16) * weights).sum()

    (gradient,) = torch.autograd.grad(total(sound), sound)
    for seed in range(5):
        step = batch(noise(samples, seed + 1, level=1.0)).double()
        small = 1e-7
        with torch.no_grad():
            rise = (total(sound + small * step) - total(sound - small * step)) / (2 * small)
        assert float((gradient * step).sum()) == pytest.approx(float(rise), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("phase", [False, True])
@pytest.mark.parametrize("samples", [65536, 65537])
def test_silence_has_finite_values_and_gradients(samples: int, phase: bool) -> None:
    sound = torch.zeros(1, samples, requires_grad=True)
    answer = Scalogram(ScalogramConfig(phase=phase)).loop(sound, 64)
    assert torch.isfinite(answer).all()
    answer.square().sum().backward()
    assert sound.grad is not None
    assert torch.isfinite(sound.grad).all()


@pytest.mark.parametrize("level", [1e-30, 1e-12, 1e-6, 1e-3, 1.0, 1e6])
def test_any_level_has_finite_values_and_gradients(level: float) -> None:
    sound = (batch(noise(50000, level=1.0)) * level).requires_grad_()
    answer = Scalogram(ScalogramConfig(phase=True)).loop(sound, 48)
    assert torch.isfinite(answer).all()
    answer.sum().backward()
    assert sound.grad is not None
    assert torch.isfinite(sound.grad).all()


def test_half_silence_half_music_has_finite_gradients() -> None:
    sound = batch(clip("techno")[:80000])
    sound[:, 40000:] = 0
    sound.requires_grad_()
    Scalogram(ScalogramConfig(phase=True)).loop(sound, 80).sum().backward()
    assert sound.grad is not None
    assert torch.isfinite(sound.grad).all()
    assert sound.grad.abs().max() > 0


@pytest.mark.parametrize("samples", [65536, 65537], ids=["whole hop", "broken hop"])
@pytest.mark.parametrize("first", [torch.no_grad, torch.inference_mode])
def test_listening_first_without_gradients_spoils_none(first: type, samples: int) -> None:
    """What is kept for a loop's length must serve both."""
    scalogram = Scalogram(ScalogramConfig(phase=True))
    sound = batch(noise(samples))
    with first():
        before = scalogram.loop(sound, 64).clone()
    leaf = sound.clone().requires_grad_()
    answer = scalogram.loop(leaf, 64)
    answer.sum().backward()
    assert torch.equal(answer.detach(), before)
    assert leaf.grad is not None
    assert leaf.grad.abs().max() > 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("samples", [65536, 65537])
def test_a_gpu_answers_like_the_cpu(samples: int) -> None:
    scalogram = Scalogram(ScalogramConfig(phase=True))
    sound = batch(noise(samples), noise(samples, 1))
    here = sound.clone().requires_grad_()
    there = sound.cuda().requires_grad_()
    expected, got = scalogram.loop(here, 64)[:, 0], scalogram.loop(there, 64)[:, 0]
    assert got.device.type == "cuda"
    assert (got.cpu() - expected).abs().max() < 1e-2
    assert (got.cpu() - expected).abs().mean() < 1e-5
    expected.sum().backward()
    got.sum().backward()
    assert here.grad is not None
    assert there.grad is not None
    assert (there.grad.cpu() - here.grad).norm() < 1e-2 * here.grad.norm()
