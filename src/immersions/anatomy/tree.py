"""A balanced tree over points, compiled: siblings hold as many points, or one more.

Nodes lie as in a heap: 0 is the root, the children of i are 2 i + 1 and 2 i + 2. Which points a
node holds is decided by splitting along its wider side at the median; sums over its points
(charge, centre, quadrupole, radius) are made anew whenever points have moved.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEAF = 40
"""Points in a leaf, at most twice as many: what is heard by one is heard by all of them."""


def levels_for(count: int) -> int:
    """Levels below the root, so that a leaf holds about `LEAF` points."""
    return max(0, math.ceil(math.log2(max(1, count) / LEAF)))


def borders(count: int, levels: int) -> NDArray[np.int64]:
    """For every node the first of its points and, next to it, the end: (nodes, 2)."""
    nodes = np.zeros((2 ** (levels + 1) - 1, 2), np.int64)
    nodes[0] = 0, count
    for number in range(2**levels - 1):
        start, end = nodes[number]
        middle = (start + end) // 2
        nodes[2 * number + 1] = start, middle
        nodes[2 * number + 2] = middle, end
    return nodes


@njit(cache=True, error_model="numpy")
def order_points(points, nodes, levels, order):  # type: ignore[no-untyped-def]
    """Sort the numbers of the points in `order` so that every node's points lie together."""
    width = points.shape[1]
    for number in range(2**levels - 1):
        start, end = nodes[number]
        if end - start < 2:
            continue
        widest, axis = -1.0, 0
        for each in range(width):
            low = high = points[order[start], each]
            for place in range(start + 1, end):
                value = points[order[place], each]
                low, high = min(low, value), max(high, value)
            if high - low > widest:
                widest, axis = high - low, each
        _select(points, order, start, end - 1, nodes[2 * number + 1, 1], axis)


@njit(cache=True, error_model="numpy")
def _select(points, order, left, right, wanted, axis):  # type: ignore[no-untyped-def]
    """Hoare's quickselect: the points before `wanted` are not beyond those from it on."""
    while left < right:
        pivot = points[order[(left + right) // 2], axis]
        i, j = left, right
        while i <= j:
            while points[order[i], axis] < pivot:
                i += 1
            while points[order[j], axis] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if wanted <= j:
            right = j
        elif wanted >= i:
            left = i
        else:
            return


@njit(cache=True, error_model="numpy", fastmath=True)
def sum_nodes(x, charge, nodes, levels, centre, total, quadrupole, radius):  # type: ignore[no-untyped-def]
    """Charge, its centre, second moments about it, and radius of every node, leaves first.

    `x` (dimensions, points) and `charge` in the tree's order. `quadrupole` holds xx, xy, yy or xx,
    xy, xz, yy, yz, zz.
    """
    width = x.shape[0]
    first_leaf = 2**levels - 1
    for number in range(len(nodes) - 1, -1, -1):
        start, end = nodes[number]
        whole = 0.0
        for place in range(start, end) if number >= first_leaf else range(0):
            whole += charge[place]
        if number < first_leaf:
            whole = total[2 * number + 1] + total[2 * number + 2]
        total[number] = whole
        for each in range(width):
            mean = 0.0
            if number >= first_leaf:
                for place in range(start, end):
                    mean += charge[place] * x[each, place]
            else:
                for child in (2 * number + 1, 2 * number + 2):
                    mean += total[child] * centre[each, child]
            centre[each, number] = mean / whole if whole > 0 else x[each, start]
        slot = 0
        for a in range(width):
            for b in range(a, width):
                moment = 0.0
                if number >= first_leaf:
                    for place in range(start, end):
                        moment += (
                            charge[place]
                            * (x[a, place] - centre[a, number])
                            * (x[b, place] - centre[b, number])
                        )
                else:
                    for child in (2 * number + 1, 2 * number + 2):
                        moment += quadrupole[slot, child] + total[child] * (
                            centre[a, child] - centre[a, number]
                        ) * (centre[b, child] - centre[b, number])
                quadrupole[slot, number] = moment
                slot += 1
        furthest = 0.0
        if number >= first_leaf:
            for place in range(start, end):
                squared = 0.0
                for each in range(width):
                    squared += (x[each, place] - centre[each, number]) ** 2
                furthest = max(furthest, math.sqrt(squared))
        else:
            for child in (2 * number + 1, 2 * number + 2):
                squared = 0.0
                for each in range(width):
                    squared += (centre[each, child] - centre[each, number]) ** 2
                furthest = max(furthest, math.sqrt(squared) + radius[child])
        radius[number] = furthest
