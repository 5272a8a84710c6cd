"""A little noise on the sound: what a dream adds must be loud enough to be heard through it.

The scalogram is a logarithm, so its gradient is steepest where there is least sound; without noise
an ascent spends itself on differences that nobody hears and that its next step overshoots.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from immersions.dreaming.transforms.base import Moment, Transform
from immersions.parameters import Parameter

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


@lru_cache(maxsize=4)
def _noise(samples: int, sample_rate: int) -> Float[Tensor, " samples"]:
    """A loop of noise with the spectrum of music and an RMS of 1."""
    import torch

    from immersions.dreaming.parameterisation import music_amplitude

    generator = torch.Generator().manual_seed(samples)
    partials = torch.fft.rfft(torch.randn(samples, generator=generator))
    frequencies = torch.fft.rfftfreq(samples, 1 / sample_rate)
    noise = torch.fft.irfft(partials * music_amplitude(frequencies), n=samples)
    return noise / noise.square().mean().sqrt()


class InputNoise(Transform):
    """Noise like music in spectrum, whose RMS is the given share of the loop's.

    One loop of it, turned to a random place at every step: as good as new, and cheap.
    """

    parameters = (
        Parameter(
            name="input_noise",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.0,
            label="Input noise",
            description="Noise that the ear hears with the loop, as a share of the loop's RMS.",
            group="Transforms",
        ),
    )

    def loop(self, loops: Float[Tensor, "copies samples"], moment: Moment) -> Tensor:
        share = moment.values["input_noise"]
        if share == 0:
            return loops
        import torch

        samples = loops.shape[1]
        noise = _noise(samples, moment.sample_rate)
        places = torch.randint(samples, (len(loops),), generator=moment.generator)
        turned = torch.stack([noise.roll(int(place)) for place in places]).to(loops)
        rms = loops.detach().square().mean(dim=1, keepdim=True).sqrt()
        return loops + turned * (rms * share)
