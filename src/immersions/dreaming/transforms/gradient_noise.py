"""Noisy gradients: the ascent does not run into the nearest dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class GradientNoise(Transform):
    """Every sample of the gradient is moved by a random amount, in proportion to its own size.

    In proportion, so that the noise lies where the gradient does and silence stays silent.
    """

    parameters = (
        Parameter(
            name="gradient_noise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.1,
            label="Gradient noise",
            description="Noise on every gradient, as a share of it.",
            group="Transforms",
        ),
    )

    def gradient(self, gradients: Float[Tensor, "copies samples"], moment: Moment) -> Tensor:
        share = moment.values["gradient_noise"]
        if share == 0:
            return gradients
        import torch

        draw = torch.randn(gradients.shape, generator=moment.generator).to(gradients)
        return gradients.addcmul(gradients, draw, value=share)
