"""A stretch of time is masked: the rest of the loop has to carry the dream too.

The mask shows each pitch's mean over the loop. Silence instead would begin and end with edges that
no music has, and ears answer to edges: dreams then lose where without masks they gain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class TimeMask(Transform):
    """One block of frames of each copy is masked, of random length and place on the circle."""

    parameters = (
        Parameter(
            name="time_mask",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.1,
            label="Time mask",
            description="Longest stretch of the loop, as a share, that is masked at a step.",
            group="Transforms",
        ),
    )

    def scalogram(
        self, scalogram: Float[Tensor, "copies parts bins frames"], moment: Moment
    ) -> Tensor:
        longest = moment.values["time_mask"]
        if longest == 0:
            return scalogram
        import torch

        frames = scalogram.shape[3]
        length, start = torch.rand(2, len(scalogram), 1, generator=moment.generator)
        place = (torch.arange(frames) / frames - start) % 1.0
        heard = (place >= length * longest).to(scalogram)
        mean = scalogram.mean(dim=3, keepdim=True)
        return mean + (scalogram - mean) * heard[:, None, None, :]
