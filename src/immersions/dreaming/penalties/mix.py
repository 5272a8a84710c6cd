"""A provided sound is mixed in at every step, so that the dream stays near it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex
    from torch import Tensor


class Mix(Penalty):
    """The start clip, or another one, takes a share of the loop that is the fader's cube.

    The cube because a step is small: one per cent a step (a fader at 0.2) already holds a dream.
    """

    parameters = (
        Parameter(
            name="mix",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.0,
            label="Mix",
            description="Mixes the provided sound in at every step.",
            group="Helpers",
        ),
    )

    def project(
        self, spectrum: Complex[Tensor, " partials"], situation: Situation
    ) -> Complex[Tensor, " partials"]:
        share = situation.values["mix"] ** 3
        if share == 0:
            return spectrum
        return spectrum + (situation.mix - spectrum) * share
