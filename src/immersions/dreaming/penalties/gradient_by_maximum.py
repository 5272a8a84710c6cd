"""The learning rate counts peaks, not power (Audio DeepDream, 2016: gradient by its maximum)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex
    from torch import Tensor


class GradientByMaximum(Penalty):
    """Of the loop's largest sample a step changes as large a share as else of its RMS."""

    parameters = (
        Parameter(
            name="gradient_by_maximum",
            unit="",
            minimum=0,
            maximum=1,
            default=0,
            curve="switch",
            label="Gradient by maximum",
            description="Divide the gradient by its largest value; the rate then is one of peaks.",
            group="Helpers",
        ),
    )

    def step(
        self,
        change: Complex[Tensor, " partials"],
        spectrum: Complex[Tensor, " partials"],
        situation: Situation,
    ) -> Complex[Tensor, " partials"]:
        if not situation.values["gradient_by_maximum"]:
            return change
        crest, crest_of_change = (
            situation.grid.loop(x).abs().max().item() / max(situation.grid.rms(x), 1e-20)
            for x in (spectrum, change)
        )
        return change * (crest / max(crest_of_change, 1e-20))
