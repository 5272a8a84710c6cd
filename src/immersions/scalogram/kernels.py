"""Windowed complex exponentials, on samples and between them."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

# Of a window that spans so many samples at least: at how many latenesses it is sampled.
POINTS = ((200.0, 2), (100.0, 4), (50.0, 6), (0.0, 24))


def kernels(
    cycles: float, frequencies: list[float], rate: float, half: int, late: float = 0.0
) -> Float[Tensor, "window twice_bins"]:
    """Conjugated kernels: all real parts, then all imaginary parts, each an L1-normalised Hann.

    Time runs from -half to half samples of `rate` Hz. The window, not the exponential, is `late`
    by a part of a sample.
    """
    time = torch.arange(-half, half + 1, dtype=torch.float64)[:, None] / rate
    frequency = torch.tensor(frequencies, dtype=torch.float64)[None]
    of_window = (time - late / rate) * frequency / cycles
    window = torch.where(of_window.abs() < 0.5, torch.cos(math.pi * of_window).square(), 0.0)
    window = window / window.sum(0)
    angle = 2 * math.pi * frequency * time
    return torch.cat([window * angle.cos(), -window * angle.sin()], 1)


def late_kernels(
    cycles: float,
    frequencies: list[float],
    rate: float,
    half: int,
    late: Float[Tensor, " frames"],
) -> tuple[Float[Tensor, "window latenesses_times_twice_bins"], Float[Tensor, "frames latenesses"]]:
    """Kernels at a few latenesses, and how to blend them for every other from -0.5 to 0.5.

    A window moves smoothly, so that interpolation between Chebyshev points gives it at any place
    between two samples: to better than 1e-4, and 1e-5 where windows are short.
    """
    shortest = cycles / frequencies[-1] * rate
    points = next(count for least, count in POINTS if shortest >= least)
    nodes = 0.5 * torch.cos(math.pi * (torch.arange(points, dtype=torch.float64) + 0.5) / points)
    parts = [kernels(cycles, frequencies, rate, half, float(node)) for node in nodes]
    return torch.cat(parts, 1), _lagrange(nodes, late)


def _lagrange(
    nodes: Float[Tensor, " points"], places: Float[Tensor, " frames"]
) -> Float[Tensor, "frames points"]:
    """The weights with which values at `nodes` give the polynomial through them at `places`."""
    weights = []
    for number, node in enumerate(nodes):
        others = torch.cat([nodes[:number], nodes[number + 1 :]])
        weights.append(((places[:, None] - others) / (node - others)).prod(1))
    return torch.stack(weights, 1)
