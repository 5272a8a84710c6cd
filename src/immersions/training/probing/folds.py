"""Folds to choose a penalty by, divided as the split divides training from test.

A penalty chosen with random folds is told by items of a piece about other items of that piece: too
small a one where whole pieces are to be told, as with the split `groups`, and so with `time`.
"""

from __future__ import annotations

import torch

from immersions.training.probe import FOLDS, random_folds
from immersions.training.probing.splits import Numbers, Rows, Table


def folds_of(kind: str, table: Table, rows: Rows, seed: int) -> Numbers:
    """The fold of each of the training `rows`.

    `items` deals the items of each class out at random, `groups` whole groups, and `time` gives
    each fold a fifth of each track without a gap. A class that would lie in one fold alone could
    not be learned from the others: its items are dealt out at random.
    """
    labels, random = table.labels[rows], random_folds(table.labels[rows], seed)
    if kind == "items":
        return random
    folds = _by_groups(table, rows, seed) if kind == "groups" else _by_time(table, rows)
    for label in labels.unique():
        one = labels == label
        if len(folds[one].unique()) < 2:
            folds[one] = random[one]
    return folds


def _by_groups(table: Table, rows: Rows, seed: int) -> Numbers:
    """Large groups first, each to the fold that has least of its classes, then least of all."""
    labels, groups = table.labels[rows], table.groups[rows]
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))]
    sizes = torch.stack([(groups == name).sum() for name in names])
    held = torch.zeros(FOLDS, len(table.classes))
    folds = torch.zeros_like(labels)
    for name in names[sizes.argsort(descending=True, stable=True)]:
        items = groups == name
        counts = labels[items].bincount(minlength=len(table.classes)).float()
        fold = min(
            range(FOLDS), key=lambda one: (float(held[one] @ counts), float(held[one].sum()))
        )
        held[fold] += counts
        folds[items] = fold
    return folds


def _by_time(table: Table, rows: Rows) -> Numbers:
    folds = torch.zeros_like(rows)
    for track in table.tracks[rows].unique():
        items = torch.nonzero(table.tracks[rows] == track).flatten()
        items = items[table.places[rows[items]].argsort()]
        folds[items] = torch.arange(len(items)) * FOLDS // len(items)
    return folds
