"""A real ear that is small enough to dream in a test: random weights, measured statistics."""

from __future__ import annotations

import functools

import numpy as np
import torch

from immersions.ears.contrastive import (
    ContextBlockConfig,
    ContrastiveConfig,
    ContrastiveEar,
    ContrastiveNetwork,
    EncoderBlockConfig,
)
from immersions.ears.ear import QUANTILES, LayerStatistics
from immersions.scalogram import ScalogramConfig

RATE = 16000
SAMPLES = 2 * RATE
CONFIG = ContrastiveConfig(
    scalogram=ScalogramConfig(
        sample_rate=RATE, hop=512, bins=72, bins_per_octave=12, fmin=60.0, filter_scale=0.5
    ),
    encoder=(
        EncoderBlockConfig(8, (3, 3), (5, 1), (2, 2)),
        EncoderBlockConfig(16, (3, 3), (5, 1), (2, 1)),
    ),
    context=(ContextBlockConfig(16, 3, pool=2),),
    loop_seconds=2.0,
    visible_steps=8,
    gap_steps=1,
    predicted_steps=2,
    slope=0.1,
)


@functools.cache
def network() -> ContrastiveNetwork:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return ContrastiveNetwork(CONFIG)


def beat(seed: int = 3, samples: int = SAMPLES, decay: float = 700.0) -> np.ndarray:
    """Eight strokes a loop of decaying noise over a low tone."""
    noise = np.random.default_rng(seed).standard_normal(samples)
    time = np.arange(samples)
    stroke = np.exp(-(time % (samples // 8)) / decay)
    tone = np.sin(2 * np.pi * round(110 * samples / RATE) * time / samples)
    return ((0.15 * noise + 0.3 * tone) * stroke).astype(np.float32)


@functools.cache
def tiny_ear() -> ContrastiveEar:
    bare = ContrastiveEar("tiny", network())
    names = [layer.name for layer in bare.layers]
    sounds = torch.from_numpy(np.stack([beat(seed, decay=300.0 * seed) for seed in range(1, 7)]))
    with torch.no_grad():
        heard = bare.listen(sounds, names)
    return ContrastiveEar("tiny", network(), {name: _statistics(heard[name]) for name in names})


def _statistics(heard: torch.Tensor) -> LayerStatistics:
    flat = heard.permute(1, 2, 0, 3).flatten(2)
    quantiles = torch.quantile(flat, torch.tensor(QUANTILES), dim=2)
    return LayerStatistics(flat.mean(2), flat.std(2), quantiles)
