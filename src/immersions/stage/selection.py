"""What a performer selects in an ear, in fractions of a layer.

`immersions.dreaming.Target.from_ranges` turns them into channels, pitches and frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

Fraction = Annotated[float, Field(ge=0, le=1)]
"""A number from 0 to 1, as a fader gives it."""

WHOLE = (0.0, 1.0)


@dataclass(frozen=True)
class Range:
    """Neurons of one layer and frames of theirs: (position, span) pairs in fractions of the axis.

    `weight` says how strongly, and with a minus sign that the neurons are to fall silent.
    """

    layer: str
    weight: float = 1.0
    channel: tuple[Fraction, Fraction] = WHOLE
    pitch: tuple[Fraction, Fraction] = WHOLE
    time: tuple[Fraction, Fraction] = WHOLE

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight):
            raise ValueError(f"weight of {self.layer}: expected a finite number, got {self.weight}")
        for axis in ("channel", "pitch", "time"):
            if not all(0 <= value <= 1 for value in getattr(self, axis)):
                raise ValueError(
                    f"{axis} of {self.layer}: expected position and span from 0 to 1, "
                    f"got {getattr(self, axis)}"
                )
