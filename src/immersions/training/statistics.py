"""What every neuron answers to music: mean, deviation and quantiles, taken on long streams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions.ears.contrastive import SCALOGRAM, ContrastiveEar
from immersions.ears.ear import QUANTILES, LayerStatistics, device_of
from immersions.training.library import Track

CROP_FRAMES = 1024
"""About 24 s at the reference ear's rate: long enough to leave the warm-up out."""
FEWEST_CROPS = 8
ROWS_AT_ONCE = 256


@torch.no_grad()
def take_statistics(
    ear: ContrastiveEar, tracks: Sequence[Track], crops: int = 64, seed: int = 0
) -> dict[str, LayerStatistics]:
    """Statistics of every layer over excerpts, tracks in turn; warm-up frames left out.

    As many excerpts as hear everything twice, from 8 to `crops`.

    The first frames of an excerpt hear the silence before it, so as many as the receptive field
    spans are dropped. Tracks shorter than an excerpt are heard one after another.
    """
    random, device = torch.Generator().manual_seed(seed), device_of(ear)
    warm_up = ear.warm_up_frames
    stride = ear.network.stride
    frames = -(-max(CROP_FRAMES, 2 * warm_up) // stride) * stride
    long_enough = [track for track in tracks if track.frames >= frames]
    everything = sum(track.frames for track in tracks)
    crops = min(crops, max(FEWEST_CROPS, 2 * everything // frames))
    heard: dict[str, list[Float[Tensor, "neurons frames"]]] = {}
    for number in range(crops):
        excerpt = _excerpt(long_enough or tracks, number, frames, random)
        levels = torch.from_numpy(excerpt).to(device).float()[None]
        for name, activity in ear.respond(levels, [layer.name for layer in ear.layers]).items():
            late = activity[0, ..., activity.shape[-1] * warm_up // frames + 1 :]
            if name == SCALOGRAM:
                late = late[..., ::4]
            heard.setdefault(name, []).append(late.flatten(0, 1).half().cpu())
    return {
        layer.name: _summary(torch.cat(heard.pop(layer.name), 1), layer.channels)
        for layer in ear.layers
    }


def _excerpt(
    tracks: Sequence[Track], number: int, frames: int, random: torch.Generator
) -> NDArray[np.float16]:
    """`frames` from a random place of a track, going on with the next track where it ends."""
    track = tracks[number % len(tracks)]
    start = int(torch.randint(max(1, track.frames - frames + 1), (1,), generator=random))
    pieces = [track.levels[:, :, start : start + frames]]
    while (left := frames - sum(piece.shape[-1] for piece in pieces)) > 0:
        number += 1
        pieces.append(tracks[number % len(tracks)].levels[:, :, :left])
    return np.concatenate(pieces, -1)


def _summary(values: Float[Tensor, "neurons frames"], channels: int) -> LayerStatistics:
    means, deviations, levels = [], [], []
    for rows in values.split(ROWS_AT_ONCE):  # in single precision, a part at a time
        exact = rows.float()
        means.append(exact.mean(1))
        deviations.append(exact.std(1))
        levels.append(torch.quantile(exact, torch.tensor(QUANTILES), dim=1))
    shape = (channels, -1)
    return LayerStatistics(
        mean=torch.cat(means).view(shape),
        deviation=torch.cat(deviations).view(shape),
        quantiles=torch.cat(levels, 1).view(len(QUANTILES), *shape),
    )
