"""Random changes that a dream has to survive, so that it is sound and not a trick.

To add one: write a file with a `Transform` that declares its own parameters, and one line here.
"""

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.dreaming.transforms.gradient_noise import GradientNoise
from immersions.dreaming.transforms.input_noise import InputNoise
from immersions.dreaming.transforms.pitch_mask import PitchMask
from immersions.dreaming.transforms.pitch_shift import PitchShift
from immersions.dreaming.transforms.time_mask import TimeMask
from immersions.dreaming.transforms.time_shift import TimeShift

TRANSFORMS: tuple[Transform, ...] = (
    TimeShift(),
    PitchShift(),
    TimeMask(),
    PitchMask(),
    InputNoise(),
    GradientNoise(),
)
"""Applied in this order within each stage."""

__all__ = ["TRANSFORMS", "Moment", "Transform"]
