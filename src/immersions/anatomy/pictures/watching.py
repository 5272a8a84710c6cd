"""Positions kept while a solver works, to be filmed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from immersions.anatomy.multilevel import Level
from immersions.anatomy.solver import Moment, Positions

GROWTH = 1.13
"""Of the steps from one kept moment to the next: most happens at the beginning of a level."""


class Watch:
    """Give it to a solver as its report, and its `moments` to `film_of_settling`."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Positions]] = []
        self._level = -1
        self._next = 1.0
        self._last: Positions | None = None

    def __call__(self, moment: Moment, points: Positions) -> None:
        if moment.level != self._level or moment.iteration == 1:
            self._finish()
            self._level, self._next = moment.level, 1.0
        self._last = points
        if moment.iteration >= self._next:
            self._kept.append((moment.level, points.copy()))
            self._last = None
            self._next = max(self._next + 1, self._next * GROWTH)

    def _finish(self) -> None:
        """A level ends where it came to rest, also between two kept moments."""
        if self._last is not None:
            self._kept.append((self._level, self._last.copy()))
            self._last = None

    def moments(self, levels: Sequence[Level]) -> list[Float[NDArray[np.float32], "vertices dims"]]:
        """What was kept, for every vertex of the finest of the solver's `levels`."""
        self._finish()
        return [expanded(points, _parents(levels[:level])) for level, points in self._kept]

    def rests(self, levels: Sequence[Level]) -> list[Float[NDArray[np.float32], "vertices dims"]]:
        """The same, of each level only where it came to rest, the coarsest first."""
        self._finish()
        last = dict(self._kept)
        return [
            expanded(last[level], _parents(levels[:level])) for level in sorted(last, reverse=True)
        ]


def expanded(
    points: Float[NDArray[np.floating], "coarse dims"],
    parents: Sequence[Int[NDArray[np.int64], " finer"]],
) -> Float[NDArray[np.floating], "vertices dims"]:
    """Positions of a coarse level for every vertex: those of the vertex it was merged into.

    `parents` are those of the levels from the finest to the one before the coarse one.
    """
    of_all = np.arange(len(points))
    for each in reversed(parents):
        of_all = of_all[each]
    return points[of_all]


def _parents(levels: Sequence[Level]) -> list[Int[NDArray[np.int64], " finer"]]:
    return [level.parents for level in levels if level.parents is not None]
