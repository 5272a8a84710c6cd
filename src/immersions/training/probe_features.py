"""What the probe compares: readouts of an ear, the same untrained, and statistics of spectra."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveEar, ContrastiveNetwork

CALIBRATED_ON = 256
MEL_BANDS = 64
MEL_WINDOW, MEL_HOP = 2048, 512
MEL_LOWEST, MEL_HIGHEST = 30.0, 16_000.0
CEPSTRA = 20
MEL_FLOOR = 1e-10
"""Of the power of a full-scale sine's bin, -100 dB: what is quieter counts as silence."""

Levels = Float[Tensor, "items parts bins frames"]
Features = Float[Tensor, "items features"]
Read = Callable[[Float[Tensor, "items channels pitches frames"]], Features]


def mean_and_deviation(activity: Float[Tensor, "items channels pitches frames"]) -> Features:
    """Over all frames of each item, the features that log-mel bands give too."""
    return torch.cat([activity.mean(-1), activity.std(-1)], 1).flatten(1)


def readouts(config: ContrastiveConfig) -> dict[str, tuple[str, Read]]:
    """Name to (layer, how its answers become one vector an item), from c back to the encoder.

    Of the encoder only its last two blocks: earlier ones say nearly what the scalogram says,
    trained or not, so that what they reach is no evidence of learning.
    """
    c = f"context.{len(config.context) - 1}"
    z, before = (f"encoder.{len(config.encoder) - back}" for back in (1, 2))
    return {
        "last c": (c, lambda activity: activity[..., -1].flatten(1)),
        "mean of c": (c, lambda activity: activity.mean(-1).flatten(1)),
        "c, mean and deviation": (c, mean_and_deviation),
        f"{z} (z), mean and deviation": (z, mean_and_deviation),
        f"{before}, mean and deviation": (before, mean_and_deviation),
    }


@torch.no_grad()
def features(
    ear: ContrastiveEar, levels: Levels, batch: int = 16, names: Sequence[str] | None = None
) -> dict[str, Features]:
    """Every readout of each item by the readout's name, or those in `names`."""
    reads = readouts(ear.config)
    reads = {name: reads[name] for name in names} if names is not None else reads
    layers = list(dict.fromkeys(layer for layer, _ in reads.values()))
    found: dict[str, list[Features]] = {name: [] for name in reads}
    for part in levels.float().split(batch):
        answers = ear.respond(part, layers)
        for name, (layer, read) in reads.items():
            found[name].append(read(answers[layer]))
    return {name: torch.cat(parts) for name, parts in found.items()}


def calibration(items: int, seed: int) -> Int[Tensor, " chosen"]:
    """Which of so many items an untrained ear is calibrated on: 256 at most, drawn by `seed`."""
    order = torch.randperm(items, generator=torch.Generator().manual_seed(seed))
    return order[:CALIBRATED_ON]


def untrained(config: ContrastiveConfig, levels: Levels, seed: int) -> ContrastiveEar:
    """The architecture with random weights, drawn by `seed` as training draws them.

    Its batch norms take their statistics from `levels`, so that it is as well scaled as a trained
    one: only what was learned is missing.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = ContrastiveNetwork(config).to(levels.device)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the plain average over all batches
        elif isinstance(module, nn.Dropout):
            module.p = 0.0
    network.train()
    with torch.no_grad():
        for part in levels.float().split(32):
            if len(part) > 1:
                network(part)
    with torch.random.fork_rng(devices=[]):  # making the ear's copy draws weights too
        return ContrastiveEar("untrained", network, trained=False)


def log_mel(sound: Float[Tensor, "items samples"], rate: int) -> Features:
    """Mean and deviation over time of the log-power of mel bands."""
    return statistics(mel_levels(sound, rate))


def statistics(values: Float[Tensor, "items rows frames"]) -> Features:
    """Mean and deviation over time of each row."""
    return torch.cat([values.mean(-1), values.std(-1)], -1)


@torch.no_grad()
def mel_levels(
    sound: Float[Tensor, "items samples"], rate: int
) -> Float[Tensor, "items bands frames"]:
    """The log-power of mel bands, in dB of a full-scale sine's bin."""
    window = torch.hann_window(MEL_WINDOW)
    spectrum = torch.stft(sound, MEL_WINDOW, MEL_HOP, window=window, return_complex=True)
    power = spectrum.abs().square() / (window.sum() / 2) ** 2
    bands = mel_filters(rate) @ power
    return 10 * torch.log10(bands + MEL_FLOOR)


def cepstra(
    levels: Float[Tensor, "items bands frames"], count: int = CEPSTRA
) -> Float[Tensor, "items cepstra frames"]:
    """MFCCs: the first coefficients of an orthonormal cosine transform over the mel bands."""
    bands = levels.shape[-2]
    order = torch.arange(count, dtype=torch.float64)[:, None]
    angle = math.pi / bands * order * (torch.arange(bands, dtype=torch.float64) + 0.5)
    cosines = math.sqrt(2 / bands) * torch.cos(angle)
    cosines[0] /= math.sqrt(2)
    return cosines.to(levels.dtype) @ levels


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
