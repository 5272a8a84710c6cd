"""A linear probe: how well a straight line through features tells labels apart.

Features of items (one vector each) are standardised by the items that are trained on, and a
multinomial logistic regression is fitted to them. Its L2 penalty is chosen among those items alone,
by cross-validation. Nothing here knows what the features or the labels are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

PENALTIES = tuple(10.0 ** (power / 2) for power in range(2, -11, -1))
"""Candidates for the L2 penalty beside the mean loss, largest first: 10 to 1e-5."""
SMALLEST_DEVIATION = 1e-6
FOLDS = 5
ITERATIONS = 200

Features = Float[Tensor, "items features"]
Labels = Int[Tensor, " items"]
Chosen = Bool[Tensor, " items"]


@dataclass(frozen=True)
class Classifier:
    """Logistic regression on features standardised as its training items were."""

    mean: Float[Tensor, " features"]
    deviation: Float[Tensor, " features"]
    weight: Float[Tensor, "classes features"]
    bias: Float[Tensor, " classes"]
    penalty: float

    def scores(self, features: Features) -> Float[Tensor, "items classes"]:
        standard = (features.double() - self.mean) / self.deviation
        return functional.linear(standard, self.weight, self.bias)


@dataclass(frozen=True)
class Score:
    """Of items that the classifier was not fitted to: share told right, and mean -ln p."""

    accuracy: float
    loss: float
    penalty: float
    trained_on: int
    tested_on: int


def probe(
    features: Features, labels: Labels, training: Chosen, test: Chosen, per_label: int, seed: int
) -> Score:
    """Fit to `per_label` items of each label, drawn by `seed` among `training`; score on `test`.

    Raises `ValueError` when a label has fewer items than that, or none to test.
    """
    drawn = draw(labels, training, per_label, seed)
    classifier = fit(features[drawn], labels[drawn], seed)
    answers, right = classifier.scores(features[test]), labels[test]
    if not len(right):
        raise ValueError("expected items to test on, got none")
    return Score(
        accuracy=float((answers.argmax(1) == right).double().mean()),
        loss=float(functional.cross_entropy(answers, right)),
        penalty=classifier.penalty,
        trained_on=len(drawn),
        tested_on=len(right),
    )


def draw(labels: Labels, training: Chosen, per_label: int, seed: int) -> Int[Tensor, " drawn"]:
    """Indices of `per_label` items of every label among `training`, in a random order."""
    random = torch.Generator().manual_seed(seed)
    drawn = []
    for label in labels.unique():
        items = torch.nonzero(training & (labels == label)).flatten()
        if len(items) < per_label:
            raise ValueError(
                f"expected {per_label} items or more to train on for each label, got {len(items)}"
            )
        drawn.append(items[torch.randperm(len(items), generator=random)[:per_label]])
    joined = torch.cat(drawn)
    return joined[torch.randperm(len(joined), generator=random)]


def fit(features: Features, labels: Labels, seed: int = 0) -> Classifier:
    """Choose the penalty by cross-validation within these items, then fit to all of them.

    Each fold holds an equal part of every label; the penalty with the lowest loss is taken.
    """
    if len(features) < 2 or features.shape[1] < 1:
        raise ValueError(f"expected items with features, got {tuple(features.shape)}")
    folds, classes = _folds(labels, seed), int(labels.max()) + 1
    losses = torch.zeros(len(PENALTIES), dtype=torch.float64)
    for fold in folds.unique():
        inside, outside = folds != fold, folds == fold
        path = _path(features[inside], labels[inside], classes, PENALTIES)
        for number, classifier in enumerate(path):
            answers = classifier.scores(features[outside])
            losses[number] += functional.cross_entropy(answers, labels[outside], reduction="sum")
    best = int(losses.argmin())
    return _path(features, labels, classes, PENALTIES[: best + 1])[-1]


def _folds(labels: Labels, seed: int) -> Labels:
    """The fold of each item; labels are dealt out in turn, each from a random place on."""
    random = torch.Generator().manual_seed(seed)
    folds = torch.zeros_like(labels)
    for label in labels.unique():
        items = torch.nonzero(labels == label).flatten()
        order = torch.randperm(len(items), generator=random)
        first = int(torch.randint(FOLDS, (1,), generator=random))
        folds[items[order]] = (torch.arange(len(items)) + first) % FOLDS
    return folds


def _path(
    features: Features, labels: Labels, classes: int, penalties: Sequence[float]
) -> list[Classifier]:
    """A classifier for each penalty, largest first, each begun where the one before ended.

    The problem is convex, so where it begins changes nothing but the time it takes.
    """
    exact = features.double()
    mean, deviation = exact.mean(0), exact.std(0).clamp_min(SMALLEST_DEVIATION)
    standard = (exact - mean) / deviation
    weight = torch.zeros(classes, features.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    found = []
    for penalty in penalties:
        _descend(weight, bias, standard, labels, penalty)
        now = weight.detach().clone(), bias.detach().clone()
        found.append(Classifier(mean, deviation, *now, penalty))
    return found


def _descend(
    weight: Tensor, bias: Tensor, standard: Tensor, labels: Labels, penalty: float
) -> None:
    optimiser = torch.optim.LBFGS(
        [weight, bias],
        max_iter=ITERATIONS,
        tolerance_grad=1e-6,
        tolerance_change=1e-10,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = functional.cross_entropy(functional.linear(standard, weight, bias), labels)
        loss = loss + 0.5 * penalty * weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
