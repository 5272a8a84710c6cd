"""Noisy gradients: the ascent does not run into the nearest dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from torch import Tensor


class GradientNoise(Transform):
    """Every coordinate of the step grows or shrinks at random, in proportion to its own size.

    In proportion, so that what is silent stays silent.
    """

    parameters = (
        Parameter(
            name="gradient_noise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.1,
            label="Gradient noise",
            description="Noise on every step, as a share of it.",
            group="Transforms",
        ),
    )

    def gradient(self, step: Tensor, moment: Moment) -> Tensor:
        share = moment.values["gradient_noise"]
        if share == 0:
            return step
        import torch

        draw = torch.randn(step.shape, generator=moment.generator).to(step.device)
        return step * (1 + share * draw)
