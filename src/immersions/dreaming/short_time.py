"""Short-time spectra of a loop, circular: frames at its end go on at its beginning."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from jaxtyping import Complex, Float, Int
from torch import Tensor
from torch.nn.functional import pad

WINDOW_SECONDS = 0.046


def window_samples(sample_rate: int) -> int:
    """The power of two that is nearest to 46 ms: 2048 at 44.1 kHz. Frames overlap by half."""
    return int(2 ** round(math.log2(WINDOW_SECONDS * sample_rate)))


def analysed(
    loops: Float[Tensor, "*batch samples"], window: int
) -> Complex[Tensor, "*batch frames bins"]:
    """The spectra of frames of `window` samples; their windows' squares add up to one, about."""
    shape, index, _ = _layout(loops.shape[-1], window, loops.device)
    return torch.fft.rfft(loops[..., index] * shape)


def overlapped(
    cells: Complex[Tensor, "*batch frames bins"], samples: int
) -> Float[Tensor, "*batch samples"]:
    """The adjoint of `analysed`, up to a factor in each bin: windowed frames, added up."""
    window = 2 * (cells.shape[-1] - 1)
    shape, index, _ = _layout(samples, window, cells.device)
    frames = torch.fft.irfft(cells, n=window) * shape
    empty = frames.new_zeros(*cells.shape[:-2], samples)
    return empty.index_add_(-1, index.flatten(), frames.flatten(-2))


def synthesised(
    cells: Complex[Tensor, "*batch frames bins"], samples: int
) -> Float[Tensor, "*batch samples"]:
    """The inverse of `analysed`."""
    return overlapped(cells, samples) / _layout(samples, 2 * (cells.shape[-1] - 1), cells.device)[2]


def power(cells: Complex[Tensor, "*batch frames bins"]) -> Float[Tensor, "*batch frames bins"]:
    return cells.real.square() + cells.imag.square()


def neighbourhood(
    levels: Float[Tensor, "batch frames bins"], frames: int, bins: int
) -> Float[Tensor, "batch frames bins"]:
    """Means over odd numbers of frames and bins; time is circular, frequency is not."""
    total = levels
    for turn in range(1, frames // 2 + 1):
        total = total + levels.roll(turn, -2) + levels.roll(-turn, -2)
    half, count = bins // 2, levels.shape[-1]
    wide = pad(total, (half, half), mode="replicate")
    rows = [wide[..., first : first + count] for first in range(bins)]
    return sum(rows[1:], start=rows[0]) / (frames * bins)


@lru_cache(maxsize=8)
def _layout(
    samples: int, window: int, device: torch.device
) -> tuple[Float[Tensor, " window"], Int[Tensor, "frames window"], Float[Tensor, " samples"]]:
    """The window's shape, each frame's samples by number, what the squared windows add up to."""
    shape = torch.hann_window(window, device=device).sqrt()
    count = max(1, -(-samples // (window // 2)))
    starts = torch.arange(count, device=device) * samples // count
    index = (starts[:, None] + torch.arange(window, device=device)) % samples
    total = torch.zeros(samples, device=device)
    total.index_add_(0, index.flatten(), shape.square().repeat(count))
    return shape, index, total.clamp(min=1e-6)
