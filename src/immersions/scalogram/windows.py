"""The stretches of a loop that kernels listen to: one around every frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

LISTED_PLACES = 1 << 19


@dataclass(frozen=True)
class EvenWindows:
    """Windows a whole number of samples apart, cut from the loop seen as (frames, hop)."""

    hop: int
    pieces: tuple[tuple[int, int, int], ...]
    """(rows to roll, first column, end column)"""

    @classmethod
    def around(cls, half: int, hop: int) -> EvenWindows:
        """Windows from -half to half around the first sample of each hop."""
        pieces = []
        for row in range(-math.ceil(half / hop), half // hop + 1):
            first, end = max(-half, row * hop), min(half + 1, (row + 1) * hop)
            if first < end:
                pieces.append((-row, first - row * hop, end - row * hop))
        return cls(hop, tuple(pieces))

    def of(self, signal: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch frames window"]:
        rows = signal.unflatten(1, (-1, self.hop))
        return torch.cat(
            [rows[:, :, first:end].roll(turn, 1) for turn, first, end in self.pieces],
            -1,
        )


@dataclass(frozen=True)
class UnevenWindows:
    """Windows around chosen samples."""

    index: Int[Tensor, " frames_times_window"]
    frames: int

    @classmethod
    def around(
        cls,
        centres: Int[Tensor, " frames"],
        half: int,
        samples: int,
        device: torch.device,
    ) -> UnevenWindows:
        """Windows from -half to half around `centres` of a loop of `samples`."""
        index = (centres[:, None] + torch.arange(-half, half + 1)).remainder(samples)
        return cls(index.flatten().to(device), len(centres))

    def of(self, signal: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch frames window"]:
        return signal.gather(1, self.index.expand(len(signal), -1)).unflatten(1, (self.frames, -1))


def even_windows(
    half: int, hop: int, frames: int, device: torch.device
) -> EvenWindows | UnevenWindows:
    """Windows from -half to half around the first sample of each hop, by what is faster.

    Of a loop of some seconds every place may be listed; of a stream that would fill the memory.
    """
    if frames * (2 * half + 1) > LISTED_PLACES:
        return EvenWindows.around(half, hop)
    return UnevenWindows.around(torch.arange(frames) * hop, half, frames * hop, device)
