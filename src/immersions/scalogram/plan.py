"""How a loop of one length is heard: which octave listens to what, with which kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from immersions.scalogram.config import ScalogramConfig
from immersions.scalogram.fourier import RealTransform, smooth
from immersions.scalogram.kernels import kernels, late_kernels
from immersions.scalogram.windows import EvenWindows, UnevenWindows, even_windows

# Where a Hann window's side lobes have fallen to about 1e-6: everything further is left out.
SIDE_LOBES_KEPT = 64.0
# Above this share of the loop's rate, listening to the loop itself is faster than decimating it.
WORTH_DECIMATING = 0.31


@dataclass(frozen=True)
class Octave:
    """Neighbouring bins that listen to the same signal at the same frames."""

    samples: int | None
    """Of the band-limited loop that is listened to; None for the loop itself."""
    pool: int
    """Answers for each frame, of which the loudest is kept."""
    windows: EvenWindows | UnevenWindows
    kernels: Float[Tensor, "window latenesses_times_twice_bins"]
    blend: Float[Tensor, "frames latenesses 1"] | None = None
    """How much each lateness of the window counts, where frames fall between samples."""
    turn: tuple[Float[Tensor, "frames bins"], Float[Tensor, "frames bins"]] | None = None
    """Cosine and sine of the phase that each bin gains from the nearest sample to the frame."""

    def answers(
        self, signal: Float[Tensor, "batch samples"], phase: bool
    ) -> Float[Tensor, "batch frames 2 bins"]:
        """Every kernel at every frame, real and imaginary; turned to the frame for `phase`."""
        heard = self.windows.of(signal) @ self.kernels
        if self.blend is not None:
            heard = (heard.unflatten(-1, (self.blend.shape[1], -1)) * self.blend).sum(-2)
        heard = heard.unflatten(-1, (2, -1))
        if not phase or self.turn is None:
            return heard
        (real, imaginary), (cosine, sine) = heard.unbind(-2), self.turn
        return torch.stack([real * cosine - imaginary * sine, real * sine + imaginary * cosine], -2)


@dataclass(frozen=True)
class Plan:
    """All octaves, lowest first, and the transforms that give each its signal."""

    octaves: list[Octave]
    analysis: RealTransform | None
    """From the loop to what the decimated octaves need of its spectrum."""
    syntheses: dict[int, RealTransform]
    """From there to the band-limited loop of so many samples."""


def plan(
    config: ScalogramConfig,
    samples: int,
    frames: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Plan:
    """The plan for a loop of `samples` cut into `frames`."""
    octaves = [
        _octave(config, samples, frames, first, device, dtype)
        for first in range(0, config.bins, config.bins_per_octave)
    ]
    lengths = {octave.samples for octave in octaves if octave.samples is not None}
    wanted = {length: min(length, samples) // 2 + 1 for length in lengths}
    return Plan(
        octaves,
        RealTransform(samples, max(wanted.values()), device, dtype) if wanted else None,
        {n: RealTransform(n, wanted[n], device, dtype) for n in sorted(lengths)},
    )


def _octave(
    config: ScalogramConfig,
    samples: int,
    frames: int,
    first: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Octave:
    frequencies = config.frequencies[first : first + config.bins_per_octave]
    seconds = samples / config.sample_rate
    longest = config.cycles / frequencies[0]
    pool = config.oversampling if longest < seconds / frames else 1
    reach = max(2.0, 1.0 + SIDE_LOBES_KEPT / config.cycles)
    share = 2 * frequencies[-1] * reach / config.sample_rate
    if share > WORTH_DECIMATING and samples % (frames * pool):
        return _between_samples(config, frequencies, samples, frames * pool, pool, device, dtype)
    decimated = share <= WORTH_DECIMATING
    hop = smooth(math.ceil(share * samples / (frames * pool)))
    hop = hop if decimated else samples // (frames * pool)
    length = frames * pool * hop
    half = _half(longest * length / seconds)
    return Octave(
        samples=length if decimated else None,
        pool=pool,
        windows=even_windows(half, hop, frames * pool, device),
        kernels=kernels(config.cycles, frequencies, length / seconds, half).to(device, dtype),
    )


def _between_samples(
    config: ScalogramConfig,
    frequencies: list[float],
    samples: int,
    frames: int,
    pool: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Octave:
    """An octave that listens to the loop itself at frames that fall between its samples."""
    rate, cycles = float(config.sample_rate), config.cycles
    half = _half(cycles / frequencies[0] * rate + 1)
    centres = torch.arange(frames, dtype=torch.float64) * (samples / frames)
    nearest = centres.round()
    late = centres - nearest
    parts, blend = late_kernels(cycles, frequencies, rate, half, late)
    angle = 2 * math.pi / rate * late[:, None] * torch.tensor(frequencies, dtype=torch.float64)
    return Octave(
        samples=None,
        pool=pool,
        windows=UnevenWindows.around(nearest.long(), half, samples, device),
        kernels=parts.to(device, dtype),
        blend=blend[..., None].to(device, dtype),
        turn=(angle.cos().to(device, dtype), angle.sin().to(device, dtype)),
    )


def _half(window_samples: float) -> int:
    return min(math.ceil(window_samples / 2), 2**30)
