"""Noisy gradients: the ascent does not run into the nearest dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex
    from torch import Tensor


class GradientNoise(Transform):
    """Every partial of the step is moved by a random amount, in proportion to its own strength."""

    parameters = (
        Parameter(
            name="gradient_noise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.1,
            label="Gradient noise",
            description="Noise on every step, as a share of the step.",
            group="Transforms",
        ),
    )

    def gradient(self, step: Complex[Tensor, " bins"], moment: Moment) -> Tensor:
        share = moment.values["gradient_noise"]
        if share == 0:
            return step
        import torch

        draw = torch.randn(*step.shape, 2, generator=moment.generator)
        return step + step.abs() * torch.view_as_complex(draw).to(step) * (share / 2**0.5)
