"""Repulsion of all points by a tree, compiled.

The force on i from j is q_i q_j (p_i - p_j) / (|p_i - p_j|^2 + e^2)^((k+1)/2).

Leaves of the tree are heard together: one walk finds which nodes are far enough to be heard as a
charge and a quadrupole, and which leaves are so near that their points are heard one by one (group
traversal, after Barnes 1990). The expansion holds for every exponent k.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from immersions.anatomy.tree import borders, levels_for, order_points, sum_nodes


class Repulsion:
    """The force of all points on each other; `theta` is how wide a node may look to count as one.

    The tree's shape is made anew every `renewed` calls, its sums at every call.
    """

    def __init__(
        self,
        charges: NDArray[np.float32],
        exponent: float,
        softening: float,
        theta: float = 1.0,
        dimensions: int = 2,
        renewed: int = 8,
    ) -> None:
        count = len(charges)
        self.charges, self.renewed, self.theta = charges, renewed, theta
        self.softening = softening
        self._levels = levels_for(count)
        self._nodes = borders(count, self._levels)
        self._order = np.arange(count)
        nodes = len(self._nodes)
        slots = dimensions * (dimensions + 1) // 2
        self._centre = np.zeros((dimensions, nodes), np.float32)
        self._total, self._radius = np.zeros(nodes, np.float32), np.zeros(nodes, np.float32)
        self._quadrupole = np.zeros((slots, nodes), np.float32)
        self._kernel = kernel(exponent, dimensions)
        self._calls = 0

    def force(self, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The force on every point (points, dimensions), and how stiff it is (points): the sum of
        q_i q_j / (distance^2 + e^2)^((k+1)/2)."""
        if self._calls % self.renewed == 0:
            order_points(points, self._nodes, self._levels, self._order)
        self._calls += 1
        x = np.ascontiguousarray(points[self._order].T)
        charges = self.charges[self._order]
        sums = self._centre, self._total, self._quadrupole, self._radius
        sum_nodes(x, charges, self._nodes, self._levels, *sums)
        answer = np.empty((len(x) + 1, len(points)), np.float32)
        square = np.float32(self.softening**2)
        self._kernel(x, charges, self._nodes, self._levels, *sums, self.theta, square, answer)
        found = np.empty((len(points), len(answer)), np.float32)
        found[self._order] = answer.T
        return found[:, :-1], found[:, -1]


_KERNELS: dict[tuple[float, int], Any] = {}


def kernel(exponent: float, dimensions: int) -> Any:
    """The compiled sum for an exponent: powers of a quarter are made of roots, which is faster."""
    if dimensions != 2:
        raise ValueError(f"expected points of 2 dimensions, got {dimensions}")
    key = (exponent, dimensions)
    if key not in _KERNELS:
        _KERNELS[key] = _kernel_2d(exponent)
    return _KERNELS[key]


def inverse_power(exponent: float) -> Any:
    """u -> u^(-(exponent + 1) / 2), compiled."""
    if exponent == 1:
        return njit(fastmath=True)(lambda u: np.float32(1) / u)
    if exponent == 2:
        return njit(fastmath=True)(lambda u: np.float32(1) / (u * np.sqrt(u)))
    if exponent == 3:
        return njit(fastmath=True)(lambda u: np.float32(1) / (u * u))
    if exponent == 1.5:
        return njit(fastmath=True)(lambda u: np.float32(1) / (u * np.sqrt(np.sqrt(u))))
    power = np.float32(-(exponent + 1) / 2)
    return njit(fastmath=True)(lambda u: np.exp(power * np.log(u)))


def _kernel_2d(exponent: float) -> Any:
    of = inverse_power(exponent)
    m = np.float32((exponent + 1) / 2)

    @njit(error_model="numpy", fastmath=True)
    def run(x, charge, nodes, levels, centre, total, quad, radius, theta, soft, out):  # type: ignore[no-untyped-def]
        first_leaf = 2**levels - 1
        far = np.empty(len(nodes), np.int64)
        near = np.empty(len(nodes), np.int64)
        stack = np.empty(2 * levels + 4, np.int64)
        heard = np.empty((6, len(nodes)), np.float32)
        fx, fy, fq = heard[0], heard[1], heard[2]
        fa, fb, fc = heard[3], heard[4], heard[5]
        two = np.float32(2)
        for leaf in range(first_leaf, len(nodes)):
            start, end = nodes[leaf]
            far_count, near_count, top = 0, 0, 1
            stack[0] = 0
            while top:
                top -= 1
                number = stack[top]
                dx = centre[0, number] - centre[0, leaf]
                dy = centre[1, number] - centre[1, leaf]
                gap = math.sqrt(dx * dx + dy * dy) - radius[leaf]
                if two * radius[number] < theta * gap:
                    far[far_count] = number
                    far_count += 1
                elif number >= first_leaf:
                    near[near_count] = number
                    near_count += 1
                else:
                    stack[top] = 2 * number + 1
                    stack[top + 1] = 2 * number + 2
                    top += 2
            for n in range(far_count):
                number = far[n]
                fx[n], fy[n] = centre[0, number], centre[1, number]
                fq[n] = total[number]
                fa[n], fb[n], fc[n] = quad[0, number], quad[1, number], quad[2, number]
            for i in range(start, end):
                px, py = x[0, i], x[1, i]
                sx = sy = stiff = np.float32(0)
                for n in range(far_count):
                    dx, dy = px - fx[n], py - fy[n]
                    u = dx * dx + dy * dy + soft
                    g = of(u)
                    inverse = np.float32(1) / u
                    g1 = -m * g * inverse
                    g2 = -(m + np.float32(1)) * g1 * inverse
                    qx = fa[n] * dx + fb[n] * dy
                    qy = fb[n] * dx + fc[n] * dy
                    along = fq[n] * g + g1 * (fa[n] + fc[n]) + two * g2 * (dx * qx + dy * qy)
                    stiff += fq[n] * g
                    sx += along * dx + two * g1 * qx
                    sy += along * dy + two * g1 * qy
                for n in range(near_count):
                    begin, stop = nodes[near[n]]
                    for j in range(begin, stop):
                        dx, dy = px - x[0, j], py - x[1, j]
                        squared = dx * dx + dy * dy
                        g = charge[j] * of(squared + soft)
                        # Itself, and what lies on it, pushes nowhere and makes nothing stiff.
                        stiff += g if squared > 0 else np.float32(0)
                        sx += g * dx
                        sy += g * dy
                out[0, i] = charge[i] * sx
                out[1, i] = charge[i] * sy
                out[2, i] = charge[i] * stiff

    return run
