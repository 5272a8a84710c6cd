"""What the ascent moves: the waveform's samples, or partials scaled like those of music.

To climb in scaled coordinates p with x = W p is to climb in x with the gradient multiplied by
W squared. So a parameterisation is no more than a filter on the gradient, and the dream itself
can be kept in one form whatever moves it.
"""

from __future__ import annotations

from typing import Protocol

import torch
from jaxtyping import Complex, Float
from torch import Tensor


class Parameterisation(Protocol):
    """Turns the gradient with respect to the waveform into the direction of a step."""

    def direction(self, gradient: Complex[Tensor, " partials"]) -> Complex[Tensor, " partials"]:
        """Both are spectra of loops; the length of the result is arbitrary."""
        ...


def music_amplitude(
    frequencies: Float[Tensor, " partials"],
    slope: float = 1.0,
    low: float = 60.0,
    high: float = 8000.0,
    inaudible: float = 20.0,
) -> Float[Tensor, " partials"]:
    """The typical amplitude of a partial in music: about 1 / f, level below `low` and above `high`.

    Relative to the amplitude at 1 kHz; frequencies in Hz. Falls to nothing below `inaudible`.
    """
    amplitude = (frequencies.clamp(low, high) / 1000.0) ** -slope
    audible = frequencies.square() / (frequencies.square() + inaudible**2)
    return amplitude * audible


class Fourier:
    """Partials in units of their typical amplitude in music, which decorrelates them.

    Without it an ascent spends its change where the ear is most sensitive and music is weakest: in
    the highest frequencies.
    """

    def __init__(self, frequencies: Float[Tensor, " partials"], slope: float = 1.0) -> None:
        self._power = music_amplitude(frequencies, slope).square()

    def direction(self, gradient: Complex[Tensor, " partials"]) -> Complex[Tensor, " partials"]:
        return gradient * self._power


class Waveform:
    """Samples as they are; only the mean, which cannot be heard, stays where it is."""

    def direction(self, gradient: Complex[Tensor, " partials"]) -> Complex[Tensor, " partials"]:
        return torch.cat([torch.zeros_like(gradient[:1]), gradient[1:]])
