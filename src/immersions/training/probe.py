"""A linear probe: how well a straight line through features tells labels apart.

Features of items (one vector each) are standardised by the items that are trained on, and a
multinomial logistic regression is fitted to them. Its L2 penalty is chosen among those items alone,
by cross-validation. Nothing here knows what the features or the labels are.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
"""Candidates for the L2 penalty beside the mean loss, largest first."""
PATIENCE = 2
"""Penalties tried after the best one: the loss outside falls and rises again, once."""
SMALLEST_DEVIATION = 1e-6
FOLDS = 5
EXACT, ROUGH = 1e-5, 1e-3
"""Largest gradient at the optimum: of the fit that is kept, and of those that choose a penalty."""
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
    tested_on: int


def probe(
    features: Features, labels: Labels, training: Chosen, test: Chosen, per_label: int, seed: int
) -> Score:
    """Fit to `per_label` items of each label, drawn by `seed` among `training`; score on `test`.

    Raises `ValueError` when a label has fewer items than that, or none to test.
    """
    drawn = draw(labels, training, per_label, seed)
    return score(fit(features[drawn], labels[drawn], seed), features[test], labels[test])


def score(classifier: Classifier, features: Features, labels: Labels) -> Score:
    """How well the classifier tells these items."""
    if not len(labels):
        raise ValueError("expected items to test on, got none")
    answers = classifier.scores(features)
    return Score(
        accuracy=float((answers.argmax(1) == labels).double().mean()),
        loss=float(functional.cross_entropy(answers, labels)),
        penalty=classifier.penalty,
        tested_on=len(labels),
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


def fit(
    features: Features, labels: Labels, seed: int = 0, folds: Labels | None = None
) -> Classifier:
    """Choose the penalty by cross-validation within these items, then fit to all of them.

    The penalty with the lowest loss is taken. `folds` says in which fold each item is; without it
    each fold holds a random part of every label, which is right only for random test items.
    """
    if len(features) < 2 or features.shape[1] < 1:
        raise ValueError(f"expected items with features, got {tuple(features.shape)}")
    folds = random_folds(labels, seed) if folds is None else folds
    classes = int(labels.max()) + 1
    inside = [
        (_Descent(features[folds != fold], labels[folds != fold], classes), folds == fold)
        for fold in folds.unique()
    ]
    best, lowest = 0, float("inf")
    for number, penalty in enumerate(PENALTIES):
        found = [(descent.to(penalty, ROUGH), outside) for descent, outside in inside]
        loss = sum(score(c, features[out], labels[out]).loss * int(out.sum()) for c, out in found)
        if loss < lowest:
            best, lowest = number, loss
        elif number - best >= PATIENCE:
            break
    whole = _Descent(features, labels, classes)
    return [whole.to(penalty) for penalty in PENALTIES[: best + 1]][-1]


def random_folds(labels: Labels, seed: int) -> Labels:
    """The fold of each item; labels are dealt out in turn, each from a random place on."""
    random = torch.Generator().manual_seed(seed)
    folds = torch.zeros_like(labels)
    for label in labels.unique():
        items = torch.nonzero(labels == label).flatten()
        order = torch.randperm(len(items), generator=random)
        first = int(torch.randint(FOLDS, (1,), generator=random))
        folds[items[order]] = (torch.arange(len(items)) + first) % FOLDS
    return folds


class _Descent:
    """Logistic regression on some items for one penalty after another, each begun at the last.

    The problem is convex, so where it begins changes nothing but the time it takes. The penalised
    optimum lies in the space that the items span, so it is looked for there: with many more
    features than items that is ten times faster.
    """

    def __init__(self, features: Features, labels: Labels, classes: int) -> None:
        exact = features.double()
        self.labels = labels
        self.mean = exact.mean(0)
        self.deviation = exact.std(0).clamp_min(SMALLEST_DEVIATION)
        standard = (exact - self.mean) / self.deviation
        many = standard.shape[1] > standard.shape[0]
        self.axes = torch.linalg.qr(standard.T).Q.T if many else None
        self.standard = standard @ self.axes.T if self.axes is not None else standard
        shape = classes, self.standard.shape[1]
        self.weight = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        self.bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)

    def to(self, penalty: float, tolerance: float = EXACT) -> Classifier:
        """The optimum for this penalty."""
        optimiser = torch.optim.LBFGS(
            [self.weight, self.bias],
            max_iter=ITERATIONS,
            tolerance_grad=tolerance,
            tolerance_change=1e-9,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Tensor:
            optimiser.zero_grad()
            answers = functional.linear(self.standard, self.weight, self.bias)
            loss = functional.cross_entropy(answers, self.labels)
            loss = loss + 0.5 * penalty * self.weight.square().sum()
            loss.backward()
            return loss

        optimiser.step(closure)
        weight, bias = self.weight.detach().clone(), self.bias.detach().clone()
        weight = weight if self.axes is None else weight @ self.axes
        return Classifier(self.mean, self.deviation, weight, bias, penalty)
