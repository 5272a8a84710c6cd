"""How strongly each channel of each layer responds to each excerpt of some music."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from immersions.ears.contrastive import ContrastiveEar
from immersions.ears.ear import yardstick
from immersions.training.excitation.descriptors import described
from immersions.training.library import Track

MOST_EXCERPTS = 2048
"""More music is heard in so many excerpts, evenly spread: memory stays what it is."""
AT_ONCE = 8


@dataclass(frozen=True)
class Excerpts:
    """Pieces of tracks, without overlap, `frames` of the scalogram each."""

    frames: int
    tracks: Int[Tensor, " excerpts"]
    starts: Int[Tensor, " excerpts"]
    """Frame of the track with which an excerpt begins."""

    def __len__(self) -> int:
        return len(self.tracks)


@dataclass(frozen=True)
class Response:
    """Of the channels of a layer: deviations above the mean, and of its pitches the strongest.

    A neuron's response is its mean activation over an excerpt, standardised by the ear's
    statistics, a channel's that of its most excited pitch.
    """

    deviations: Float[Tensor, "excerpts channels"]
    pitches: Int[Tensor, "excerpts channels"]


@dataclass(frozen=True)
class Heard:
    """What the ear answered to the excerpts, and what these sound like."""

    excerpts: Excerpts
    responses: dict[str, Response]
    descriptors: Float[Tensor, "excerpts descriptors"]


def excerpt_frames(ear: ContrastiveEar) -> int:
    """Long enough that every layer has heard nothing else at its end: its visible steps or more."""
    frames = max(ear.config.visible_steps * ear.network.encoder_stride, ear.warm_up_frames)
    return -(-frames // ear.network.stride) * ear.network.stride


def excerpts_of(tracks: Sequence[Track], frames: int, most: int = MOST_EXCERPTS) -> Excerpts:
    """The tracks cut into excerpts from their start; of more than `most`, so many spread evenly.

    Raises `ValueError` where no track is as long as an excerpt.
    """
    counts = torch.tensor([track.frames // frames for track in tracks], dtype=torch.long)
    total = int(counts.sum())
    if not total:
        raise ValueError(f"expected music of {frames} scalogram frames or more, found none")
    number = torch.repeat_interleave(torch.arange(len(tracks)), counts)
    place = torch.arange(total) - (counts.cumsum(0) - counts)[number]
    rows = torch.linspace(0, total - 1, min(most, total), dtype=torch.float64).round().long()
    return Excerpts(frames, number[rows], place[rows] * frames)


@torch.no_grad()
def respond(
    ear: ContrastiveEar,
    tracks: Sequence[Track],
    excerpts: Excerpts,
    progress: Callable[[int], None] = lambda done: None,
) -> Heard:
    """Let the ear hear every excerpt, each after silence; answers that know of it are left out.

    Raises `ValueError` for an ear without statistics.
    """
    if not ear.statistics:
        raise ValueError(
            f"{ear.name}: expected an ear with statistics of its neurons, as `immersions train` "
            "writes at its end, got none"
        )
    spans = ear.network.receptive_frames()
    found: dict[str, list[tuple[Tensor, Tensor]]] = {name: [] for name in spans}
    descriptors = []
    for rows in torch.arange(len(excerpts)).split(AT_ONCE):
        levels = _levels(tracks, excerpts, rows)
        descriptors.append(described(levels, ear.config.scalogram))
        layout = levels.contiguous(memory_format=torch.channels_last)
        for name, activity in ear.network.walk(layout, False):
            stride = excerpts.frames // activity.shape[-1]
            known = ear.statistics[name]
            mean = activity[..., -(-spans[name] // stride) - 1 :].mean(-1)
            strongest = ((mean - known.mean) / yardstick(known)).max(2)
            found[name].append((strongest.values, strongest.indices.to(torch.int16)))
        progress(int(rows[-1]) + 1)
    responses = {
        name: Response(torch.cat([a for a, _ in parts]), torch.cat([b for _, b in parts]))
        for name, parts in found.items()
    }
    return Heard(excerpts, responses, torch.cat(descriptors))


def _levels(
    tracks: Sequence[Track], excerpts: Excerpts, rows: Int[Tensor, " some"]
) -> Float[Tensor, "some parts bins frames"]:
    places = zip(excerpts.tracks[rows].tolist(), excerpts.starts[rows].tolist(), strict=True)
    found = [
        np.asarray(tracks[number].levels[..., start : start + excerpts.frames], np.float32)
        for number, start in places
    ]
    return torch.from_numpy(np.stack(found))
