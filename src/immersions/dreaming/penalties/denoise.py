"""Noise that the ascent leaves between the sounds is taken out again, a little at every step.

Spectral shrinkage: on a circular short-time spectrum, the noise in each band is what is left in
its quiet moments; every cell is scaled as a Wiener filter would, by its neighbourhood's power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming.penalties.base import Penalty, Situation
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Complex, Float
    from torch import Tensor

BLOCK_SECONDS = 0.07
"""Power is averaged over so long before the quiet moments are looked for."""
QUIET = 0.2
"""The share of moments that count as quiet."""
BANDWIDTH = 121
LOW = 0.2
"""Of so many neighbouring bins, this quantile is taken: tones and chords are not noise."""
LOW_OF_NOISE = 0.41
"""What `noise_power` finds so of steady white noise, as a share of its power (measured)."""
LEAST_GAIN = 0.1


def noise_power(power: Float[Tensor, "frames bins"], per_block: int) -> Float[Tensor, " bins"]:
    """The power of the noise in each bin, from its quiet moments, single tones left out."""
    import torch
    from torch.nn.functional import pad

    blocks = power[: len(power) // per_block * per_block].unflatten(0, (-1, per_block)).mean(dim=1)
    quiet = blocks.kthvalue(max(1, round(QUIET * len(blocks))), dim=0).values
    half = BANDWIDTH // 2
    around = pad(quiet[None, None], (half, half), mode="reflect")[0, 0].unfold(0, BANDWIDTH, 1)
    low = around.kthvalue(1 + int(LOW * (BANDWIDTH - 1)), dim=1).values
    return torch.minimum(quiet, low) / LOW_OF_NOISE


def denoised(loop: Float[Tensor, " samples"], strength: float, sample_rate: int) -> Tensor:
    """The loop with its noise turned down; `strength` 1 is the whole shrinkage."""
    from immersions.dreaming import short_time

    window = short_time.window_samples(sample_rate)
    cells = short_time.analysed(loop, window)
    power = short_time.power(cells)
    per_block = max(1, min(len(power), round(BLOCK_SECONDS * sample_rate / (window / 2))))
    noise = noise_power(power, per_block)
    around = short_time.neighbourhood(power[None], frames=3, bins=5)[0]
    wiener = (1 - noise / around.clamp(min=1e-20)).clamp(min=LEAST_GAIN)
    return short_time.synthesised(cells * (1 - strength * (1 - wiener)), len(loop))


class Denoise(Penalty):
    """Shrinks the short-time spectrum towards its noise-free part, by this share at every step."""

    parameters = (
        Parameter(
            name="denoise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.02,
            label="Denoise",
            description="Takes noise out of the loop at every step.",
            group="Helpers",
        ),
    )

    every = 4

    def project(
        self, spectrum: Complex[Tensor, " partials"], situation: Situation
    ) -> Complex[Tensor, " partials"]:
        if situation.values["denoise"] == 0:
            return spectrum
        strength = 1 - (1 - situation.values["denoise"]) ** self.every
        grid = situation.grid
        return grid.of(denoised(grid.loop(spectrum), strength, grid.sample_rate))
