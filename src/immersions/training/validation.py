"""How well an ear tells sound apart on music that it was never trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from immersions.training import cpc
from immersions.training.config import TrainingConfig
from immersions.training.library import Track
from immersions.training.nearest import spectrum_scores
from immersions.training.objective import Objective, Trainee
from immersions.training.sampling import Batch, sample

SEED = 1_000_003


class Validation:
    """The task of training on batches of `tracks` (at least one) that are always the same."""

    def __init__(
        self, objective: Objective, tracks: Sequence[Track], frames: int, config: TrainingConfig
    ) -> None:
        self.objective, self.tracks, self.frames, self.config = objective, tracks, frames, config
        self._beside: list[dict[str, float]] = []
        """Of each batch, what does not depend on the ear: computed with the first answer."""

    @torch.no_grad()
    def measure(self, model: Trainee) -> dict[str, float]:
        """Loss and accuracies, each beside its chance and that of the nearest mean spectrum."""
        model.eval()
        device = model.prediction.map.weight.device
        rows = []
        for number in range(self.config.validation_batches):
            shape = self.config.validation_items, self.config.validation_crops, self.frames
            batch = sample(self.tracks, *shape, SEED, number).to(device)
            if len(self._beside) == number:
                self._beside.append(self._without_an_ear(model, batch))
            table = self.objective.table(model, batch.levels)
            row = {"validation_loss": float(cpc.loss(table))} | self._beside[number]
            rows.append(row | _accuracies("validation", table, candidates_of(batch)))
        return {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}

    def _without_an_ear(self, model: Trainee, batch: Batch) -> dict[str, float]:
        allowed = candidates_of(batch)
        table = spectrum_scores(
            batch.levels, model.network, self.objective.crop, self.objective.gap
        )
        chance = {f"chance_{key}": float((1 / m.sum(1)).mean()) for key, m in allowed.items()}
        return chance | _accuracies("validation_spectrum", table, allowed)


def candidates_of(batch: Batch) -> dict[str, Bool[Tensor, "items items"]]:
    """Among which excerpts an excerpt's own has to be found.

    Without `across` where all are of one track, and without `within` where none are: told from
    nothing, each would be right.
    """
    own, same = batch.own(), batch.same_track()
    found = {"all": torch.ones_like(own)}
    tracks = len(set(batch.names))  # counted here: no device is waited for
    if tracks > 1:
        found["across"] = own | ~same
    if tracks < len(batch.names):
        found["within"] = same
    return found


def _accuracies(
    name: str, table: cpc.Scores, allowed: Mapping[str, Bool[Tensor, "items items"]]
) -> dict[str, float]:
    return {f"{name}_{key}": cpc.accuracy(table, among) for key, among in allowed.items()}
