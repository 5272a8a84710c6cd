"""Few neurons of the first layer answer at a time (Audio DeepDream, 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from immersions.dreaming.objectives import Objective


class Sparsity(Penalty):
    """Mean size of the first layer's activations, in its neurons' standard deviations."""

    parameters = (
        Parameter(
            name="sparsity",
            unit="",
            minimum=0.0,
            maximum=50.0,
            default=0.0,
            label="Sparsity",
            description="L1 of the first layer's output: sparser, more separate sounds.",
            group="Penalties",
        ),
    )

    def objective(self, situation: Situation) -> Objective | None:
        strength = situation.strength("sparsity")
        if strength == 0:
            return None
        from immersions.dreaming.objectives import Objective, first_layer, in_deviations

        name = first_layer(situation.layers)
        return Objective(
            frozenset({name}),
            lambda heard: (
                in_deviations(heard[name], name, situation.statistics).abs().mean(dim=(1, 2, 3))
                * -strength
            ),
        )
