"""Contrastive predictive coding: the loss of the paper, and what it lets one measure.

From the context c_n of an item, each later encoding z_{n,k} is predicted by a linear map M_k and
must be told apart from the z_{m,k} of the other items m of the batch (Herrmann 2020; van den Oord
2018): L = -sum_{n,k} log(exp(z_{n,k} . M_k c_n) / sum_m exp(z_{m,k} . M_k c_n)). The context is
fixed and the candidates vary. `sat` sums the denominator over the predicted steps too.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork

INITIAL_SCALE = 0.02
"""Of the prediction maps' usual initial weights. Scores are then small beside 1, so that training
starts at the loss of chance, ln(items); they are not zero, so that the network learns at once."""

Scores = Float[Tensor, "contexts items predicted candidates"]


@dataclass(frozen=True)
class Crop:
    """Where in an item contexts are taken, in steps of z: `ends` are the last steps they hear."""

    steps: int
    ends: tuple[int, ...]
    ratio: int
    """Steps of z a step of c."""


def crop_of(config: ContrastiveConfig, ratio: int, contexts: int) -> Crop:
    """The shortest item in which `contexts` contexts hear `visible_steps` and predict."""
    first = -(-config.visible_steps // ratio) * ratio - 1
    ends = tuple(first + number * ratio for number in range(contexts))
    steps = ends[-1] + 1 + config.gap_steps + config.predicted_steps
    return Crop(steps=-(-steps // ratio) * ratio, ends=ends, ratio=ratio)


def item_frames(config: ContrastiveConfig, contexts: int) -> int:
    """Scalogram frames of an item with so many contexts, without weights being made for it."""
    with torch.device("meta"):
        network = ContrastiveNetwork(config)
    ratio = network.stride // network.encoder_stride
    return crop_of(config, ratio, contexts).steps * network.encoder_stride


class Prediction(nn.Module):
    """The maps M_k from a context to the z of each predicted step, without bias."""

    def __init__(self, config: ContrastiveConfig) -> None:
        super().__init__()
        self.steps = config.predicted_steps
        z, c = config.encoder[-1].channels, config.context[-1].channels
        self.map = nn.Linear(c, self.steps * z, bias=False)
        with torch.no_grad():
            self.map.weight.mul_(INITIAL_SCALE)

    def forward(
        self, contexts: Float[Tensor, "items contexts c"]
    ) -> Float[Tensor, "items contexts predicted z"]:
        return self.map(contexts).unflatten(-1, (self.steps, -1))


def scores(
    z: Float[Tensor, "items z steps"],
    c: Float[Tensor, "items c coarse"],
    prediction: Prediction,
    crop: Crop,
    gap: int,
) -> Scores:
    """z_{m,k} . M_k c_n for every context; k counts from `gap` steps after its end."""
    contexts = c[:, :, [end // crop.ratio for end in crop.ends]].transpose(1, 2)
    ahead = torch.arange(prediction.steps, device=z.device) + gap + 1
    index = torch.tensor(crop.ends, device=z.device)[:, None] + ahead
    later = z[:, :, index].permute(0, 2, 3, 1)
    return torch.einsum("njkz,mjkz->jnkm", prediction(contexts), later)


def loss(table: Scores, first: int = 0) -> Float[Tensor, ""]:
    """The printed loss as a mean over contexts, items and steps; ln(candidates) is chance.

    The candidate of item n is n + `first`.
    """
    labels = first + torch.arange(table.shape[1], device=table.device)
    flat = table.permute(0, 2, 1, 3).flatten(0, 1)
    return functional.cross_entropy(flat.flatten(0, 1), labels.repeat(len(flat)))


def loss_across_steps(table: Scores, first: int = 0) -> Float[Tensor, ""]:
    """SAT: the denominator sums exp(z_{m,l} . M_l c_n) over every predicted step l as well."""
    normaliser = torch.logsumexp(table.flatten(2), -1)
    own = torch.diagonal(table, first, dim1=1, dim2=3)
    return (normaliser[:, None, :] - own).mean()


def accuracy(
    table: Scores, candidates: Bool[Tensor, "items candidates"] | None = None, first: int = 0
) -> float:
    """Share of contexts and steps whose own z scores highest among their allowed `candidates`."""
    if candidates is not None:
        table = table.masked_fill(~candidates[None, :, None, :], -torch.inf)
    own = first + torch.arange(table.shape[1], device=table.device)[None, :, None]
    return float((table.argmax(-1) == own).float().mean())
