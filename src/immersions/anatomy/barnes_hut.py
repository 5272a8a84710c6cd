"""Repulsion of all points by a tree, compiled.

The force on i from j is q_i q_j (p_i - p_j) / (|p_i - p_j|^2 + e^2)^((k+1)/2), e the softening.

Leaves of the tree are heard together: one walk finds which nodes are far enough to be heard as a
charge and a quadrupole, and which leaves are so near that their points are heard one by one (group
traversal, after Barnes 1990). The expansion holds for every exponent k.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from immersions.anatomy.powers import inverse_power, quarters
from immersions.anatomy.tree import borders, levels_for, order_points, sum_nodes


class Repulsion:
    """The force of all points on each other; `theta` is how wide a node may look to count as one.

    The tree's shape is made anew every `renewed` calls, its sums at every call. `softening` may be
    changed between calls.
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
        if dimensions not in (2, 3):
            raise ValueError(f"expected points of 2 or 3 dimensions, got {dimensions}")
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
        self._kernel = _kernel(exponent, dimensions)
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
        theta = np.float32(self.theta)
        self._kernel(x, charges, self._nodes, self._levels, *sums, theta, square, answer)
        found = np.empty((len(points), len(answer)), np.float32)
        found[self._order] = answer.T
        return found[:, :-1], found[:, -1]

    def spacing(self) -> float:
        """About how far neighbours lie apart, the median over leaves at the last call."""
        leaves = slice(2**self._levels - 1, None)
        points = np.maximum(1, self._nodes[leaves, 1] - self._nodes[leaves, 0])
        if len(self._centre) == 2:
            apart = self._radius[leaves] * np.sqrt(math.pi / points)
        else:
            apart = self._radius[leaves] * np.cbrt(4 / 3 * math.pi / points)
        return float(np.median(apart))


@functools.cache
def _kernel(exponent: float, dimensions: int) -> Any:
    """The compiled sum for an exponent and a number of dimensions.

    Only numbers are taken from outside `run`, so that what is compiled is kept between processes.
    """
    kind, m = quarters((exponent + 1) / 2), np.float32((exponent + 1) / 2)
    power, three = -m, dimensions == 3

    @njit(cache=True, error_model="numpy", fastmath=True)
    def run(x, charge, nodes, levels, centre, total, quad, radius, theta, soft, out):  # type: ignore[no-untyped-def]
        zero, one, two = np.float32(0), np.float32(1), np.float32(2)
        first_leaf = 2**levels - 1
        stack = np.empty(2 * levels + 4, np.int64)
        far = np.zeros((10, len(nodes)), np.float32)
        fx, fy, fz, fq = far[0], far[1], far[2], far[3]
        fxx, fxy, fyy, fxz, fyz, fzz = far[4], far[5], far[6], far[7], far[8], far[9]
        near = np.zeros((4, x.shape[1]), np.float32)
        nx, ny, nz, nq = near[0], near[1], near[2], near[3]
        xs, ys, zs = x[0], x[1], x[-1]
        for leaf in range(first_leaf, len(nodes)):
            start, end = nodes[leaf]
            far_count, near_count, top = 0, 0, 1
            stack[0] = 0
            while top:
                top -= 1
                number = stack[top]
                squared = zero
                for each in range(len(centre)):
                    squared += (centre[each, number] - centre[each, leaf]) ** 2
                gap = math.sqrt(squared) - radius[leaf]
                if two * radius[number] < theta * gap:
                    n = far_count
                    fx[n], fy[n], fq[n] = centre[0, number], centre[1, number], total[number]
                    if three:
                        fz[n] = centre[-1, number]
                        fxx[n], fxy[n], fxz[n] = quad[0, number], quad[1, number], quad[2, number]
                        fyy[n], fyz[n], fzz[n] = quad[3, number], quad[4, number], quad[5, number]
                    else:
                        fxx[n], fxy[n], fyy[n] = quad[0, number], quad[1, number], quad[2, number]
                    far_count += 1
                elif number >= first_leaf:
                    # Side by side, so that one long loop hears them: short ones are no vectors.
                    begin, stop = nodes[number]
                    for j in range(begin, stop):
                        nx[near_count], ny[near_count] = xs[j], ys[j]
                        if three:
                            nz[near_count] = zs[j]
                        nq[near_count] = charge[j]
                        near_count += 1
                else:
                    stack[top] = 2 * number + 1
                    stack[top + 1] = 2 * number + 2
                    top += 2
            for i in range(start, end):
                px, py, pz = xs[i], ys[i], zs[i] if three else zero
                sx, sy, sz, stiff = zero, zero, zero, zero
                for n in range(far_count):
                    dx, dy = px - fx[n], py - fy[n]
                    dz = pz - fz[n] if three else zero
                    u = dx * dx + dy * dy + dz * dz + soft
                    g = inverse_power(u, kind, power)
                    inverse = one / u
                    g1 = -m * g * inverse
                    g2 = -(m + one) * g1 * inverse
                    qx = fxx[n] * dx + fxy[n] * dy
                    qy = fxy[n] * dx + fyy[n] * dy
                    qz, trace = zero, fxx[n] + fyy[n]
                    if three:
                        qx += fxz[n] * dz
                        qy += fyz[n] * dz
                        qz = fxz[n] * dx + fyz[n] * dy + fzz[n] * dz
                        trace += fzz[n]
                    along = fq[n] * g + g1 * trace + two * g2 * (dx * qx + dy * qy + dz * qz)
                    stiff += fq[n] * g
                    sx += along * dx + two * g1 * qx
                    sy += along * dy + two * g1 * qy
                    if three:
                        sz += along * dz + two * g1 * qz
                for n in range(near_count):
                    dx, dy = px - nx[n], py - ny[n]
                    dz = pz - nz[n] if three else zero
                    squared = dx * dx + dy * dy + dz * dz
                    g = nq[n] * inverse_power(squared + soft, kind, power)
                    # Itself, and what lies on it, pushes nowhere and makes nothing stiff.
                    stiff += g if squared > zero else zero
                    sx += g * dx
                    sy += g * dy
                    if three:
                        sz += g * dz
                out[0, i], out[1, i] = charge[i] * sx, charge[i] * sy
                if three:
                    out[-2, i] = charge[i] * sz
                out[-1, i] = charge[i] * stiff

    return run
