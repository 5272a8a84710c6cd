"""What a dream climbs: numbers computed from activations, which add and scale.

    objective = mean_of(part, ear.statistics) + 0.5 * other - penalty

Each objective says which layers it needs, so that the ear computes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from immersions.dreaming.target import Part, Target
from immersions.ears.ear import Activations, Layer, LayerStatistics, yardstick


@dataclass(frozen=True)
class Objective:
    """A function of the activations that gives one number for each loop of a batch."""

    layers: frozenset[str]
    compute: Callable[[Activations], Float[Tensor, " batch"]]

    def __call__(self, activations: Activations) -> Float[Tensor, " batch"]:
        return self.compute(activations)

    def __add__(self, other: Objective) -> Objective:
        return Objective(self.layers | other.layers, lambda heard: self(heard) + other(heard))

    def __mul__(self, factor: float) -> Objective:
        return Objective(self.layers, lambda heard: self(heard) * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        return self * -1.0

    def __sub__(self, other: Objective) -> Objective:
        return self + -other


def mean_of(part: Part, statistics: Mapping[str, LayerStatistics]) -> Objective:
    """The mean activation of a part, standardised neuron by neuron, times its weight.

    Plain activations where the ear has no statistics of the layer.
    """
    name = part.layer.name
    if name not in statistics:
        return Objective(
            frozenset({name}),
            lambda heard: part.select(heard[name]).mean(dim=(1, 2, 3)) * part.weight,
        )
    known = statistics[name]
    scale = (1.0 / yardstick(known))[part.neurons]
    # The mean over neurons of (a - m) / d is a weighted mean of a, less a constant.
    constant = (known.mean[part.neurons] * scale).mean()

    def compute(heard: Activations) -> Float[Tensor, " batch"]:
        over_time = part.select(heard[name]).mean(dim=3)
        on = over_time.device
        standardised = (over_time * scale.to(on)).mean(dim=(1, 2)) - constant.to(on)
        return standardised * part.weight

    return Objective(frozenset({name}), compute)


def of_target(target: Target, statistics: Mapping[str, LayerStatistics]) -> Objective:
    """The sum of the target's parts."""
    first, *others = (mean_of(part, statistics) for part in target.parts)
    total = first
    for other in others:
        total = total + other
    return total


def plain_mean(target: Target, heard: Activations) -> float:
    """The mean activation over all selected neurons and frames, weights and signs left out."""
    total = sum(part.select(heard[part.layer.name]).double().sum().item() for part in target.parts)
    return float(total / sum(len(part) for part in target.parts))


def in_deviations(
    activation: Float[Tensor, "batch channels pitches frames"],
    name: str,
    statistics: Mapping[str, LayerStatistics],
) -> Float[Tensor, "batch channels pitches frames"]:
    """Activations of layer `name` in each neuron's standard deviations, not centred."""
    if name not in statistics:
        return activation
    return activation / yardstick(statistics[name])[:, :, None].to(activation)


def standardised(
    activation: Float[Tensor, "batch channels pitches frames"],
    name: str,
    statistics: Mapping[str, LayerStatistics],
) -> Float[Tensor, "batch channels pitches frames"]:
    """Activations of layer `name`, centred and in each neuron's standard deviations."""
    if name not in statistics:
        return activation
    centred = activation - statistics[name].mean[:, :, None].to(activation)
    return in_deviations(centred, name, statistics)


def first_layer(layers: Sequence[Layer]) -> str:
    """The name of the network's first layer, the scalogram left aside."""
    names = [layer.name for layer in layers]
    return names[1] if names[0] == "scalogram" and len(names) > 1 else names[0]
