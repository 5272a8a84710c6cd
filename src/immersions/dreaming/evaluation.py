"""How much of a dream is there in the finished sound, as it is and changed in new ways.

The amounts are fixed and lie outside the default reach of the ascent's random pitch shift, or
between all that it can have drawn: what holds under them is in the sound and not in the frame grid.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions.dreaming.objectives import of_target, plain_mean
from immersions.dreaming.target import Target
from immersions.dreaming.transforms.pitch_shift import shift_bins
from immersions.ears.ear import Activations, Ear, device_of

TIME_SHIFTS = (0.00317, 0.00931, 0.01513, 0.02083, 0.1373, 0.4219, 1.0711, 1.6337)
"""In seconds; half of them shorter than a hop of 23 ms."""
PITCH_SHIFTS = (0.7, -0.7)
"""In semitones."""


class Evaluation:
    """Measures finished loops by a target; no gradient, no randomness."""

    def __init__(self, ear: Ear, target: Target) -> None:
        self._ear = ear
        self._target = target
        self._objective = of_target(target, ear.statistics)
        bins = ear.bin_frequencies
        self._bins_per_octave = 1 / np.log2(bins[1] / bins[0]) if len(bins) > 1 else 0.0

    def plain(self, loop: NDArray[np.float32]) -> float:
        """The mean activation over all selected neurons and frames."""
        return plain_mean(self._target, self._listen(loop))

    def standardised(self, loop: NDArray[np.float32]) -> float:
        """The target's standardised activation."""
        return self._objective(self._listen(loop)).item()

    def after_time_shifts(
        self, loop: NDArray[np.float32], shifts: Sequence[float] = TIME_SHIFTS
    ) -> list[float] | None:
        """Standardised, of the loop delayed by so many seconds; needs a target of whole time."""
        if not self._target.whole_time:
            return None
        rate = self._ear.sample_rate
        return [self.standardised(delayed(loop, seconds * rate)) for seconds in shifts]

    def after_pitch_shifts(
        self, loop: NDArray[np.float32], shifts: Sequence[float] = PITCH_SHIFTS
    ) -> list[float] | None:
        """Standardised, of the loop's scalogram moved by so many semitones; needs one."""
        if not self._ear.has_scalogram:
            return None
        return [
            self._objective(self._listen(loop, semitones / 12 * self._bins_per_octave)).item()
            for semitones in shifts
        ]

    def _listen(self, loop: NDArray[np.float32], bins: float = 0.0) -> Activations:
        sound = torch.from_numpy(np.ascontiguousarray(loop, np.float32))[None]

        def edit(scalogram: Float[Tensor, "copies parts bins frames"]) -> Tensor:
            return shift_bins(scalogram, torch.full((len(scalogram),), bins))

        with torch.no_grad():
            sound = sound.to(device_of(self._ear))
            return self._ear.listen(sound, self._target.layers, edit if bins else None)


def delayed(loop: NDArray[np.float32], samples: float) -> NDArray[np.float32]:
    """The loop coming later by a number of samples that need not be whole."""
    spectrum = np.fft.rfft(loop.astype(np.float64))
    turns = np.arange(len(spectrum)) * (samples / len(loop))
    moved = np.fft.irfft(spectrum * np.exp(-2j * np.pi * turns), n=len(loop))
    return np.asarray(moved, np.float32)
