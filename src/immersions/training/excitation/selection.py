"""Which channels of a layer to show, which excerpts excite them most, and what they go with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from immersions.ears.contrastive import ContrastiveEar
from immersions.training.excitation.descriptors import DESCRIPTORS
from immersions.training.excitation.pitches import pitch_axes
from immersions.training.excitation.responses import Heard


@dataclass(frozen=True)
class Example:
    """An excerpt, by its number, that excites a channel, and how strongly."""

    excerpt: int
    deviations: float
    hertz: float | None
    """Around which the most excited neuron hears; None where the layer has a single pitch."""


@dataclass(frozen=True)
class Shown:
    """A channel, the excerpts that excite it most, and the descriptors that it goes with."""

    layer: str
    channel: int
    examples: tuple[Example, ...]
    goes_with: tuple[tuple[str, float], ...]
    """Name and rank correlation over all excerpts, the strongest first."""


def show(ear: ContrastiveEar, heard: Heard, channels: int, examples: int) -> list[Shown]:
    """Up to so many channels of each layer, with up to so many examples, each of another track."""
    axes, found = pitch_axes(ear.config), []
    order = ranks(heard.descriptors)
    for layer, response in heard.responses.items():
        many = ear.statistics[layer].mean.shape[1] > 1
        best = best_of_tracks(response.deviations, heard.excerpts.tracks)
        for channel in choose(response.deviations, best, channels, examples):
            mine = response.deviations[:, channel]
            rows = best[mine[best[:, channel]].argsort(descending=True)[:examples], channel]
            found.append(
                Shown(
                    layer,
                    channel,
                    tuple(
                        Example(
                            row,
                            float(mine[row]),
                            axes[layer].hertz(int(response.pitches[row, channel]), ear.config)
                            if many
                            else None,
                        )
                        for row in rows.tolist()
                    ),
                    _goes_with(mine, order),
                )
            )
    return found


def best_of_tracks(
    deviations: Float[Tensor, "excerpts channels"], tracks: Int[Tensor, " excerpts"]
) -> Int[Tensor, "tracks channels"]:
    """Of each track that has excerpts, the number of the one that excites a channel most."""
    return torch.stack(
        [
            rows[deviations[rows].argmax(0)]
            for rows in (torch.nonzero(tracks == number).flatten() for number in tracks.unique())
        ]
    )


def choose(
    deviations: Float[Tensor, "excerpts channels"],
    best: Int[Tensor, "tracks channels"],
    count: int,
    examples: int,
) -> list[int]:
    """Up to `count` channels that are strongly excited by some excerpts, and unlike each other.

    A channel's strength is the mean deviation of its examples, so that more than one track has to
    excite it. The strongest comes first; then each time the one with the greatest strength times
    one minus its largest absolute correlation with those before it.
    """
    strength = deviations.gather(0, best).sort(0, descending=True).values[:examples].mean(0)
    strength = strength.where(deviations.std(0, correction=0) > 0, -torch.inf)  # silent channels
    alike = _correlations(deviations, deviations).abs()
    chosen: list[int] = []
    while len(chosen) < count:
        merit = strength * (1 - alike[:, chosen].amax(1)) if chosen else strength.clone()
        merit[chosen] = -torch.inf
        if not bool(merit.max() > -torch.inf):
            break
        chosen.append(int(merit.argmax()))
    return chosen


def ranks(values: Float[Tensor, "rows columns"]) -> Float[Tensor, "rows columns"]:
    """The rank of each value in its column; equal values share the mean of theirs."""
    columns = []
    for column in values.T:
        _, place, counts = column.unique(return_inverse=True, return_counts=True)
        columns.append((counts.cumsum(0) - (counts + 1) / 2)[place])
    return torch.stack(columns, 1).double()


def _goes_with(
    response: Float[Tensor, " excerpts"], order: Float[Tensor, "excerpts descriptors"]
) -> tuple[tuple[str, float], ...]:
    """Every descriptor with its rank correlation, the strongest first."""
    found = _correlations(ranks(response[:, None]), order)[0]
    strongest = found.abs().argsort(descending=True)
    return tuple((DESCRIPTORS[number], float(found[number])) for number in strongest.tolist())


def _correlations(
    one: Float[Tensor, "rows some"], other: Float[Tensor, "rows others"]
) -> Float[Tensor, "some others"]:
    """Pearson's, between columns; 0 for a column that never changes."""
    left, right = (values.double() - values.double().mean(0) for values in (one, other))
    scale = left.norm(dim=0)[:, None] * right.norm(dim=0)[None, :]
    return (left.T @ right) / scale.clamp_min(1e-12)
