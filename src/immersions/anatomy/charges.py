"""How strongly each vertex pushes: by how much its neuron's answers vary on music (Herrmann 2019).

Charges are relative; their mean is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions.anatomy.graph import Graph
from immersions.ears.ear import Ear, LayerStatistics

Kind = Literal["deviation", "equalised", "variance", "uniform"]
"""The standard deviation of each neuron on music or its variance, both with all layers' means made
alike; the variance as it is; or one for all."""
Charges = Float[NDArray[np.float32], " vertices"]

KINDS: tuple[Kind, ...] = ("deviation", "equalised", "variance", "uniform")
DEFAULT: Kind = "equalised"
"""The most separation times spread: `benchmarks/layout_choices.py`."""
LEAST = 0.05
"""Of its layer's mean: a neuron that never answers still takes some room."""


def from_variances(
    graph: Graph, variances: Mapping[str, NDArray[np.float32]], kind: Kind = DEFAULT
) -> Charges:
    """From (channels, pitches) of each layer.

    Layers without variances, or with none that is finite and above zero, get a charge of one.
    Raises `ValueError` for a shape that is not the layer's.
    """
    parts = []
    for layer in graph.layers:
        given = variances.get(layer.name)
        if given is None:
            parts.append(np.ones(layer.size))
            continue
        if given.shape != (layer.channels, layer.pitches):
            raise ValueError(
                f"charges of {layer.name}: expected {(layer.channels, layer.pitches)}, "
                f"got {given.shape}"
            )
        values = np.nan_to_num(given.astype(np.float64), nan=0, posinf=0, neginf=0).clip(0).ravel()
        values = np.sqrt(values) if kind == "deviation" else values
        mean = values.mean()
        if mean <= 0 or kind == "uniform":
            parts.append(np.ones(layer.size))
        elif kind != "variance":
            parts.append(np.maximum(values / mean, LEAST))
        else:
            parts.append(np.maximum(values, LEAST * mean))
    whole = np.concatenate(parts)
    return (whole / whole.mean()).astype(np.float32)


def from_statistics(
    graph: Graph, statistics: Mapping[str, LayerStatistics], kind: Kind = DEFAULT
) -> Charges:
    """From what is stored with an ear, its neurons' variance on long music."""
    variances = {name: row.deviation.square().cpu().numpy() for name, row in statistics.items()}
    return from_variances(graph, variances, kind)


@torch.no_grad()
def over_time(
    graph: Graph,
    ear: Ear,
    loops: Sequence[Float[Tensor, " samples"]],
    steps: int,
    kind: Kind = DEFAULT,
) -> list[Charges]:
    """One set of charges for each of `steps` equal parts of a loop.

    What varies is told over all `loops` and the frames of the part: the mean square of the
    distance from the neuron's mean on music, or on these loops if none is stored.
    """
    names = [layer.name for layer in graph.layers]
    sums = [dict.fromkeys(names, np.zeros(0)) for _ in range(steps)]
    heard = [ear.listen(loop[None], names) for loop in loops]
    for name in names:
        answers = [each[name][0] for each in heard]
        stored = ear.statistics.get(name)
        mean = torch.cat(answers, -1).mean(-1) if stored is None else stored.mean
        for answer in answers:
            square = (answer - mean[..., None]).square()
            for step, part in enumerate(_parts(square, steps)):
                total = sums[step][name]
                told = part.double().mean(-1).cpu().numpy()
                sums[step][name] = total + told if total.size else told
    return [
        from_variances(
            graph, {name: value.astype(np.float32) for name, value in each.items()}, kind
        )
        for each in sums
    ]


def _parts(x: Float[Tensor, "channels pitches frames"], steps: int) -> list[Tensor]:
    """Equal parts of the frames, a frame at least each: long layers answer seldom."""
    frames = x.shape[-1]
    edges = [frames * step / steps for step in range(steps + 1)]
    return [x[..., int(start) : max(int(start) + 1, int(end))] for start, end in pairwise(edges)]
