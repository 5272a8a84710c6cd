"""What the ascent moves: the waveform's samples, or partials scaled like those of music.

To climb in scaled coordinates p with x = W p is to climb in x with the gradient multiplied by
W squared. So a parameterisation is no more than a filter on the gradient, and the dream itself
can be kept in one form whatever moves it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from immersions.dreaming import short_time
from immersions.dreaming.spectrum import LoopSpectrum

ENVELOPE_SECONDS = 0.02
"""Over so long is power averaged when samples follow the rhythm."""
SILENCE = 0.001
"""What silence weighs, as a share of the loop's mean power: out of it sound may grow too."""


def _as_it_is(step: Tensor) -> Tensor:
    return step


class Parameterisation(Protocol):
    """Turns gradients with respect to waveforms into the directions of a step."""

    def directions(
        self,
        gradients: Float[Tensor, "copies samples"],
        loops: Float[Tensor, "copies samples"],
        follow: float,
        noisy: Callable[[Tensor], Tensor] = _as_it_is,
    ) -> Complex[Tensor, "copies partials"]:
        """Spectra of the directions, whose lengths are arbitrary.

        `follow` says how much a step follows the loops' own power: not at all at 0, in proportion
        to it at 1. `noisy` changes the coordinates of the step.
        """
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
    the highest frequencies. The scalogram is a logarithm, so what matters is the change of each
    cell of time and frequency in proportion to what is there: `follow` goes from the spectrum of
    music, the same at every moment, to that of the loop itself around each moment.
    """

    def __init__(self, grid: LoopSpectrum) -> None:
        self._grid = grid
        self._power = music_amplitude(grid.frequencies).square()
        self._window = short_time.window_samples(grid.sample_rate)
        bins = torch.fft.rfftfreq(self._window, 1 / grid.sample_rate)
        music = music_amplitude(bins).square().to(grid.frequencies.device)
        self._music = music / music.mean()

    def directions(
        self,
        gradients: Float[Tensor, "copies samples"],
        loops: Float[Tensor, "copies samples"],
        follow: float,
        noisy: Callable[[Tensor], Tensor] = _as_it_is,
    ) -> Complex[Tensor, "copies partials"]:
        if follow == 0:
            return noisy(self._grid.of(gradients) * self._power)
        weights = self._weights(loops, follow)
        # Analysis, weight, and the analysis' adjoint: symmetric, so that it never leads down.
        weighted = noisy(short_time.analysed(gradients, self._window) * weights)
        return _without_mean(self._grid.of(short_time.overlapped(weighted, loops.shape[1])))

    def _weights(
        self, loops: Float[Tensor, "copies samples"], follow: float
    ) -> Float[Tensor, "copies frames bins"]:
        own = short_time.power(short_time.analysed(loops, self._window))
        own = short_time.neighbourhood(own, frames=3, bins=3)
        own = own / own.mean(dim=(1, 2), keepdim=True).clamp(min=1e-30)
        floored = own + SILENCE * self._music
        return floored if follow == 1 else floored.pow(follow) * self._music.pow(1 - follow)


class Waveform:
    """Samples as they are, in units of the loop's own loudness in time as far as they `follow`."""

    def __init__(self, grid: LoopSpectrum) -> None:
        self._grid = grid

    def directions(
        self,
        gradients: Float[Tensor, "copies samples"],
        loops: Float[Tensor, "copies samples"],
        follow: float,
        noisy: Callable[[Tensor], Tensor] = _as_it_is,
    ) -> Complex[Tensor, "copies partials"]:
        if follow:
            gradients = gradients * envelope(loops, self._grid.sample_rate, follow)
        return _without_mean(self._grid.of(noisy(gradients)))


def envelope(
    loops: Float[Tensor, "copies samples"], sample_rate: int, exponent: float
) -> Float[Tensor, "copies samples"]:
    """Each loop's power around each moment, relative to its mean, to the power of `exponent`."""
    samples = loops.shape[1]
    half = max(1, min(round(ENVELOPE_SECONDS * sample_rate / 2), samples // 2))
    power = loops.double().square()
    around = torch.cat([power[:, -half:], power, power[:, :half]], dim=1).cumsum(dim=1)
    mean = (around[:, 2 * half :] - around[:, :samples]) / (2 * half)
    relative = (mean / power.mean(dim=1, keepdim=True).clamp(min=1e-30)).clamp(min=0)
    return (relative + SILENCE).pow(exponent).float()


def _without_mean(
    spectra: Complex[Tensor, "copies partials"],
) -> Complex[Tensor, "copies partials"]:
    """What cannot be heard stays where it is."""
    spectra[:, 0] = 0
    return spectra
