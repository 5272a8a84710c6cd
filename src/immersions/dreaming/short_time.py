"""Short-time spectra of a loop, circular: frames at its end go on at its beginning."""

from __future__ import annotations

from functools import lru_cache

import torch
from jaxtyping import Complex, Float, Int
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

WINDOW = 2048
"""Samples; 46 ms at 44.1 kHz."""
HOP = 1024
"""Samples, about: a loop is divided into a whole number of hops."""


def analysed(loops: Float[Tensor, "*batch samples"]) -> Complex[Tensor, "*batch frames bins"]:
    """The spectra of windowed frames; their windows' squares add up to one, about."""
    window, index, _ = _layout(loops.shape[-1], loops.device)
    return torch.fft.rfft(loops[..., index] * window)


def overlapped(
    cells: Complex[Tensor, "*batch frames bins"], samples: int
) -> Float[Tensor, "*batch samples"]:
    """The adjoint of `analysed`, up to a factor in each bin: windowed frames, added up."""
    window, index, _ = _layout(samples, cells.device)
    frames = torch.fft.irfft(cells, n=WINDOW) * window
    empty = frames.new_zeros(*cells.shape[:-2], samples)
    return empty.index_add_(-1, index.flatten(), frames.flatten(-2))


def synthesised(
    cells: Complex[Tensor, "*batch frames bins"], samples: int
) -> Float[Tensor, "*batch samples"]:
    """The inverse of `analysed`."""
    return overlapped(cells, samples) / _layout(samples, cells.device)[2]


def power(cells: Complex[Tensor, "*batch frames bins"]) -> Float[Tensor, "*batch frames bins"]:
    return cells.real.square() + cells.imag.square()


def neighbourhood(
    levels: Float[Tensor, "batch frames bins"], frames: int, bins: int
) -> Float[Tensor, "batch frames bins"]:
    """Means over odd numbers of frames and bins; time is circular, frequency is not."""
    padded = pad(levels[:, None], (bins // 2, bins // 2, 0, 0), mode="reflect")
    padded = pad(padded, (0, 0, frames // 2, frames // 2), mode="circular")
    return avg_pool2d(padded, (frames, bins), stride=1)[:, 0]


@lru_cache(maxsize=8)
def _layout(
    samples: int, device: torch.device
) -> tuple[Float[Tensor, " window"], Int[Tensor, "frames window"], Float[Tensor, " samples"]]:
    """Window, sample numbers of each frame, and what the squared windows add up to."""
    window = torch.hann_window(WINDOW, device=device).sqrt()
    count = max(1, -(-samples // HOP))
    starts = torch.arange(count, device=device) * samples // count
    index = (starts[:, None] + torch.arange(WINDOW, device=device)) % samples
    total = torch.zeros(samples, device=device)
    total.index_add_(0, index.flatten(), window.square().repeat(count))
    return window, index, total.clamp(min=1e-6)
