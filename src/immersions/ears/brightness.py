"""How bright a neuron is drawn: its answer against what it usually answers to music."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from immersions.ears.ear import QUANTILES, LayerStatistics

SCALOGRAM = "scalogram"
SCALOGRAM_TOP = 4.0
"""The log power that is drawn brightest."""
DARK = QUANTILES.index(0.1)
BRIGHT = QUANTILES.index(0.999)
LEAST_SPREAD = 0.05
"""A neuron's range is at least this share of its layer's mean range: the nearly dead stay dark."""


def bright_range(
    name: str,
    heard: Float[Tensor, "channels pitches frames"],
    statistics: LayerStatistics | None,
) -> tuple[Tensor, Tensor]:
    """What is drawn dark, and how much more is drawn bright; both broadcast with `heard`.

    Dark is a neuron's 0.1 quantile on music, bright its 0.999; without statistics, the least and
    the most that the layer answers now. A scalogram's log power is on a scale that all share.
    """
    low, spread = _usual_range(heard, statistics)
    if name != SCALOGRAM:
        return low, spread
    # The first channel is log power, on a scale that everybody shares; a second one is phase.
    power = (torch.arange(len(heard)) == 0).to(heard.device)[:, None, None]
    return low.where(~power, 0.0), spread.where(~power, SCALOGRAM_TOP)


def _usual_range(
    heard: Float[Tensor, "channels pitches frames"], statistics: LayerStatistics | None
) -> tuple[Tensor, Tensor]:
    if statistics is None:
        # Nothing is known of an ear without statistics but what it answers now.
        finite = heard.nan_to_num(0.0, 0.0, 0.0)
        return finite.min(), (finite.max() - finite.min()).clamp(min=1e-9)
    low = statistics.quantiles[DARK].to(heard)
    spread = statistics.quantiles[BRIGHT].to(heard) - low
    floor = max(LEAST_SPREAD * spread.clamp(min=0).mean().item(), 1e-9)
    return low[..., None], spread.clamp(min=floor)[..., None]
