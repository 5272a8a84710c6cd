"""What mean spectra alone know of the task: the candidate nearest to what was heard.

An ear that does no better has learned how a track sounds on average, and nothing of what happens
in it.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training.cpc import Crop, Scores


def spectrum_scores(
    levels: Float[Tensor, "items parts bins frames"],
    network: ContrastiveNetwork,
    crop: Crop,
    gap: int,
) -> Scores:
    """Minus the distance of mean spectra, in the place of the ear's scores.

    The heard part of an item are the frames of the z that a context is meant to hear; a candidate
    has the frames that its z covers. Spectra are means of the scalogram's levels over frames.
    """
    config, stride = network.config, network.encoder_stride
    covers = network.receptive_frames()[f"encoder.{len(config.encoder) - 1}"]
    tables = []
    for end in crop.ends:
        now = (end + 1) * stride
        heard = _spectrum(levels, now - config.visible_steps * stride, now)
        ahead = [now + (gap + 1 + step) * stride for step in range(config.predicted_steps)]
        later = torch.stack([_spectrum(levels, last - covers, last) for last in ahead])
        tables.append(-torch.linalg.vector_norm(heard[:, None, None] - later, dim=-1))
    return torch.stack(tables)


def _spectrum(
    levels: Float[Tensor, "items parts bins frames"], first: int, end: int
) -> Float[Tensor, "items bins"]:
    """Of the first part, which holds the levels; where there is a second it holds phases."""
    return levels[:, 0, :, max(0, first) : end].mean(-1)
