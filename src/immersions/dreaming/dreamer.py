"""The dreamer: gradient ascent on a loop of sound, at constant loudness, one step at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from immersions import audio
from immersions.dreaming import starts
from immersions.dreaming.ascent import StepReport
from immersions.dreaming.hearing import Hearing
from immersions.dreaming.objectives import Objective, of_target
from immersions.dreaming.parameterisation import Fourier, Parameterisation, Waveform
from immersions.dreaming.penalties import PENALTIES, Situation
from immersions.dreaming.registry import PARAMETERS
from immersions.dreaming.spectrum import (
    LoopSpectrum,
    fast_length,
    loudness_of_power,
    power_of_loudness,
    resized,
)
from immersions.dreaming.target import Target
from immersions.ears.ear import Ear, device_of

RISE = 4.0
"""From silence, power grows at most so many times (6 dB) a step, most of it by what is dreamed."""


class Dreamer:
    """Bends `start` towards `target`, step by step; the loop's loudness stays the start's.

    `start` is mono float32 in -1 to 1, one round of a loop at the ear's sample rate. From silence
    it begins with noise at -80 dBFS and rises to -20 LUFS. `mix` is the sound that the parameter
    `mix` mixes in: the start clip unless given, cut or repeated to its length. The same seed gives
    the same sound on the same machine with as many threads. Raises `ValueError` for a clip, a
    parameter or a target that does not fit.
    """

    def __init__(
        self,
        ear: Ear,
        start: NDArray[np.float32],
        target: Target,
        parameters: Mapping[str, object] | None = None,
        seed: int = 0,
        mix: NDArray[np.float32] | None = None,
    ) -> None:
        self._ear = ear
        self._seed = seed
        self._samples = len(_checked(start))
        self._grid = LoopSpectrum(
            _inner_length(ear, self._samples), ear.sample_rate, device_of(ear)
        )
        self._hearing = Hearing(ear, self._grid)
        self._parameterisations: dict[bool, Parameterisation] = {
            True: Fourier(self._grid),
            False: Waveform(self._grid),
        }
        self._layers = ear.layers_for(self._samples)
        self._values = PARAMETERS.check(parameters or {})
        self._target = target
        self._given_mix = mix
        self.restart(start)

    @property
    def target(self) -> Target:
        return self._target

    @property
    def parameters(self) -> dict[str, float]:
        """The present value of every parameter."""
        return dict(self._values)

    def restart(self, start: NDArray[np.float32]) -> None:
        """Begin again with a clip of the same length, with the seed's first random numbers."""
        if len(_checked(start)) != self._samples:
            raise ValueError(f"expected a clip of {self._samples} samples, got {len(start)}")
        self._loudness = starts.loudness(start, self._ear.sample_rate)
        self._power = power_of_loudness(self._loudness)
        clip = start
        if starts.is_silent(start, self._ear.sample_rate):
            self._loudness = starts.LOUDNESS
            self._power = power_of_loudness(starts.LOUDNESS)
            start = starts.faint_noise(self._samples, self._ear.sample_rate, self._seed)
        self._spectrum = self._spectrum_of(start)
        if clip is start:
            # Measured without gates: what is held inside, so that no step changes the level.
            self._power = self._grid.loudness_power(self._spectrum)
        mix = clip if self._given_mix is None else np.resize(self._given_mix, self._samples)
        self._mix = self._spectrum_of(mix)
        self._velocity: Tensor | None = None
        self._steps = 0
        self._hearing.seed(self._seed)
        self.update()

    def update(
        self, parameters: Mapping[str, object] | None = None, target: Target | None = None
    ) -> None:
        """Change parameters (those named) or the target; it takes effect with the next step."""
        values = PARAMETERS.check({**self._values, **(parameters or {})})
        self._target, self._values = target or self._target, values
        self._situation = Situation(
            values, self._target, self._ear.statistics, self._layers, self._grid, self._mix
        )
        self._objective = of_target(self._target, self._ear.statistics)
        wishes = [penalty.objective(self._situation) for penalty in PENALTIES]
        self._beside = _sum([wish for wish in wishes if wish is not None])

    def step(self) -> StepReport:
        """One step of the ascent."""
        began = time.perf_counter()
        climb = self._parameterisations[bool(self._values["fourier"])]
        heard = self._hearing.listen(
            self._spectrum, self._objective, self._beside, climb, self._values
        )
        moved = heard.spectrum + self._change(heard.spectrum, heard.direction)
        for penalty in PENALTIES:
            if self._steps % penalty.every == 0:
                moved = penalty.project(moved, self._situation)
        self._spectrum = self._levelled(moved)
        self._steps += 1
        return StepReport(self._steps, heard.activation, time.perf_counter() - began)

    def render(self) -> NDArray[np.float32]:
        """The present loop as it would be written: limited, at its loudness, without a seam."""
        return self.finished().samples

    def finished(self) -> audio.Finished:
        """What `render` gives, with its measured levels: peaks may not let it be loud enough."""
        inner = self._grid.loop(self._spectrum).cpu()
        loop = np.asarray(resized(inner, self._samples).numpy(), np.float32)
        loudness = self._loudness
        if self._rising:
            loudness = loudness_of_power(self._grid.loudness_power(self._spectrum))
        return audio.finish(loop, self._ear.sample_rate, loudness_lufs=loudness)

    def standardised(self, loop: NDArray[np.float32]) -> float:
        """The target's standardised activation in a loop as it is, no transform applied."""
        sound = torch.from_numpy(np.ascontiguousarray(loop, np.float32))[None]
        with torch.no_grad():
            heard = self._ear.listen(sound.to(device_of(self._ear)), self._target.layers)
            return self._objective(heard).item()

    @property
    def _rising(self) -> bool:
        return self._grid.loudness_power(self._spectrum) < 0.8 * self._power

    def _change(
        self, spectrum: Complex[Tensor, " partials"], direction: Complex[Tensor, " partials"]
    ) -> Complex[Tensor, " partials"]:
        """The step: a direction of which only the course counts, and a length of its own."""
        direction = self._steadied(self._unit(direction))
        for penalty in PENALTIES:
            wish = penalty.direction(spectrum, self._situation)
            direction = direction if wish is None else direction + wish
        rate = max(self._values["learning_rate"], 1.0 if self._rising else 0.0)
        change = self._unit(direction) * (rate * self._grid.rms(spectrum))
        for penalty in PENALTIES:
            change = penalty.step(change, spectrum, self._situation)
        return change

    def _unit(self, direction: Complex[Tensor, " partials"]) -> Complex[Tensor, " partials"]:
        """The direction with an RMS of 1; nothing where it leads nowhere."""
        rms = self._grid.rms(direction)
        return direction / rms if math.isfinite(rms) and rms > 0 else torch.zeros_like(direction)

    def _steadied(self, direction: Complex[Tensor, " partials"]) -> Tensor:
        """The direction with what momentum keeps of the steps before."""
        momentum = self._values["momentum"]
        if momentum and self._velocity is not None:
            direction = momentum * self._velocity + (1 - momentum) * direction
        self._velocity = direction if momentum else None
        return direction

    def _levelled(self, spectrum: Complex[Tensor, " partials"]) -> Complex[Tensor, " partials"]:
        """The loop at the loudness that is held, reached in steps of 6 dB from silence."""
        power = self._grid.loudness_power(spectrum)
        before = self._grid.loudness_power(self._spectrum)
        wanted = min(self._power, max(before * RISE, 1e-12)) if self._rising else self._power
        if not (math.isfinite(power) and power > 0):
            return self._spectrum
        return spectrum * math.sqrt(wanted / power)

    def _spectrum_of(self, loop: NDArray[np.float32]) -> Complex[Tensor, " partials"]:
        sound = torch.from_numpy(np.ascontiguousarray(loop, np.float32))
        inner = resized(sound, self._grid.samples)
        return self._grid.of(inner.to(self._grid.frequencies.device))


def _checked(loop: NDArray[np.float32]) -> NDArray[np.float32]:
    if loop.ndim != 1 or len(loop) < 2:
        raise ValueError(f"expected a mono clip of shape (samples,), got {loop.shape}")
    if not np.isfinite(loop).all():
        raise ValueError("expected a clip of finite samples, got some that are not")
    return loop


def _inner_length(ear: Ear, samples: int) -> int:
    """A length that is quick to transform, where the ear hears as many frames in it."""
    inner = fast_length(samples)
    return inner if list(ear.layers_for(inner)) == list(ear.layers_for(samples)) else samples


def _sum(objectives: list[Objective]) -> Objective | None:
    total = None
    for objective in objectives:
        total = objective if total is None else total + objective
    return total
