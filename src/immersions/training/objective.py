"""From a batch to a loss and its gradients."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.training import cpc
from immersions.training.ranks import ALONE, Ranks
from immersions.training.start import Start

Levels = Float[Tensor, "items parts bins frames"]


class Trainee(nn.Module):
    """The network and its prediction maps, which are trained together."""

    def __init__(self, config: ContrastiveConfig) -> None:
        super().__init__()
        self.network = ContrastiveNetwork(config)
        self.prediction = cpc.Prediction(config)

    def begin_with(self, start: Start) -> None:
        """Take over the weights of a network of the same shape."""
        self.network.load_state_dict(start.network.state_dict())
        if start.prediction is not None:
            with torch.no_grad():
                self.prediction.map.weight.copy_(start.prediction)


@dataclass(frozen=True)
class Objective:
    """The task, and how it is computed: the batch's items may be spread over processes."""

    crop: cpc.Crop
    gap: int
    sat: bool = False
    bfloat16: bool = False
    ranks: Ranks = ALONE

    def table(self, model: Trainee, levels: Levels) -> cpc.Scores:
        """Scores of this process' contexts with everybody's candidates."""
        return self._scores(model, *self._encoded(model, levels))

    def learn(self, model: Trainee, levels: Levels) -> tuple[Float[Tensor, ""], float]:
        """Loss and accuracy of the whole batch; its gradient is added to the parameters'.

        A loss that is not finite has no gradient: none is computed then.
        """
        table = self.table(model, levels)
        loss = self._loss(table)
        accuracy = cpc.accuracy(table.detach(), first=self._first(table))
        told = self.ranks.mean(torch.stack([loss.detach(), torch.tensor(accuracy)]))
        if bool(torch.isfinite(told[0])):
            loss.backward()
            self.ranks.average_gradients(model.parameters())
        return told[0], float(told[1])

    def _encoded(self, model: Trainee, levels: Levels) -> tuple[Tensor, Tensor]:
        levels = levels.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            z, c = model.network(levels)
        # Scores are large numbers whose differences count: too fine for sixteen bits.
        return z.float(), c.float()

    def _scores(self, model: Trainee, z: Tensor, c: Tensor) -> cpc.Scores:
        return cpc.scores(self.ranks.gathered(z), c, model.prediction, self.crop, self.gap)

    def _loss(self, table: cpc.Scores) -> Float[Tensor, ""]:
        loss = cpc.loss_across_steps if self.sat else cpc.loss
        return loss(table, self._first(table))

    def _first(self, table: cpc.Scores) -> int:
        """Which candidate is the first context's own."""
        return self.ranks.rank * table.shape[1]
