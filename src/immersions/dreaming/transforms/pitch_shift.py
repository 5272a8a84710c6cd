"""All pitches move a little up or down: what a dream adds must not hang on single bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


def shift_bins(
    scalogram: Float[Tensor, "copies parts bins frames"], shifts: Float[Tensor, " copies"]
) -> Float[Tensor, "copies parts bins frames"]:
    """Move each copy up by so many bins (fractions are interpolated, the edges repeated)."""
    import torch

    bins = scalogram.shape[2]
    source = torch.arange(bins) - shifts[:, None]
    low = source.floor()
    share = (source - low)[:, None, :, None].to(scalogram)
    lower, upper = (
        (low + more).clamp(0, bins - 1).long()[:, None, :, None].to(scalogram.device)
        for more in (0, 1)
    )
    below = torch.take_along_dim(scalogram, lower, dim=2)
    above = torch.take_along_dim(scalogram, upper, dim=2)
    return below + share * (above - below)


class PitchShift(Transform):
    """Uniform between so many semitones down and up; needs an ear with a scalogram."""

    parameters = (
        Parameter(
            name="pitch_shift",
            unit="semitones",
            minimum=0.0,
            maximum=12.0,
            default=0.5,
            label="Pitch shift",
            description="Random transposition of the scalogram at every step.",
            group="Transforms",
        ),
    )

    def scalogram(
        self, scalogram: Float[Tensor, "copies parts bins frames"], moment: Moment
    ) -> Tensor:
        reach = moment.values["pitch_shift"] * moment.bins_per_octave / 12
        if reach == 0:
            return scalogram
        import torch

        draw = torch.rand(len(scalogram), generator=moment.generator)
        return shift_bins(scalogram, (2 * draw - 1) * reach)
