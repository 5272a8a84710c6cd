"""The dream does not turn into hiss: high frequencies beyond the start clip's are turned down."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import LIKE_THE_TARGET, Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex, Float
    from torch import Tensor

    from immersions.dreaming.spectrum import LoopSpectrum

CORNER = 5000.0
"""Frequency in Hz from which a partial counts as high (half of its power does at the corner)."""
TOO_BRIGHT = 0.1
"""Excess share of power at which, at a strength of one, as much is turned down as dreamed."""
TYPICAL_SHARE = 0.02
"""Of power above the corner in music; for starts that have none of their own."""


class Brightness(Penalty):
    """Turns the high partials down by how much their share of the power exceeds the start's.

    With the fader at its end no brightness at all is granted to the start.
    """

    parameters = (
        Parameter(
            name="brightness",
            unit="",
            minimum=0.0,
            maximum=50.0,
            default=5.0,
            label="Brightness penalty",
            description="Turns down high frequencies that the start clip did not have.",
            group="Penalties",
        ),
    )

    def direction(
        self, spectrum: Complex[Tensor, " partials"], situation: Situation
    ) -> Complex[Tensor, " partials"] | None:
        value = situation.values["brightness"]
        if value == 0:
            return None
        grid = situation.grid
        weights = _high(grid)
        granted = _share(situation.mix, weights, grid) if situation.mix.any() else TYPICAL_SHARE
        granted *= 1 - value / self.parameters[0].maximum
        excess = _share(spectrum, weights, grid) - granted
        if not excess > 0:
            return None
        high = spectrum * weights
        return high * (-value / LIKE_THE_TARGET * excess / TOO_BRIGHT / grid.rms(high))


@lru_cache(maxsize=2)
def _high(grid: LoopSpectrum) -> Float[Tensor, " partials"]:
    slope = (grid.frequencies / CORNER) ** 4
    return slope / (1 + slope)


def _share(
    spectrum: Complex[Tensor, " partials"],
    weights: Float[Tensor, " partials"],
    grid: LoopSpectrum,
) -> float:
    power = grid.counts * (spectrum.real.square() + spectrum.imag.square())
    return ((power * weights).sum() / power.sum().clamp(min=1e-20)).item()
