"""The parameters of the ascent itself, and what one step of it tells."""

from __future__ import annotations

from dataclasses import dataclass

from immersions.parameters import Parameter

ASCENT: tuple[Parameter, ...] = (
    Parameter(
        name="learning_rate",
        unit="",
        minimum=0.0001,
        maximum=1.0,
        default=0.05,
        curve="logarithmic",
        label="Learning rate",
        description="How much of the sound changes at a step: RMS of the change / RMS of the loop.",
        group="Ascent",
    ),
    Parameter(
        name="momentum",
        unit="",
        minimum=0.0,
        maximum=0.95,
        default=0.8,
        label="Momentum",
        description="The share of its direction that a step takes from the steps before.",
        group="Ascent",
    ),
    Parameter(
        name="follow",
        unit="",
        minimum=0.0,
        maximum=1.0,
        default=0.9,
        label="Follow",
        description="How much a step follows the loop's own sound; 0 fills every gap.",
        group="Ascent",
    ),
    Parameter(
        name="copies",
        unit="",
        minimum=1,
        maximum=64,
        default=1,
        curve="integer",
        label="Copies",
        description="Transformed copies of the loop a step; of several, one is never transformed.",
        group="Ascent",
    ),
    Parameter(
        name="fourier",
        unit="",
        minimum=0,
        maximum=1,
        default=1,
        curve="switch",
        label="Fourier",
        description="Climb on partials scaled like the loop and like music; off: on the waveform.",
        group="Ascent",
    ),
)


@dataclass(frozen=True)
class StepReport:
    """What a step of the ascent tells."""

    step: int
    """How many steps have been made since the start clip."""
    activation: float
    """The target's standardised activation in the transformed copies, before the step."""
    seconds: float
