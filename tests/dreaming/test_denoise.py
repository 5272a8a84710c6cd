from __future__ import annotations

import numpy as np
import pytest
import torch

from immersions import assets, audio
from immersions.dreaming.penalties.denoise import denoised

RATE = 44100
CLIPS = {clip.name: clip.path for clip in assets.clips()}


def ratio(signal: np.ndarray, sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.sum(signal**2) / np.sum((sound - signal) ** 2)))


def run(loop: np.ndarray) -> np.ndarray:
    return denoised(torch.from_numpy(loop), 1.0, RATE).numpy()


@pytest.mark.parametrize("name", CLIPS)
def test_noise_at_10_db_falls_by_3_db_or_more(name: str) -> None:
    clip = audio.read(CLIPS[name], RATE).samples
    noise = np.random.default_rng(5).standard_normal(len(clip)).astype(np.float32)
    noisy = clip + noise * np.sqrt(np.mean(clip**2) / np.mean(noise**2) / 10)
    assert ratio(clip, noisy) == pytest.approx(10, abs=0.01)
    assert ratio(clip, run(noisy)) >= 13


@pytest.mark.parametrize("name", CLIPS)
def test_a_clean_clip_stays_as_it_is(name: str) -> None:
    clip = audio.read(CLIPS[name], RATE).samples
    assert ratio(clip, run(clip)) >= 20


def test_silence_stays_silence() -> None:
    assert not run(np.zeros(50000, np.float32)).any()


@pytest.mark.parametrize("samples", [1001, 4410, 50021])
def test_any_length(samples: int) -> None:
    noise = np.random.default_rng(0).standard_normal(samples).astype(np.float32)
    quieter = run(noise)
    assert quieter.shape == noise.shape
    assert np.sqrt(np.mean(quieter**2)) < 0.7


def test_it_is_circular() -> None:
    """A loop that starts elsewhere, by whole blocks of frames, is denoised in the same way."""
    noise = np.random.default_rng(0).standard_normal(81 * 1024).astype(np.float32)
    shifted = np.roll(run(np.roll(noise, 39 * 1024)), -39 * 1024)
    np.testing.assert_allclose(shifted, run(noise), atol=1e-5)
