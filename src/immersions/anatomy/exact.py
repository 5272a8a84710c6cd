"""Repulsion of all points by every pair, in blocks, on any device of torch: the reference for the
tree, and what a GPU does faster than a tree.

Besides, the energy of a layout, whose slope the forces are.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray

from immersions.anatomy.powers import inverse_power, quarters

PAIRS = 2**24
"""Distances held at once."""


class ExactRepulsion:
    """As `barnes_hut.Repulsion`: the force of all points on each other, here without a tree."""

    def __init__(
        self,
        charges: NDArray[np.float32],
        exponent: float,
        softening: float,
        device: torch.device | str = "cpu",
    ) -> None:
        self.softening, self.exponent = softening, exponent
        self._charges = torch.from_numpy(charges).to(device)
        self._spacing = 0.0

    def force(self, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The force on every point (points, dimensions), and how stiff it is (points)."""
        x, charges = torch.from_numpy(points).to(self._charges), self._charges
        force, stiff = torch.empty_like(x), torch.empty_like(charges)
        nearest = torch.empty_like(charges)
        block = max(1, PAIRS // len(points))
        for rows in torch.arange(len(points), device=x.device).split(block):
            apart = x[rows, None] - x
            squared = apart.square().sum(-1)
            weights = charges * (squared + self.softening**2).pow(-(self.exponent + 1) / 2)
            weights[squared == 0] = 0
            force[rows] = charges[rows, None] * (weights[..., None] * apart).sum(1)
            stiff[rows] = charges[rows] * weights.sum(1)
            squared[squared == 0] = math.inf
            nearest[rows] = squared.amin(1)
        # Of a random plane of points the nearest is half a spacing away.
        self._spacing = 2 * math.sqrt(min(1e30, nearest.median().item()))
        return force.cpu().numpy(), stiff.cpu().numpy()

    def spacing(self) -> float:
        """About how far neighbours lie apart, at the last call."""
        return self._spacing


def repulsion_energy(
    points: NDArray[np.float32], charges: NDArray[np.float32], exponent: float, softening: float
) -> float:
    """Of every pair: q_i q_j r^(1-k) / (k - 1), or -q_i q_j log r for k = 1, with the softening."""
    x = np.ascontiguousarray(points.T, np.float32)
    if len(x) == 2:
        x = np.concatenate([x, np.zeros_like(x[:1])])
    square = np.float32(max(softening**2, 1e-30))
    return float(_pairs(exponent)(x, charges, square))


@functools.cache
def _pairs(exponent: float) -> Any:
    """The compiled sum for an exponent; as in `barnes_hut`, only numbers come from outside."""
    less = exponent - 1
    logarithm, kind, power = less == 0, quarters(less / 2), np.float32(-less / 2)

    @njit(cache=True, error_model="numpy", fastmath=True)
    def run(x, charge, soft):  # type: ignore[no-untyped-def]
        total = 0.0
        for i in range(x.shape[1]):
            px, py, pz = x[0, i], x[1, i], x[2, i]
            heard = np.float32(0)
            for j in range(i):
                u = (px - x[0, j]) ** 2 + (py - x[1, j]) ** 2 + (pz - x[2, j]) ** 2 + soft
                if logarithm:
                    heard -= charge[j] * np.float32(0.5) * np.log(u)
                else:
                    heard += charge[j] * inverse_power(u, kind, power)
            total += charge[i] * heard
        return total if logarithm else total / less

    return run
