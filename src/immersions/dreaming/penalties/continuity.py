"""What the first layer hears changes little from frame to frame (Audio DeepDream, 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from torch import Tensor

    from immersions.dreaming.objectives import Objective
    from immersions.ears.ear import Activations


class Continuity(Penalty):
    """Mean squared difference of the first layer's neighbouring frames, the loop's end included."""

    parameters = (
        Parameter(
            name="continuity",
            unit="",
            minimum=0.0,
            maximum=50.0,
            default=0.0,
            label="Continuity",
            description="Squared difference of neighbouring frames: longer, smoother sounds.",
            group="Penalties",
        ),
    )

    def objective(self, situation: Situation) -> Objective | None:
        strength = situation.strength("continuity")
        if strength == 0:
            return None
        from immersions.dreaming.objectives import Objective, first_layer, in_deviations

        name = first_layer(situation.layers)

        def cost(heard: Activations) -> Tensor:
            frames = in_deviations(heard[name], name, situation.statistics)
            change = frames - frames.roll(1, dims=3)
            return change.square().mean(dim=(1, 2, 3)) * -strength

        return Objective(frozenset({name}), cost)
