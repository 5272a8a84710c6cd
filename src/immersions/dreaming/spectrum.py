"""A loop as its spectrum: the form in which a dream is kept, shifted, weighed and changed.

A loop that repeats for ever is exactly its real FFT. Here that FFT has `norm="forward"`: a
coefficient is the amplitude of half a partial, whatever the loop's length.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor

PEAK_KNEE = 0.7
PEAK_CEILING = 0.85
"""Peaks above the ceiling are bent to lie between the knee and it (-1.4 dBFS)."""


def fast_length(samples: int) -> int:
    """The least length of at least `samples` without prime factors above 7: quick to transform."""
    length = samples
    while True:
        rest = length
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1


def resized(loop: Float[Tensor, " samples"], length: int) -> Float[Tensor, " length"]:
    """The same loop with another number of samples, resampled as one that repeats for ever."""
    if len(loop) == length:
        return loop
    kept = min(len(loop), length) // 2 + 1
    spectrum = torch.fft.rfft(loop, norm="forward")[:kept].clone()
    if min(len(loop), length) % 2 == 0:
        # At half the rate a partial and its mirror image are one coefficient.
        spectrum[-1] *= 0.5 if length > len(loop) else 2.0
    return torch.fft.irfft(spectrum, n=length, norm="forward")


class LoopSpectrum:
    """The partials of loops of one length: what they weigh, and the ways to and from sound."""

    def __init__(self, samples: int, sample_rate: int, device: torch.device | str = "cpu") -> None:
        self.samples = samples
        self.sample_rate = sample_rate
        self.frequencies = torch.fft.rfftfreq(
            samples, 1 / sample_rate, device=device, dtype=torch.float64
        ).float()
        """In Hz, from 0 to half the sample rate."""
        self.counts = torch.full_like(self.frequencies, 2.0)
        """How many of the full FFT's coefficients each one stands for."""
        self.counts[0] = 1.0
        if samples % 2 == 0:
            self.counts[-1] = 1.0
        self._numbers = torch.arange(len(self.frequencies), dtype=torch.float64)
        self._loudness_weights = self.counts * k_weighting(self.frequencies, sample_rate)

    def of(self, loops: Float[Tensor, "*batch samples"]) -> Complex[Tensor, "*batch partials"]:
        return torch.fft.rfft(loops, norm="forward")

    def loop(self, spectrum: Complex[Tensor, "*batch partials"]) -> Float[Tensor, "*batch samples"]:
        return torch.fft.irfft(spectrum, n=self.samples, norm="forward")

    def rms(self, spectrum: Complex[Tensor, " partials"]) -> float:
        return math.sqrt(torch.dot(self.counts, _power(spectrum)).item())

    def loudness_power(self, spectrum: Complex[Tensor, " partials"]) -> float:
        """Mean square after K-weighting: what loudness in LUFS is the logarithm of."""
        return torch.dot(self._loudness_weights, _power(spectrum)).item()

    def delay(self, seconds: Float[Tensor, " copies"]) -> Complex[Tensor, "copies partials"]:
        """Factors that make a loop come later by any time, fractions of samples too."""
        # The phase is a product of large numbers; single precision would lose its fraction.
        turns = self._numbers * (seconds.double() * (self.sample_rate / self.samples))[:, None]
        phase = (turns.frac() * (-2 * math.pi)).float().to(self.frequencies.device)
        return torch.polar(torch.ones_like(phase), phase)


def k_weighting(frequencies: Float[Tensor, " partials"], sample_rate: int) -> Tensor:
    """Power response of the two filters of ITU-R BS.1770 at `sample_rate` Hz.

    Parameters of the analogue prototypes after De Man; the bilinear transform warps frequencies.
    """

    def prototype(corner: float) -> Tensor:
        limit = 0.499 * sample_rate
        tan = torch.tan(math.pi * frequencies.double().clamp(max=limit) / sample_rate)
        return 1j * tan / math.tan(math.pi * corner / sample_rate)

    s = prototype(1681.974450955533)
    high = 10 ** (3.999843853973347 / 20)
    middle, q = high**0.4996667741545416, 0.7071752369554196
    shelf = (high * s**2 + middle * s / q + 1) / (s**2 + s / q + 1)
    corner, q = 38.13547087602444, 0.5003270373238773
    s, k = prototype(corner), math.tan(math.pi * corner / sample_rate)
    # The recommendation leaves this filter's numerator at 1, -2, 1.
    high_pass = s**2 / (s**2 + s / q + 1) * (1 + k / q + k**2)
    return (shelf * high_pass).abs().square().float()


def loudness_of_power(power: float) -> float:
    """Ungated loudness in LUFS of a K-weighted mean square."""
    return -0.691 + 10 * math.log10(max(power, 1e-30))


def power_of_loudness(lufs: float) -> float:
    """The K-weighted mean square of a loudness in LUFS."""
    return float(10 ** ((lufs + 0.691) / 10))


def tame(loop: Float[Tensor, "*batch samples"]) -> Float[Tensor, "*batch samples"]:
    """Peaks bent softly to below the ceiling; what lies below the knee stays as it is."""
    room = PEAK_CEILING - PEAK_KNEE
    size = loop.abs()
    bent = PEAK_KNEE + room * torch.tanh((size - PEAK_KNEE) / room)
    return torch.where(size > PEAK_KNEE, bent * loop.sign(), loop)


def _power(spectrum: Complex[Tensor, " partials"]) -> Float[Tensor, " partials"]:
    return spectrum.real.square() + spectrum.imag.square()
