"""What a transform is: a random change that the dream has to survive.

Torch is imported only where it runs, so that the page can read the declared parameters without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import torch
    from jaxtyping import Float
    from torch import Tensor

    from immersions.parameters import Parameter


@dataclass(frozen=True)
class Moment:
    """What a transform may know of the present step."""

    values: Mapping[str, float]
    """Every parameter of the dreamer by name."""
    generator: torch.Generator
    sample_rate: int
    bins_per_octave: float = 0.0
    """Of the ear's scalogram; 0 where the ear has none."""


class Transform:
    """Base of all transforms: overrides the one stage that it changes.

    Every stage gets the copies that are to be changed and returns as many. At a value of zero it
    returns what it was given, the same object.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def delays(self, copies: int, moment: Moment) -> Float[Tensor, " copies"] | None:
        """By how many seconds each copy of the loop comes later; `None` leaves them in place."""
        return None

    def loop(self, loops: Float[Tensor, "copies samples"], moment: Moment) -> Tensor:
        """Change the waveforms that the ear hears."""
        return loops

    def scalogram(
        self, scalogram: Float[Tensor, "copies parts bins frames"], moment: Moment
    ) -> Tensor:
        """Change the scalograms that the network hears."""
        return scalogram

    def gradient(self, step: Tensor, moment: Moment) -> Tensor:
        """Change the coordinates of a step: samples, partials, or cells of time and frequency.

        Real or complex, copies first; their scale is arbitrary.
        """
        return step
