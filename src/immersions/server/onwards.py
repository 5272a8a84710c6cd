"""Where a dream goes on, when the loop is given another length or tempo."""

from __future__ import annotations

import numpy as np

from immersions.stage.conductor import Loop, Samples
from immersions.stage.fitting import Phrase, refit


class Onwards:
    """What was dreamed last, as it was dreamed.

    A loop that was merely brought into another tempo is not noted: stretched again and again, it
    would lose what the one that was dreamed still has.
    """

    def __init__(self) -> None:
        self._dreamed: tuple[Loop, Phrase | None] | None = None

    @property
    def step(self) -> int:
        """Steps that it took; 0 where nothing was dreamed."""
        return 0 if self._dreamed is None else int(self._dreamed[0].header["step"])

    def note(self, loop: Loop, phrase: Phrase | None) -> None:
        """A loop has come; `phrase` is what is known of its bars."""
        fresh = self._dreamed is None or loop.header["step"] > self.step
        if loop.kind == "dream" and fresh:
            self._dreamed = loop, phrase

    def forget(self) -> None:
        """Something else begins."""
        self._dreamed = None

    def fitted(self, sample_rate: int, count: int, phrase: Phrase | None) -> Samples | None:
        """What was dreamed, in `count` samples; None where nothing was, or of another rate."""
        if self._dreamed is None or self._dreamed[0].header["sample_rate"] != sample_rate:
            return None
        loop, had = self._dreamed
        dream = np.frombuffer(loop.samples, np.float32)
        return refit(dream, sample_rate, count, phrase, had)
