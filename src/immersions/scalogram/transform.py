"""Sound to scalogram and back by gradient; see the package for how it works."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from immersions.scalogram.config import ScalogramConfig
from immersions.scalogram.fourier import RealFFT, smooth

LOG_FLOOR = 1e-9
LOG_OFFSET = -math.log(LOG_FLOOR)
LOG_SCALE = 4.0 / LOG_OFFSET
# Where a Hann window's side lobes have fallen to about 5e-6: everything further is left out.
SIDE_LOBES_KEPT = 40.0
PLANS_KEPT = 8
WORTH_DECIMATING = 0.6


@dataclass(frozen=True)
class _Octave:
    """The kernels of neighbouring bins at the rate that they need, for one loop length."""

    samples: int
    hop: int
    pool: int
    pieces: tuple[tuple[int, int, int], ...]
    """(rows to roll, first column, end column) of the periodic signal seen as (frames, hop)."""
    kernels: Float[Tensor, "window twice_bins"]


class Scalogram(nn.Module):
    """Sound to (batch, parts, bins, frames), differentiable, on any device."""

    def __init__(self, config: ScalogramConfig) -> None:
        super().__init__()
        self.config = config
        self._plans: dict[tuple[int, int, torch.device], list[_Octave]] = {}

    def loop(
        self, sound: Float[Tensor, "batch samples"], frames: int
    ) -> Float[Tensor, "batch parts bins frames"]:
        """The scalogram of `sound` repeated for ever; the hop is samples / frames.

        Frame t is centred on sample t * samples / frames. Raises `ValueError` for a wrong shape.
        """
        if sound.ndim != 2 or sound.shape[1] < 2 or frames < 1:
            raise ValueError(
                f"expected sound of shape (batch, samples) and 1 or more frames, "
                f"got {tuple(sound.shape)} and {frames}"
            )
        samples = sound.shape[1]
        spectrum: Tensor = RealFFT.apply(sound)
        return self.loop_from_spectrum(spectrum, samples, frames)

    def loop_from_spectrum(
        self, spectrum: Complex[Tensor, "batch coefficients"], samples: int, frames: int
    ) -> Float[Tensor, "batch parts bins frames"]:
        """As `loop`, from `torch.fft.rfft(sound, norm="forward")` of a loop of `samples`."""
        octaves = self._plan(samples, frames, spectrum.device)
        signals = {
            length: _resampled(spectrum, samples, length) for length in {o.samples for o in octaves}
        }
        power, fine = [], []
        for octave in octaves:
            answers = _answers(signals[octave.samples], octave)
            power.append(_pooled_power(answers, octave.pool))
            fine.append(answers[:, :: octave.pool])
        level = (torch.log(torch.cat(power, -1) + LOG_FLOOR) + LOG_OFFSET) * LOG_SCALE
        parts = [level.transpose(1, 2)]
        if self.config.phase:
            hop_seconds = samples / frames / self.config.sample_rate
            parts.append(self._phase(torch.cat(fine, 2), hop_seconds).transpose(1, 2))
        return torch.stack(parts, 1)

    def stream(
        self, sound: Float[Tensor, "batch samples"]
    ) -> Float[Tensor, "batch parts bins frames"]:
        """The scalogram of long audio with silence around it: samples // hop frames.

        Frame t is centred on sample t * hop; the first and last `margin_frames` of them see the
        silence before and after.
        """
        frames = sound.shape[-1] // self.config.hop
        if frames < 1:
            raise ValueError(
                f"expected at least one hop of {self.config.hop} samples, got {sound.shape[-1]}"
            )
        padded_frames = smooth(frames + 2 * self.margin_frames + 1)
        missing = padded_frames * self.config.hop - sound.shape[-1]
        padded = nn.functional.pad(sound, (0, missing))
        return self.loop(padded, padded_frames)[..., :frames]

    @property
    def margin_frames(self) -> int:
        """Frames that half the longest window spans, rounded up."""
        half = self.config.longest_window_seconds / 2
        return math.ceil(half * self.config.sample_rate / self.config.hop)

    def _phase(
        self, answers: Float[Tensor, "batch frames bins two"], hop_seconds: float
    ) -> Float[Tensor, "batch frames bins"]:
        real, imaginary = answers.unbind(-1)
        before_real, before_imaginary = real.roll(1, 1), imaginary.roll(1, 1)
        frequency = torch.tensor(self.config.frequencies, device=real.device, dtype=real.dtype)
        expected = 2 * math.pi * frequency * hop_seconds
        cosine, sine = torch.cos(expected), torch.sin(expected)
        along = real * before_real + imaginary * before_imaginary
        across = imaginary * before_real - real * before_imaginary
        turned_along = along * cosine + across * sine
        turned_across = across * cosine - along * sine
        # Below the log's floor a phase means nothing, and atan2 has no gradient at the origin.
        audible = along.square() + across.square() > LOG_FLOOR**2
        phase = torch.atan2(
            torch.where(audible, turned_across, torch.zeros_like(along)),
            torch.where(audible, turned_along, torch.ones_like(along)),
        )
        return phase / torch.log(frequency)

    def _plan(self, samples: int, frames: int, device: torch.device) -> list[_Octave]:
        key = (samples, frames, device)
        if key not in self._plans:
            while len(self._plans) >= PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[key] = plan(self.config, samples, frames, device)
        return self._plans[key]


def plan(config: ScalogramConfig, samples: int, frames: int, device: torch.device) -> list[_Octave]:
    """The octaves, lowest first, for a loop of `samples` cut into `frames`."""
    seconds = samples / config.sample_rate
    reach = max(2.0, 1.0 + SIDE_LOBES_KEPT / config.cycles)
    octaves = []
    for first in range(0, config.bins, config.bins_per_octave):
        frequencies = config.frequencies[first : first + config.bins_per_octave]
        longest = config.cycles / frequencies[0]
        pool = config.oversampling if longest < seconds / frames else 1
        nyquist = min(frequencies[-1] * reach, config.sample_rate / 2)
        hop = _hop(samples, frames * pool, 2 * nyquist / config.sample_rate)
        length = frames * pool * hop
        half = min(math.ceil(longest * length / seconds / 2), 2**30)
        octaves.append(
            _Octave(
                samples=length,
                hop=hop,
                pool=pool,
                pieces=_pieces(half, hop),
                kernels=_kernels(config, frequencies, length / seconds, half).to(device),
            )
        )
    return octaves


def _pieces(half: int, hop: int) -> tuple[tuple[int, int, int], ...]:
    """A window from -half to half around a row's first column, as parts of whole rows."""
    pieces = []
    for row in range(-math.ceil(half / hop), half // hop + 1):
        first, end = max(-half, row * hop), min(half + 1, (row + 1) * hop)
        if first < end:
            pieces.append((-row, first - row * hop, end - row * hop))
    return tuple(pieces)


def _kernels(
    config: ScalogramConfig, frequencies: list[float], rate: float, half: int
) -> Float[Tensor, "window twice_bins"]:
    """Conjugated kernels: all real parts, then all imaginary parts, each an L1-normalised Hann."""
    time = torch.arange(-half, half + 1, dtype=torch.float64)[:, None] / rate
    frequency = torch.tensor(frequencies, dtype=torch.float64)[None]
    cycles = time * frequency / config.cycles
    window = torch.where(cycles.abs() < 0.5, torch.cos(math.pi * cycles).square(), 0.0)
    window = window / window.sum(0)
    angle = 2 * math.pi * frequency * time
    return torch.cat([window * angle.cos(), -window * angle.sin()], 1).float()


def _resampled(
    spectrum: Complex[Tensor, "batch coefficients"], samples: int, length: int
) -> Float[Tensor, "batch length"]:
    """The loop of `samples` that `spectrum` describes, band-limited to `length` samples."""
    cut = spectrum[:, : length // 2 + 1]
    if samples % 2 == 0 and length > samples:
        # A Nyquist coefficient stands for both signs: half of it each once there is room above.
        cut = torch.cat([cut[:, :-1], cut[:, -1:] * 0.5], 1)
    return torch.fft.irfft(cut, n=length, norm="forward")


def _answers(
    signal: Float[Tensor, "batch length"], octave: _Octave
) -> Float[Tensor, "batch frames bins two"]:
    """Every kernel of an octave at every frame: complex numbers as (real, imaginary)."""
    rows = signal.view(len(signal), -1, octave.hop)
    windows = torch.cat(
        [rows[:, :, first:end].roll(turn, 1) for turn, first, end in octave.pieces], -1
    )
    answers = windows @ octave.kernels
    return answers.unflatten(-1, (2, -1)).transpose(-1, -2)


def _pooled_power(
    answers: Float[Tensor, "batch frames bins two"], pool: int
) -> Float[Tensor, "batch pooled bins"]:
    power = answers.square().sum(-1)
    return power if pool == 1 else power.unflatten(1, (-1, pool)).amax(2)


def _hop(samples: int, frames: int, share: float) -> int:
    """Samples a frame at `share` of the loop's rate; the full rate where little would be saved."""
    full = samples // frames if samples % frames == 0 else smooth(math.ceil(samples / frames))
    return full if share > WORTH_DECIMATING else smooth(math.ceil(share * samples / frames))
