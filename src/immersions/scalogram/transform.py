"""Sound to scalogram and back by gradient; see the package for how it works."""

from __future__ import annotations

import math
from itertools import groupby

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from immersions.scalogram.config import ScalogramConfig
from immersions.scalogram.fourier import smooth
from immersions.scalogram.plan import Plan, plan

LOG_FLOOR = 1e-9
LOG_OFFSET = -math.log(LOG_FLOOR)
LOG_SCALE = 4.0 / LOG_OFFSET
PLANS_KEPT = 8


class Scalogram(nn.Module):
    """Sound to (batch, parts, bins, frames), differentiable, on any device.

    Single or double precision, as the sound has it; half precision is raised to single.
    """

    def __init__(self, config: ScalogramConfig) -> None:
        super().__init__()
        self.config = config
        self._plans: dict[tuple[int, int, torch.device, torch.dtype], Plan] = {}

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
        with torch.autocast(sound.device.type, enabled=False):
            sound = sound if sound.dtype == torch.float64 else sound.float()
            planned = self._plan(sound.shape[1], frames, sound)
            spectrum = None if planned.analysis is None else planned.analysis.spectrum(sound)
            return self._levels(sound, spectrum, frames, planned)

    def _levels(
        self,
        sound: Float[Tensor, "batch samples"],
        spectrum: Complex[Tensor, "batch coefficients"] | None,
        frames: int,
        planned: Plan,
    ) -> Float[Tensor, "batch parts bins frames"]:
        signals: dict[int | None, Tensor] = {None: sound}
        for length, synthesis in planned.syntheses.items():
            assert spectrum is not None
            signals[length] = synthesis.sound(_band_limited(spectrum, sound.shape[1], length))
        power, fine = [], []
        for pool, octaves in groupby(planned.octaves, lambda octave: octave.pool):
            heard = [
                octave.answers(signals[octave.samples], self.config.phase) for octave in octaves
            ]
            answers = torch.cat(heard, -1)
            power.append(_pooled(answers.square().sum(-2), pool))
            fine.append(answers[:, ::pool])
        level = (torch.log(torch.cat(power, -1) + LOG_FLOOR) + LOG_OFFSET) * LOG_SCALE
        parts = [level.transpose(1, 2)]
        if self.config.phase:
            hop_seconds = sound.shape[1] / frames / self.config.sample_rate
            parts.append(self._phase(torch.cat(fine, -1), hop_seconds).transpose(1, 2))
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
        self, answers: Float[Tensor, "batch frames 2 bins"], hop_seconds: float
    ) -> Float[Tensor, "batch frames bins"]:
        real, imaginary = answers.unbind(-2)
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

    def _plan(self, samples: int, frames: int, sound: Tensor) -> Plan:
        key = (samples, frames, sound.device, sound.dtype)
        if key not in self._plans:
            while len(self._plans) >= PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)), None)
            # A plan first made in inference mode must serve gradients later.
            with torch.inference_mode(False), torch.no_grad():
                self._plans[key] = plan(self.config, *key)
        return self._plans[key]


def _band_limited(
    spectrum: Complex[Tensor, "batch coefficients"], samples: int, length: int
) -> Complex[Tensor, "batch kept"]:
    """What a loop of `length` samples keeps of the spectrum of one of `samples`."""
    kept = spectrum[:, : length // 2 + 1]
    if samples % 2 == 0 and length > samples:
        # A Nyquist coefficient stands for both signs: half of it each once there is room above.
        kept = torch.cat([kept[:, :-1], kept[:, -1:] * 0.5], 1)
    return kept


def _pooled(
    power: Float[Tensor, "batch frames bins"], pool: int
) -> Float[Tensor, "batch pooled bins"]:
    return power if pool == 1 else power.unflatten(1, (-1, pool)).amax(2)
