"""The penalty is chosen as the test items are parted: nothing leaks over groups or over time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from probing_task import heard, write_classes
from test_probing_splits import UNEVEN, table

from immersions.training.probe import FOLDS, fit, random_folds
from immersions.training.probing.folds import folds_of
from immersions.training.probing.scoring import classified
from immersions.training.probing.splits import SPLITS, sides_of


@pytest.mark.parametrize("kind", SPLITS)
def test_every_class_can_be_learned_from_the_other_folds(kind: str) -> None:
    for seed in range(5):
        rows = sides_of(kind, UNEVEN, seed).training
        folds = folds_of(kind, UNEVEN, rows, seed)
        assert set(folds.tolist()) <= set(range(FOLDS))
        assert torch.equal(folds, folds_of(kind, UNEVEN, rows, seed))
        for label in (0, 1):
            assert len(folds[UNEVEN.labels[rows] == label].unique()) > 1


@pytest.mark.parametrize("span", [1, 3], ids=["groups within a class", "groups span classes"])
def test_a_group_is_in_one_fold(span: int) -> None:
    many = table([(k % 3, k // span, 5 + k % 7) for k in range(60)])
    for seed in range(3):
        rows = sides_of("groups", many, seed).training
        folds = folds_of("groups", many, rows, seed)
        for group in many.groups[rows].unique():
            assert len(folds[many.groups[rows] == group].unique()) == 1
        for label in range(3):
            counts = folds[many.labels[rows] == label].bincount(minlength=FOLDS)
            assert counts.min() > 0.5 * counts.max()


def test_a_fold_has_a_fifth_of_each_track_without_a_gap() -> None:
    long = table([(0, 0, 50), (1, 1, 30)])
    rows = sides_of("time", long, 0).training
    folds = folds_of("time", long, rows, 0)
    for track in (0, 1):
        own = long.tracks[rows] == track
        in_time = folds[own][long.places[rows][own].argsort()]
        assert torch.equal(in_time, in_time.sort().values)
        counts = in_time.bincount()
        assert len(counts) == FOLDS
        assert counts.max() - counts.min() <= 1


def test_a_class_of_a_single_group_is_dealt_out() -> None:
    """It could be learned from no other fold; so could a class of tracks with one item each."""
    few = table([(0, 0, 20), (1, 1, 10), (1, 2, 10)])
    folds = folds_of("groups", few, torch.arange(40), 0)
    assert len(folds[:20].unique()) == FOLDS
    assert sorted([len(folds[20:30].unique()), len(folds[30:].unique())]) == [1, 1]
    short = table([(0, k, 1) for k in range(6)] + [(1, 9, 10)])
    assert len(folds_of("time", short, torch.arange(16), 0)[:6].unique()) > 1


def test_items_are_dealt_out_as_before() -> None:
    rows = sides_of("items", UNEVEN, 2).training
    expected = random_folds(UNEVEN.labels[rows], 2)
    assert torch.equal(folds_of("items", UNEVEN, rows, 2), expected)


def test_every_row_of_a_report_is_scored_with_such_folds(tmp_path: Path) -> None:
    """Features that say nothing but the group have a loss near that of chance, 0.69."""
    items = heard(write_classes(tmp_path / "orders", files=12, seconds=6.0), tmp_path / "cache")
    random = torch.Generator().manual_seed(0)
    own = torch.randn(24, 40, generator=random)[items.table.groups]
    features = own + 0.1 * torch.randn(own.shape, generator=random)
    sides = [sides_of("groups", items.table, seed) for seed in range(4)]
    leaking = [
        fit(features[side.training], items.table.labels[side.training], seed)
        for seed, side in enumerate(sides)
    ]
    assert max(one.penalty for one in leaking) < 0.1
    found = classified([features] * 4, items, sides, "groups").summary()
    assert found["loss"] < 1.0
    assert classified([features] * 4, items, sides, "items").summary()["loss"] > 1.5
