"""Networks to listen with: presets, and modules as a stranger might bring them."""

from __future__ import annotations

import functools
from dataclasses import replace

import torch
from torch import Tensor, nn

from immersions.ears.contrastive import (
    ContextBlockConfig,
    ContrastiveConfig,
    ContrastiveEar,
    ContrastiveNetwork,
    EncoderBlockConfig,
)
from immersions.ears.ear import QUANTILES, LayerStatistics
from immersions.ears.presets import PRESETS, config
from immersions.scalogram import ScalogramConfig

TINY = ContrastiveConfig(
    scalogram=ScalogramConfig(
        sample_rate=16000, hop=512, bins=72, bins_per_octave=12, fmin=60.0, filter_scale=0.5
    ),
    encoder=(
        EncoderBlockConfig(6, (3, 3), (5, 1), (2, 2)),
        EncoderBlockConfig(8, (3, 2), (5, 1), (2, 1)),
    ),
    context=(ContextBlockConfig(10, 3, pool=2), ContextBlockConfig(10, 2)),
    loop_seconds=2.0,
    visible_steps=8,
    gap_steps=1,
    predicted_steps=2,
)

BLURRED = {
    "small, blurred by 3": replace(config("small"), blur=3),
    "h20, blurred by 5": replace(config("h20"), blur=5),
}
ARCHITECTURES = [*PRESETS, *BLURRED]
"""What is promised of every network that is trained here is tested on these."""


def lively(network: ContrastiveNetwork, seed: int = 0) -> ContrastiveNetwork:
    """Batch norms with statistics of their own, as after training, so that they do something."""
    random = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.1, generator=random)
            module.running_var.uniform_(0.02, 0.2, generator=random)
    return network.eval()


@functools.cache
def network(preset: str) -> ContrastiveNetwork:
    """An architecture with random weights: the same in every test."""
    own = {"tiny": TINY, **BLURRED}
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return lively(ContrastiveNetwork(own[preset] if preset in own else config(preset)))


def ear(preset: str) -> ContrastiveEar:
    return ContrastiveEar(preset, network(preset))


def statistics(of: ContrastiveEar) -> dict[str, LayerStatistics]:
    """Made-up numbers of the right shapes, exact in half precision."""
    made = {}
    for number, layer in enumerate(of.layers):
        shape = (layer.channels, layer.pitches)
        mean = torch.full(shape, number / 8)
        rising = torch.arange(len(QUANTILES))[:, None, None] / 4
        made[layer.name] = LayerStatistics(mean, mean + 0.5, mean + rising)
    return made


class RawAudio(nn.Module):
    """One-dimensional convolutions on the waveform, in-place nonlinearities, a layer too many."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first = nn.Sequential(nn.Conv1d(1, 8, 64, stride=16), nn.ReLU(inplace=True))
        self.second = nn.Sequential(nn.Conv1d(8, 12, 9, stride=4), nn.ReLU(inplace=True))
        self.embedding = nn.Linear(12, 5)
        self.forgotten = nn.Conv1d(1, 1, 1)

    def forward(self, sound: Tensor) -> Tensor:
        x = self.second(self.first(sound[:, None]))
        return self.embedding(x.mean(-1))


class Picture(nn.Module):
    """Two-dimensional convolutions on a scalogram."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.a = nn.Conv2d(1, 4, 5, padding=2)
        self.b = nn.Conv2d(4, 6, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.relu(self.a(x)))
