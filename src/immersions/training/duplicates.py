"""Which recordings of a library are the same one, at a cost that thousands of them can pay.

Three sieves, each finer: outlines of coarse fingerprints, all compared with all by a matrix
product, name for each recording a few that it may be; coarse fingerprints are correlated over all
lags for these; fine ones, taken from the scalograms then, for the few pairs that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from immersions.training.fingerprint import Print, likeness, outline

NEAREST = 5
ROWS_AT_ONCE = 512
MAY_BE = 0.45
"""Likeness of coarse fingerprints from which on the fine ones are compared."""
SAME = 0.7
"""Likeness of fine fingerprints from which on two recordings are one."""
FINE_KEPT = 32


def same_recordings(
    coarse: Sequence[Print], fine: Callable[[int], Print]
) -> dict[int, tuple[int, float]]:
    """For each number of a recording that was there before: its first number, and the likeness.

    `fine(number)` gives the fine fingerprint of a recording. Likeness is that with the earlier one
    by which it was found, which may itself be the first one's twin.
    """
    kept_fine = lru_cache(FINE_KEPT)(fine)
    outlines = np.stack([outline(one) for one in coarse]) if coarse else np.zeros((0, 1))
    compared: set[tuple[int, int]] = set()
    found: dict[int, tuple[int, float]] = {}
    while True:
        # The nearest of a recording with many twins are twins: they leave, and it is asked again.
        first_ones = [number for number in range(len(coarse)) if number not in found]
        before = len(found)
        for earlier, later in _nearest(outlines, first_ones):
            if (earlier, later) in compared:
                continue
            compared.add((earlier, later))
            if likeness(coarse[earlier], coarse[later]) < MAY_BE:
                continue
            alike = likeness(kept_fine(earlier), kept_fine(later))
            if alike >= SAME and later not in found:
                found[later] = earlier, alike
        if len(found) == before:
            return {number: (_first(number, found), alike) for number, (_, alike) in found.items()}


def _first(number: int, found: dict[int, tuple[int, float]]) -> int:
    while number in found:
        number = found[number][0]
    return number


def _nearest(outlines: np.ndarray, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The pairs (earlier, later) of which one is among the nearest of the other, in order."""
    rows = outlines[list(numbers)].astype(np.float32)
    count = min(NEAREST, len(rows) - 1)
    pairs: set[tuple[int, int]] = set()
    for start in range(0, len(rows) if count > 0 else 0, ROWS_AT_ONCE):
        products = rows[start : start + ROWS_AT_ONCE] @ rows.T
        for place, row in enumerate(products, start):
            row[place] = -np.inf
            for other in np.argpartition(row, -count)[-count:].tolist():
                pairs.add((numbers[min(place, other)], numbers[max(place, other)]))
    return sorted(pairs)
