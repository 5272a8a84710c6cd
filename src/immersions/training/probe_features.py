"""What the probe compares: an ear's c, the same untrained, and statistics of log-mel bands."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveEar, ContrastiveNetwork

CALIBRATED_ON = 256
MEL_BANDS = 64
MEL_WINDOW, MEL_HOP = 2048, 512
MEL_LOWEST, MEL_HIGHEST = 30.0, 16_000.0
MEL_FLOOR = 1e-10
"""Of the power of a full-scale sine's bin, -100 dB: what is quieter counts as silence."""

Levels = Float[Tensor, "items parts bins frames"]
Contexts = Float[Tensor, "items c steps"]


@torch.no_grad()
def contexts(
    ear: ContrastiveEar, levels: Levels, batch: int = 16
) -> Float[Tensor, "items c steps"]:
    """Every c of each item; the last one hears the most of it."""
    name = ear.layers[-1].name
    answers = [ear.respond(part, [name])[name] for part in levels.float().split(batch)]
    return torch.cat([answer.flatten(1, 2) for answer in answers])


def untrained(config: ContrastiveConfig, levels: Levels, seed: int) -> ContrastiveEar:
    """The architecture with random weights, drawn by `seed` as training draws them.

    Its batch norms take their statistics from `levels` (256 of them, drawn by `seed`), so that it
    is as well scaled as a trained one: only what was learned is missing.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = ContrastiveNetwork(config)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the plain average over all batches
        elif isinstance(module, nn.Dropout):
            module.p = 0.0
    network.train()
    order = torch.randperm(len(levels), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for part in levels[order[:CALIBRATED_ON]].float().split(32):
            if len(part) > 1:
                network(part)
    with torch.random.fork_rng(devices=[]):  # making the ear's copy draws weights too
        return ContrastiveEar("untrained", network, trained=False)


@torch.no_grad()
def log_mel(sound: Float[Tensor, "items samples"], rate: int) -> Float[Tensor, "items features"]:
    """Mean and deviation over time of the log-power of mel bands."""
    window = torch.hann_window(MEL_WINDOW)
    spectrum = torch.stft(sound, MEL_WINDOW, MEL_HOP, window=window, return_complex=True)
    power = spectrum.abs().square() / (window.sum() / 2) ** 2
    bands = mel_filters(rate) @ power
    level = 10 * torch.log10(bands + MEL_FLOOR)
    return torch.cat([level.mean(-1), level.std(-1)], -1)


def mel_filters(rate: int) -> Float[Tensor, "bands coefficients"]:
    """Triangles that are evenly spaced in mel, each summing to one."""
    highest = min(MEL_HIGHEST, rate / 2)
    edges = torch.linspace(_mel(MEL_LOWEST), _mel(highest), MEL_BANDS + 2, dtype=torch.float64)
    edges = 700 * (10 ** (edges / 2595) - 1)
    frequencies = torch.linspace(0, rate / 2, MEL_WINDOW // 2 + 1, dtype=torch.float64)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
    triangles = torch.minimum(rising, falling).clamp_min(0)
    # The narrowest lie between two coefficients of the spectrum: they take the nearest.
    nearest = (frequencies - centre).abs().argmin(1, keepdim=True)
    empty = triangles.sum(1, keepdim=True) == 0
    triangles = torch.where(empty, torch.zeros_like(triangles).scatter(1, nearest, 1), triangles)
    return (triangles / triangles.sum(1, keepdim=True)).float()


def _mel(frequency: float) -> float:
    return 2595 * math.log10(1 + frequency / 700)
