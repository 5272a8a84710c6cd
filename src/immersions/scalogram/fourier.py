"""Fourier transforms that the scalogram needs, at the lengths that are fast."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


class RealFFT(torch.autograd.Function):
    """`torch.fft.rfft(sound, norm="forward")` whose gradient costs a real transform too.

    PyTorch's own backward runs a complex transform of the full length, four times as much work.
    """

    @staticmethod
    def forward(ctx: Any, sound: Float[Tensor, "batch samples"]) -> Tensor:
        ctx.samples = sound.shape[-1]
        return torch.fft.rfft(sound, norm="forward")

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        halved = gradients[0] * 0.5
        halved[..., 0] *= 2
        if ctx.samples % 2 == 0:
            halved[..., -1] *= 2
        return torch.fft.irfft(halved, n=ctx.samples, norm="forward") / ctx.samples


def smooth(least: int) -> int:
    """The smallest number of at least `least` with no prime factor above 7: fast to transform."""
    number = max(1, least)
    while True:
        rest = number
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return number
        number += 1
