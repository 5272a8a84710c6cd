"""What a penalty is: a steady wish beside the target, or a correction of the loop at every step.

Torch is imported only where it runs, so that the page can read the declared parameters without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex
    from torch import Tensor

    from immersions.dreaming.objectives import Objective
    from immersions.dreaming.spectrum import LoopSpectrum
    from immersions.dreaming.target import Target
    from immersions.ears.ear import Layer, LayerStatistics

LIKE_THE_TARGET = 10.0
"""The strength at which one unit of a penalty weighs as much as one standard deviation gained."""


@dataclass(frozen=True)
class Situation:
    """What a penalty may know: all that stays the same until a parameter or the target changes."""

    values: Mapping[str, float]
    """Every parameter of the dreamer by name."""
    target: Target
    statistics: Mapping[str, LayerStatistics]
    layers: Sequence[Layer]
    """The ear's layers, from sound to depth."""
    grid: LoopSpectrum
    mix: Complex[Tensor, " partials"]
    """Spectrum of the sound that can be mixed in: the start clip, or another one."""

    def strength(self, name: str) -> float:
        """A penalty's fader as a factor."""
        return self.values[name] / LIKE_THE_TARGET


class Penalty:
    """Base of all penalties: overrides the one way in which it acts; at zero it does nothing."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    every: ClassVar[int] = 1
    """`project` is called at every so many steps, from the first on."""

    def objective(self, situation: Situation) -> Objective | None:
        """What is added to the target's objective (negative: a cost), if anything."""
        return None

    def direction(
        self, spectrum: Complex[Tensor, " partials"], situation: Situation
    ) -> Complex[Tensor, " partials"] | None:
        """A change of the loop that is wished for, where the target's has an RMS of 1."""
        return None

    def step(
        self,
        change: Complex[Tensor, " partials"],
        spectrum: Complex[Tensor, " partials"],
        situation: Situation,
    ) -> Complex[Tensor, " partials"]:
        """What is about to be added to the loop, at its full length. At zero, the same object."""
        return change

    def project(
        self, spectrum: Complex[Tensor, " partials"], situation: Situation
    ) -> Complex[Tensor, " partials"]:
        """Correct the loop after a step. At zero, returns the same object."""
        return spectrum
