"""The other neurons of the target's layers stay calm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from torch import Tensor

    from immersions.dreaming.objectives import Objective
    from immersions.ears.ear import Activations


class ActivationPenalty(Penalty):
    """Mean squared standardised activation of what is not selected in the target's layers."""

    parameters = (
        Parameter(
            name="activation_penalty",
            unit="",
            minimum=0.0,
            maximum=50.0,
            default=0.0,
            label="Activation penalty",
            description="Keeps the other neurons of the target's layers calm.",
            group="Penalties",
        ),
    )

    def objective(self, situation: Situation) -> Objective | None:
        strength = situation.strength("activation_penalty")
        if strength == 0:
            return None
        import torch

        from immersions.dreaming.objectives import Objective, standardised

        others: dict[str, Tensor] = {}
        for part in situation.target.parts:
            layer = part.layer
            blank = torch.ones(1, layer.channels, layer.pitches, layer.frames)
            part.select(others.setdefault(layer.name, blank)).zero_()
        count = max(1.0, sum(mask.sum().item() for mask in others.values()))

        def cost(heard: Activations) -> Tensor:
            squares = [
                (standardised(heard[name], name, situation.statistics) * mask.to(heard[name]))
                .square()
                .sum(dim=(1, 2, 3))
                for name, mask in others.items()
            ]
            return torch.stack(squares).sum(dim=0) * (-strength / count)

        return Objective(frozenset(others), cost)
