"""Sounds to listen to."""

from __future__ import annotations

import functools

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray

from immersions import assets

Sound = NDArray[np.float32]


@functools.cache
def clip(name: str) -> Sound:
    """A bundled start clip at 44.1 kHz, mono."""
    path = next(clip.path for clip in assets.clips() if clip.name == name)
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == 44100
    return samples.mean(1)


def noise(samples: int, seed: int = 0, level: float = 0.1) -> Sound:
    random = np.random.default_rng(seed)
    return (level * random.standard_normal(samples)).astype(np.float32)


def batch(*sounds: Sound) -> torch.Tensor:
    return torch.from_numpy(np.stack(sounds))
