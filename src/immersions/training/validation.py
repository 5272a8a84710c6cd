"""How well an ear tells sound apart on music that it was never trained on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from immersions.training import cpc
from immersions.training.config import TrainingConfig
from immersions.training.library import Track
from immersions.training.objective import Objective, Trainee
from immersions.training.sampling import Batch, sample

SEED = 1_000_003


@torch.no_grad()
def validate(
    model: Trainee,
    objective: Objective,
    tracks: Sequence[Track],
    frames: int,
    config: TrainingConfig,
) -> dict[str, float]:
    """Loss and accuracies, each beside its chance, on batches that are always the same."""
    model.eval()
    rows = []
    for number in range(config.validation_batches):
        shape = config.validation_items, config.validation_crops, frames
        batch = sample(tracks, *shape, SEED, number)
        table = objective.table(model, batch.levels)
        row = {"validation_loss": float(cpc.loss(table))}
        for key, candidates in candidates_of(batch).items():
            row[f"validation_{key}"] = cpc.accuracy(table, candidates)
            row[f"chance_{key}"] = float((1 / candidates.sum(1)).mean())
        rows.append(row)
    return {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}


def candidates_of(batch: Batch) -> dict[str, Bool[Tensor, "items items"]]:
    """Among which excerpts an excerpt's own has to be found."""
    own, same = batch.own(), batch.same_track()
    return {"all": torch.ones_like(own), "across": own | ~same, "within": same}
