"""How well features of items tell their labels: linear classifiers, one a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from immersions.ears.contrastive import ContrastiveEar
from immersions.training.probe import Features, fit, score
from immersions.training.probing.folds import folds_of
from immersions.training.probing.hearing import Items
from immersions.training.probing.reading import heard_by
from immersions.training.probing.splits import Sides


@dataclass(frozen=True)
class Result:
    """Scores of one kind of features, a seed each; who was taken for whom, over all seeds."""

    accuracies: list[float]
    losses: list[float]
    confusion: Int[Tensor, "classes told"]

    def summary(self) -> dict[str, Any]:
        """Mean and deviation; a single seed has no deviation."""
        many = len(self.accuracies) > 1
        return {
            "accuracy": round(float(np.mean(self.accuracies)), 6),
            "accuracy_std": round(float(np.std(self.accuracies, ddof=1)), 6) if many else None,
            "loss": round(float(np.mean(self.losses)), 6),
        }


def probed(
    ear: ContrastiveEar,
    items: Items,
    sides: Sequence[Sides],
    kind: str,
    names: Sequence[str],
    device: str,
) -> dict[str, Result]:
    """How well the ear tells the items apart by each of the readouts."""
    tables = heard_by(ear, items, names, device)
    return {
        name: classified([table] * len(sides), items, sides, kind) for name, table in tables.items()
    }


def classified(
    tables: Sequence[Features], items: Items, sides: Sequence[Sides], kind: str
) -> Result:
    """Fit a linear classifier to the training items of each seed and score it on the test items.

    Its penalty is chosen with folds that are divided as the split `kind` divides the sides.
    """
    labels, classes = items.table.labels, len(items.table.classes)
    confusion = torch.zeros(classes, classes, dtype=torch.long)
    scores = []
    for seed, (table, side) in enumerate(zip(tables, sides, strict=True)):
        folds = folds_of(kind, items.table, side.training, seed)
        classifier = fit(table[side.training], labels[side.training], seed, folds)
        scores.append(score(classifier, table[side.test], labels[side.test]))
        told = classifier.scores(table[side.test]).argmax(1)
        pairs = classes * labels[side.test] + told
        confusion += pairs.bincount(minlength=classes**2).view(classes, classes)
    return Result([one.accuracy for one in scores], [one.loss for one in scores], confusion)


def chance(items: Items, sides: Sequence[Sides]) -> float:
    """The accuracy of always naming the class that has most training items."""
    labels = items.table.labels
    shares = [
        (labels[side.test] == labels[side.training].bincount().argmax()).double().mean()
        for side in sides
    ]
    return float(torch.stack(shares).mean())
