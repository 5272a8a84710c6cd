"""The loop starts a little earlier or later: what a dream adds must not hang on the frame grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class TimeShift(Transform):
    """Uniform between so many seconds earlier and later, to a fraction of a sample."""

    parameters = (
        Parameter(
            name="time_shift",
            unit="s",
            minimum=0.0,
            maximum=4.0,
            default=0.1,
            label="Time shift",
            description="Random shift of the loop at every step. Large: more pad-like sound.",
            group="Transforms",
        ),
    )

    def delays(self, copies: int, moment: Moment) -> Float[Tensor, " copies"] | None:
        reach = moment.values["time_shift"]
        if reach == 0:
            return None
        import torch

        # In double precision: a phase is a delay times thousands of cycles a second.
        draw = torch.rand(copies, generator=moment.generator, dtype=torch.float64)
        return (2 * draw - 1) * reach
