"""What the ear hears of a dream: transformed copies of the loop, and the way back to the loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from immersions.dreaming.objectives import Objective
from immersions.dreaming.parameterisation import Parameterisation
from immersions.dreaming.spectrum import PEAK_CEILING, LoopSpectrum, tame
from immersions.dreaming.transforms import TRANSFORMS, Moment
from immersions.ears.ear import Ear


@dataclass(frozen=True)
class Heard:
    """The answer to one look at the loop; spectra of one loop."""

    spectrum: Complex[Tensor, " partials"]
    """The loop, its peaks tamed where they had grown too high."""
    direction: Complex[Tensor, " partials"]
    """Where to climb, sum over the copies; its length is arbitrary."""
    activation: float
    """Of the target alone, mean over the copies."""


class Hearing:
    """An ear behind the transforms; draws from a generator of its own."""

    def __init__(self, ear: Ear, grid: LoopSpectrum) -> None:
        self._ear = ear
        self._grid = grid
        self._generator = torch.Generator()
        bins = ear.bin_frequencies
        self._bins_per_octave = 1 / math.log2(bins[1] / bins[0]) if len(bins) > 1 else 0.0

    def seed(self, seed: int) -> None:
        self._generator.manual_seed(seed)

    def moment(self, values: Mapping[str, float]) -> Moment:
        return Moment(values, self._generator, self._grid.sample_rate, self._bins_per_octave)

    def listen(
        self,
        spectrum: Complex[Tensor, " partials"],
        target: Objective,
        beside: Objective | None,
        climb: Parameterisation,
        values: Mapping[str, float],
    ) -> Heard:
        """Listen to the copies, and differentiate the target with the wishes `beside` it."""
        moment = self.moment(values)
        spectrum, delay, loops = self._copies(spectrum, moment)
        leaf = loops.requires_grad_()
        heard = self._ear.listen(
            self._changed(leaf, lambda transform: transform.loop, moment),
            sorted(target.layers | (beside.layers if beside else frozenset())),
            lambda x: self._changed(x, lambda transform: transform.scalogram, moment),
        )
        activation = target(heard).mean()
        total = activation + beside(heard).mean() if beside else activation
        (gradient,) = torch.autograd.grad(total, leaf)

        def noisy(step: Tensor) -> Tensor:
            for transform in TRANSFORMS:
                step = transform.gradient(step, moment)
            return step

        back = climb.directions(gradient, leaf.detach(), values["follow"], noisy)
        if delay is not None:
            back = back * delay.conj()
        return Heard(spectrum, back.sum(dim=0), activation.item())

    def _copies(
        self, spectrum: Complex[Tensor, " partials"], moment: Moment
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """The loop's spectrum, the copies' delays as factors, and the copies' waveforms."""
        count = int(moment.values["copies"])
        delay = self._delays(count, moment)
        first = spectrum if delay is None else spectrum * delay[0]
        loop = self._grid.loop(first)
        if loop.abs().max().item() > PEAK_CEILING:
            loop = tame(loop)
            first = self._grid.of(loop)
            spectrum = first if delay is None else first * delay[0].conj()
        if count == 1:
            return spectrum, delay, loop[None]
        if delay is None:
            return spectrum, None, loop[None].repeat(count, 1)
        others = self._grid.loop(spectrum * delay[1:])
        return spectrum, delay, torch.cat([loop[None], others])

    def _delays(self, count: int, moment: Moment) -> Complex[Tensor, "copies partials"] | None:
        plain = min(1, count - 1)
        delays = [transform.delays(count - plain, moment) for transform in TRANSFORMS]
        chosen = [delay for delay in delays if delay is not None]
        if not chosen:
            return None
        seconds = torch.cat(
            [torch.zeros(plain, dtype=torch.float64), sum(chosen, start=0 * chosen[0])]
        )
        return self._grid.delay(seconds)

    def _changed(
        self,
        x: Float[Tensor, "copies ..."],
        stage: Callable[..., Callable[..., Tensor]],
        moment: Moment,
    ) -> Float[Tensor, "copies ..."]:
        """Every transform's `stage` on all copies; the first of several stays as it is."""
        plain = min(1, len(x) - 1)
        changed = x[plain:] if plain else x
        before = changed
        for transform in TRANSFORMS:
            changed = stage(transform)(changed, moment)
        if changed is before:
            return x
        return torch.cat([x[:plain], changed]) if plain else changed
