"""Where the neurons of a layer lie in pitch."""

from __future__ import annotations

from dataclasses import dataclass

from immersions.ears.config import ContrastiveConfig


@dataclass(frozen=True)
class PitchAxis:
    """In bins of the scalogram: the centre of pitch 0, the step between pitches, how many it hears.

    A neuron of pitch p hears `span` bins around first + p * step.
    """

    first: float
    step: int
    span: int

    def hertz(self, pitch: int, config: ContrastiveConfig) -> float:
        """The frequency around which a neuron hears."""
        scale = config.scalogram
        return scale.fmin * 2.0 ** ((self.first + pitch * self.step) / scale.bins_per_octave)


def pitch_axes(config: ContrastiveConfig) -> dict[str, PitchAxis]:
    """Of each layer, from the kernels and pools of the encoder."""
    axes, here = {}, PitchAxis(0.0, 1, 1)
    for number, block in enumerate(config.encoder):
        here = _convolved(here, block.kernel1[0], block.pad_pitches1)
        here = _pooled(here, block.pool[0])
        axes[f"encoder.{number}.conv1"] = here
        here = _convolved(here, block.kernel2[0], block.pad_pitches2)
        axes[f"encoder.{number}"] = here
    return axes | {f"context.{number}": here for number in range(len(config.context))}


def _convolved(axis: PitchAxis, kernel: int, padding: int) -> PitchAxis:
    first = axis.first + axis.step * ((kernel - 1) / 2 - padding)
    return PitchAxis(first, axis.step, axis.span + axis.step * (kernel - 1))


def _pooled(axis: PitchAxis, factor: int) -> PitchAxis:
    first = axis.first + axis.step * (factor - 1) / 2
    return PitchAxis(first, axis.step * factor, axis.span + axis.step * (factor - 1))
