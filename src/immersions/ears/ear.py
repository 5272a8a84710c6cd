"""The `Ear` protocol: what everything else in the house knows of a network that listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

Activations = dict[str, Float[Tensor, "batch channels pitches frames"]]
Edit = Callable[
    [Float[Tensor, "batch parts bins frames"]], Float[Tensor, "batch parts bins frames"]
]

QUANTILES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)
"""The quantiles that `LayerStatistics.quantiles` holds, in order."""
LEAST_DEVIATION = 0.05
"""A neuron's yardstick is at least this share of its layer's: quiet neurons do not rule."""


@dataclass(frozen=True)
class Layer:
    """One named layer: its neurons (channels x pitches) and how many frames a loop gives it."""

    name: str
    channels: int
    pitches: int
    frames: int
    hears: float | None = None
    """Seconds of sound that one answer depends on, windows left out; None where it is not known."""

    @property
    def neurons(self) -> int:
        return self.channels * self.pitches


@dataclass(frozen=True)
class LayerStatistics:
    """Of each neuron over long music: what dreams and pictures are scaled by."""

    mean: Float[Tensor, "channels pitches"]
    deviation: Float[Tensor, "channels pitches"]
    quantiles: Float[Tensor, "quantiles channels pitches"]


def yardstick(statistics: LayerStatistics) -> Float[Tensor, "channels pitches"]:
    """What one standard deviation is for each neuron: its own, at least 0.05 of the layer's.

    The layer's is the root of the mean variance of its neurons.
    """
    deviation = statistics.deviation
    layer = deviation.square().mean().sqrt().item()
    return deviation.clamp(min=max(LEAST_DEVIATION * layer, 1e-12))


@runtime_checkable
class Ear(Protocol):
    """A network that listens to mono sound and says what each of its neurons answers.

    Sound is a loop that repeats for ever, in samples of about -1 to 1 at `sample_rate` Hz.
    `statistics` has an entry for every layer, or is empty when none were taken.
    """

    name: str
    sample_rate: int
    loop_seconds: float
    """The loop length in seconds that the ear is made for; others work too."""
    statistics: Mapping[str, LayerStatistics]

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers from sound to depth, with the frames of a loop of `loop_seconds`."""
        ...

    def layers_for(self, samples: int) -> Sequence[Layer]:
        """The layers with their frames for a loop of so many samples."""
        ...

    @property
    def has_scalogram(self) -> bool:
        """Whether `listen` passes a scalogram through `edit`, bins by rising frequency."""
        ...

    @property
    def bin_frequencies(self) -> Sequence[float]:
        """Centre frequencies of the scalogram's bins in Hz; empty without a scalogram."""
        ...

    def listen(
        self,
        loop: Float[Tensor, "batch samples"],
        layers: Sequence[str],
        edit: Edit | None = None,
    ) -> Activations:
        """Activations of the named layers, differentiable, computed no further than needed.

        `edit`, when given, changes the scalogram (values from 0, silence, to about 4) before the
        network hears it. Raises `ValueError` that names the valid layers.
        """
        ...


def check_names(asked: Sequence[str], valid: Sequence[str]) -> None:
    """Raise `ValueError` naming the valid layers when one asked for is not among them."""
    for name in asked:
        if name not in valid:
            raise ValueError(f"unknown layer {name!r}; valid layers: {', '.join(valid)}")


def device_of(ear: Ear) -> torch.device:
    """Where the ear's network lies, and sound must be to be heard; the processor if it has none."""
    network = getattr(ear, "network", ear)
    first = next(network.parameters(), None) if isinstance(network, nn.Module) else None
    return torch.device("cpu") if first is None else first.device
