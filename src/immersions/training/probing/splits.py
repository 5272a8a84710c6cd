"""Which items train and which test: drawn by item, by time within a track, or by whole groups."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from immersions.training.probe_items import split_by_time

SPLITS = ("items", "time", "groups")
SHARE = 0.7
"""Of the items, those to train on."""
DRAWN = 0.9
"""Of the training items of split `time`, those that a seed draws: else all seeds were alike."""
TRIES = 100

Rows = Int[Tensor, " chosen"]
Numbers = Int[Tensor, " items"]


@dataclass(frozen=True)
class Table:
    """Of each item its class, its group, its track and its place in the track, as numbers."""

    classes: tuple[str, ...]
    labels: Numbers
    groups: Numbers
    tracks: Numbers
    places: Numbers

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Sides:
    """The numbers of the items to train on and to test on."""

    training: Rows
    test: Rows


def sides_of(kind: str, table: Table, seed: int) -> Sides:
    """The split of a seed. Raises `ValueError` that names a class which is not on both sides.

    `items` draws 70 % of each class; `time` takes the first 70 % of each track to train, the last
    30 % to test and leaves out the item across the border; `groups` puts whole groups on one side,
    so that about 70 % of the items of each class train.
    """
    everything = torch.arange(len(table))
    if kind == "groups":
        check_groups(table)
    sides = part(kind, table, everything, SHARE, seed)
    for name, rows in (("train", sides.training), ("test", sides.test)):
        missing = set(range(len(table.classes))) - set(table.labels[rows].tolist())
        if missing:
            label = min(missing)
            count = int((table.labels == label).sum())
            raise ValueError(
                f"split {kind}: class {table.classes[label]!r} has no item to {name} on "
                f"({count} in all)"
            )
    if kind == "time":
        drawn = by_items(table, sides.training, DRAWN, seed).training
        return Sides(drawn, sides.test)
    return sides


def part(kind: str, table: Table, rows: Rows, share: float, seed: int) -> Sides:
    """Divide some items of the table; a class may be left without items on one side."""
    if kind == "items":
        return by_items(table, rows, share, seed)
    if kind == "time":
        return by_time(table, rows, share)
    if kind == "groups":
        return by_groups(table, rows, share, seed)
    raise ValueError(f"split: expected {', '.join(SPLITS)}, got {kind!r}")


def by_items(table: Table, rows: Rows, share: float, seed: int) -> Sides:
    """A random `share` of each class; of two items or more of a class, one on each side."""
    random = torch.Generator().manual_seed(seed)
    first, last = [], []
    for label in table.labels[rows].unique():
        items = rows[table.labels[rows] == label]
        items = items[torch.randperm(len(items), generator=random)]
        count = max(1, min(len(items) - 1, round(share * len(items))))
        first.append(items[:count])
        last.append(items[count:])
    return Sides(torch.cat(first).sort().values, torch.cat(last).sort().values)


def by_time(table: Table, rows: Rows, share: float) -> Sides:
    """The first `share` of each track, and what comes after the item across the border."""
    first, last = [rows[:0]], [rows[:0]]
    for track in table.tracks[rows].unique():
        items = rows[table.tracks[rows] == track]
        items = items[table.places[items].argsort()]
        early, late = split_by_time(len(items), share)
        first.append(items[early])
        last.append(items[late])
    return Sides(torch.cat(first), torch.cat(last))


def by_groups(table: Table, rows: Rows, share: float, seed: int) -> Sides:
    """Whole groups, so that of each class about `share` of the items are on the first side.

    Groups are taken in a random order, and one goes to the second side when that brings the classes
    nearer to their share. With two groups or more a class is then on both sides, unless groups
    span classes: then other orders are tried.
    """
    random = torch.Generator().manual_seed(seed)
    labels, classes = table.labels[rows], len(table.classes)
    groups = {int(g): rows[table.groups[rows] == g] for g in table.groups[rows].unique()}
    counts = {g: _count(table.labels[items], classes) for g, items in groups.items()}
    every = _count(labels, classes)
    names = list(groups)
    for _ in range(TRIES):
        missing = (1 - share) * every
        last: list[int] = []
        for place in torch.randperm(len(names), generator=random).tolist():
            group = names[place]
            left = missing - counts[group]
            if float(left.abs().sum()) < float(missing.abs().sum()):
                missing = left
                last.append(group)
        second = (1 - share) * every - missing
        if bool(((second > 0.5) & (every - second > 0.5))[every > 0].all()):
            break
    chosen = torch.isin(table.groups[rows], torch.tensor(last, dtype=torch.long))
    return Sides(rows[~chosen], rows[chosen])


def check_groups(table: Table) -> None:
    """Raise `ValueError` that names the classes which have fewer than two groups."""
    few = [
        name
        for label, name in enumerate(table.classes)
        if len(table.groups[table.labels == label].unique()) < 2
    ]
    if few:
        shown = ", ".join(few[:8]) + (f" and {len(few) - 8} more" if len(few) > 8 else "")
        raise ValueError(f"split groups: expected 2 groups or more of each class, got 1 of {shown}")


def _count(labels: Numbers, classes: int) -> Tensor:
    return labels.bincount(minlength=classes).double()
