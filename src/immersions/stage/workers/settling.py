"""How much of a layout is done, told from the solver's steps as they come."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from immersions.anatomy.solver import HARD, Moment, Positions

BEFORE = 0.1
"""Of all: loading the ear, and hearing the loops."""
COARSE = 0.3
"""Of the first snapshot: the graph's coarser levels."""
FIRST = 2.0
"""How long the first snapshot takes, in those that start from the one before."""
SOFT = 0.8
"""Of coming to rest: while the repulsion hardens."""
PAUSE_SECONDS = 0.25


class Settling:
    """A solver's report; it says, a few times a second, a share from 0 to 1 that never falls.

    How many steps are to come is not known, but how far from rest and from the hard repulsion.
    """

    def __init__(self, snapshots: int, say: Callable[[float], None]) -> None:
        # The first of several is made again at the end, which closes the loop.
        self._rests = FIRST + (snapshots if snapshots > 1 else 0)
        self._say = say
        self._highest = -1
        self._number = -1
        self._from = 1.0
        self._share = 0.0
        self._said = 0.0

    def __call__(self, moment: Moment, _points: Positions) -> None:
        self._highest = max(self._highest, moment.level)
        if moment.iteration == 1:
            self._number += moment.level == 0
            self._from = max(moment.softening, 2 * HARD)
        self._share = max(self._share, BEFORE + (1 - BEFORE) * self._of_all(moment))
        if time.monotonic() - self._said >= PAUSE_SECONDS:
            self._said = time.monotonic()
            self._say(min(self._share, 1.0))

    def _of_all(self, moment: Moment) -> float:
        if moment.level > 0:
            return FIRST * COARSE * (1 - moment.level / self._highest) / self._rests
        share = self._of_rest(moment)
        if self._number == 0:
            return FIRST * (COARSE + (1 - COARSE) * share) / self._rests
        return (FIRST + self._number - 1 + share) / self._rests

    def _of_rest(self, moment: Moment) -> float:
        if moment.softening > 0:
            return (
                SOFT
                * math.log(self._from / max(moment.softening, HARD))
                / math.log(self._from / HARD)
            )
        return SOFT + (1 - SOFT) * (1 - min(1.0, moment.residual / 0.1))
