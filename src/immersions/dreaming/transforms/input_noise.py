"""A little noise on the sound: what a dream adds must be loud enough to be heard through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class InputNoise(Transform):
    """White noise whose RMS is the given share of the loop's."""

    parameters = (
        Parameter(
            name="input_noise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.0,
            label="Input noise",
            description="Noise that the ear hears with the loop, as a share of the loop's RMS.",
            group="Transforms",
        ),
    )

    def loop(self, loops: Float[Tensor, "copies samples"], moment: Moment) -> Tensor:
        share = moment.values["input_noise"]
        if share == 0:
            return loops
        import torch

        noise = torch.randn(loops.shape, generator=moment.generator).to(loops)
        return loops + noise * loops.square().mean(dim=1, keepdim=True).sqrt() * share
