"""From a batch to a loss and its gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.training import cpc
from immersions.training.devices import noise_state, set_noise_state
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
    """The task, and how it is computed.

    The batch's items may be spread over processes, and those of a process may be encoded in
    `parts`, one after another, to save memory. The candidates are the whole batch's either way.
    """

    crop: cpc.Crop
    gap: int
    sat: bool = False
    bfloat16: bool = False
    parts: int = 1
    ranks: Ranks = ALONE

    def table(self, model: Trainee, levels: Levels) -> cpc.Scores:
        """Scores of this process' contexts with everybody's candidates."""
        return self._scores(model, *self.encoded(model, levels))

    def learn(self, model: Trainee, levels: Levels) -> tuple[Float[Tensor, ""], float]:
        """Loss and accuracy of the whole batch; its gradient is added to the parameters'.

        A loss that is not finite has no gradient: none is computed then.
        """
        passes = _Passes(self, model, levels) if self.parts > 1 else None
        z, c = passes.first() if passes else self.encoded(model, levels)
        table = self._scores(model, z, c)
        loss = self._loss(table)
        accuracy = cpc.accuracy(table.detach(), first=self._first(table))
        told = self.ranks.mean(torch.stack([loss.detach().cpu(), torch.tensor(accuracy)]))
        if bool(torch.isfinite(told[0])):
            loss.backward()
            if passes:
                passes.second(z, c)
            self.ranks.average_gradients(model.parameters())
        return told[0], float(told[1])

    def encoded(self, model: Trainee, levels: Levels) -> tuple[Tensor, Tensor]:
        """z and c in single precision."""
        levels = levels.contiguous(memory_format=torch.channels_last)
        with torch.autocast(levels.device.type, torch.bfloat16, enabled=self.bfloat16):
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


class _Passes:
    """Two passes over the parts of a batch.

    The first keeps nothing but z and c. When the loss has told their gradients, the second computes
    each part again, with the same noise, and hands them on to the weights. The parts take turns
    among the items, so that each has excerpts of many tracks for its batch norm.
    """

    def __init__(self, objective: Objective, model: Trainee, levels: Levels) -> None:
        self._encode = partial(objective.encoded, model)
        self._model = model
        self._parts = [levels[number :: objective.parts] for number in range(objective.parts)]
        self._noise: list[Tensor] = []

    @torch.no_grad()
    def first(self) -> tuple[Tensor, Tensor]:
        """z and c of all items, to which gradients will be given."""
        answers = []
        with _statistics_kept(self._model):
            for part in self._parts:
                self._noise.append(noise_state(part.device))
                answers.append(self._encode(part))
        z, c = (self._woven(pieces) for pieces in zip(*answers, strict=True))
        return z.requires_grad_(), c.requires_grad_()

    def second(self, z: Tensor, c: Tensor) -> None:
        """Add the gradients of `z` and `c` to the weights'."""
        assert z.grad is not None
        assert c.grad is not None
        count = len(self._parts)
        for number, (part, noise) in enumerate(zip(self._parts, self._noise, strict=True)):
            set_noise_state(part.device, noise)
            theirs = [z.grad[number::count], c.grad[number::count]]
            torch.autograd.backward(self._encode(part), theirs)

    def _woven(self, pieces: Sequence[Tensor]) -> Tensor:
        """Every part's items back in the batch's order."""
        items = sum(len(piece) for piece in pieces)
        joined = pieces[0].new_empty(items, *pieces[0].shape[1:])
        for number, piece in enumerate(pieces):
            joined[number :: len(pieces)] = piece
        return joined


@contextmanager
def _statistics_kept(model: nn.Module) -> Iterator[None]:
    """Batch norm normalises by the batch, but what listening will use does not move."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
