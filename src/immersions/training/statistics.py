"""What every neuron answers to music: mean, deviation and quantiles, taken on long streams."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from immersions.ears.contrastive import SCALOGRAM, ContrastiveEar
from immersions.ears.ear import QUANTILES, LayerStatistics
from immersions.training.library import Track

CROP_FRAMES = 1024
"""About 24 s at the reference ear's rate: long enough to leave the warm-up out."""


@torch.no_grad()
def take_statistics(
    ear: ContrastiveEar, tracks: Sequence[Track], crops: int = 64, seed: int = 0
) -> dict[str, LayerStatistics]:
    """Statistics of every layer over `crops` excerpts, tracks in turn; warm-up frames left out.

    The first frames of an excerpt hear the silence before it, so as many as the receptive field
    spans are dropped. Raises `ValueError` when no track is long enough.
    """
    random = torch.Generator().manual_seed(seed)
    warm_up = ear.warm_up_frames
    stride = ear.network.stride
    frames = -(-max(CROP_FRAMES, 2 * warm_up) // stride) * stride
    long_enough = [track for track in tracks if track.frames >= frames]
    if not long_enough:
        raise ValueError(f"expected a track of {frames} scalogram frames or more, found none")
    heard: dict[str, list[Float[Tensor, "neurons frames"]]] = {}
    for number in range(crops):
        track = long_enough[number % len(long_enough)]
        start = int(torch.randint(track.frames - frames + 1, (1,), generator=random))
        levels = torch.from_numpy(track.levels[:, :, start : start + frames].copy()).float()[None]
        for name, activity in ear.respond(levels, [layer.name for layer in ear.layers]).items():
            late = activity[0, ..., activity.shape[-1] * warm_up // frames + 1 :]
            if name == SCALOGRAM:
                late = late[..., ::4]
            heard.setdefault(name, []).append(late.flatten(0, 1).half())
    return {
        layer.name: _summary(torch.cat(heard.pop(layer.name), 1), layer.channels)
        for layer in ear.layers
    }


def _summary(values: Float[Tensor, "neurons frames"], channels: int) -> LayerStatistics:
    exact = values.float()
    levels = torch.quantile(exact, torch.tensor(QUANTILES), dim=1) if exact.shape[1] else exact
    shape = (channels, -1)
    return LayerStatistics(
        mean=exact.mean(1).view(shape),
        deviation=exact.std(1).view(shape),
        quantiles=levels.view(len(QUANTILES), *shape),
    )
