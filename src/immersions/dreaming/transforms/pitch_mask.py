"""A band of pitches is masked: the other pitches have to carry the dream too.

The mask shows each pitch's mean over the loop (see `time_mask`): what moves in the band is hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class PitchMask(Transform):
    """One block of bins of each copy is masked, of random width and place."""

    parameters = (
        Parameter(
            name="pitch_mask",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.1,
            label="Pitch mask",
            description="Widest band of pitches, as a share, that is masked at a step.",
            group="Transforms",
        ),
    )

    def scalogram(
        self, scalogram: Float[Tensor, "copies parts bins frames"], moment: Moment
    ) -> Tensor:
        widest = moment.values["pitch_mask"]
        if widest == 0:
            return scalogram
        import torch

        bins = scalogram.shape[2]
        width, start = torch.rand(2, len(scalogram), 1, generator=moment.generator)
        width = width * widest
        place = (torch.arange(bins) + 0.5) / bins - start * (1 - width)
        heard = ((place < 0) | (place >= width)).to(scalogram)
        mean = scalogram.mean(dim=3, keepdim=True)
        return mean + (scalogram - mean) * heard[:, None, :, None]
