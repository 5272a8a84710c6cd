"""Steady wishes beside the target, and corrections of the loop at every step.

To add one: write a file with a `Penalty` that declares its own parameters, and one line here.
"""

from immersions.dreaming.penalties.activation import ActivationPenalty
from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.dreaming.penalties.brightness import Brightness
from immersions.dreaming.penalties.continuity import Continuity
from immersions.dreaming.penalties.denoise import Denoise
from immersions.dreaming.penalties.gradient_by_maximum import GradientByMaximum
from immersions.dreaming.penalties.mix import Mix
from immersions.dreaming.penalties.sparsity import Sparsity

PENALTIES: tuple[Penalty, ...] = (
    Denoise(),
    Mix(),
    GradientByMaximum(),
    Brightness(),
    ActivationPenalty(),
    Sparsity(),
    Continuity(),
)
"""Projections are applied in this order."""

__all__ = ["PENALTIES", "Penalty", "Situation"]
