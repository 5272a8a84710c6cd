"""No split lets anything through that it is there to part."""

from __future__ import annotations

import pytest
import torch

from immersions.training.probing.splits import Sides, Table, by_groups, sides_of
from immersions.training.probing.supervised import held_out


def table(rows: list[tuple[int, int, int]]) -> Table:
    """From (label, group, items) of each track."""
    labels, groups, tracks, places = [], [], [], []
    for track, (label, group, items) in enumerate(rows):
        labels += [label] * items
        groups += [group] * items
        tracks += [track] * items
        places += list(range(items))
    names = tuple(f"class {number}" for number in range(max(labels) + 1))
    return Table(names, *(torch.tensor(column) for column in (labels, groups, tracks, places)))


UNEVEN = table(
    [(0, 0, 30), (0, 1, 10), (0, 1, 5), (0, 2, 12), (1, 3, 8), (1, 4, 40), (1, 5, 9), (1, 5, 2)]
)


def numbers(sides: Sides) -> tuple[set[int], set[int]]:
    return set(sides.training.tolist()), set(sides.test.tolist())


@pytest.mark.parametrize("kind", ["items", "time", "groups"])
@pytest.mark.parametrize("seed", range(5))
def test_no_item_is_on_both_sides_and_every_class_is(kind: str, seed: int) -> None:
    sides = sides_of(kind, UNEVEN, seed)
    training, test = numbers(sides)
    assert not training & test
    assert len(training) == len(sides.training)
    for rows in (sides.training, sides.test):
        assert set(UNEVEN.labels[rows].tolist()) == {0, 1}
    assert numbers(sides_of(kind, UNEVEN, seed)) == (training, test)


def test_items_are_drawn_by_class() -> None:
    sides = sides_of("items", UNEVEN, 0)
    for label in (0, 1):
        count = int((UNEVEN.labels == label).sum())
        assert int((UNEVEN.labels[sides.training] == label).sum()) == round(0.7 * count)
    assert len(sides.training) + len(sides.test) == len(UNEVEN)
    assert numbers(sides) != numbers(sides_of("items", UNEVEN, 1))


def test_time_never_overlaps() -> None:
    seen = set()
    for seed in range(3):
        sides = sides_of("time", UNEVEN, seed)
        seen.add(tuple(sides.training.tolist()))
        for track in range(8):
            early = sides.training[UNEVEN.tracks[sides.training] == track]
            late = sides.test[UNEVEN.tracks[sides.test] == track]
            count = int((UNEVEN.tracks == track).sum())
            assert (UNEVEN.places[early] + 1 <= 0.7 * count).all()
            assert (UNEVEN.places[late] >= 0.7 * count).all()
            if count >= 8:
                assert len(late) == int(0.3 * count)
    assert len(seen) == 3  # each seed draws among the training items


@pytest.mark.parametrize("seed", range(20))
def test_a_group_is_never_on_both_sides(seed: int) -> None:
    sides = sides_of("groups", UNEVEN, seed)
    training, test = (set(UNEVEN.groups[rows].tolist()) for rows in (sides.training, sides.test))
    assert not training & test
    assert training | test == set(range(6))


def test_groups_come_near_the_share() -> None:
    many = table([(k % 3, k, 5 + k % 7) for k in range(60)])
    shares = []
    for seed in range(5):
        sides = sides_of("groups", many, seed)
        for label in range(3):
            test = float((many.labels[sides.test] == label).sum())
            shares.append(test / float((many.labels == label).sum()))
    assert min(shares) > 0.24
    assert max(shares) < 0.36
    assert len({tuple(sides_of("groups", many, seed).test.tolist()) for seed in range(5)}) == 5


def test_groups_may_span_classes() -> None:
    """A player of several instruments is on one side with all of them."""
    spanning = table([(k % 3, k // 3, 6) for k in range(30)])
    sides = sides_of("groups", spanning, 0)
    training, test = (set(spanning.groups[rows].tolist()) for rows in (sides.training, sides.test))
    assert not training & test
    assert len(test) == 3


def test_a_class_of_one_group_is_named() -> None:
    with pytest.raises(ValueError, match=r"2 groups or more of each class, got 1 of class 1$"):
        sides_of("groups", table([(0, 0, 9), (0, 1, 9), (1, 2, 9), (1, 2, 9)]), 0)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("time", "split time: class 'class 1' has no item to test on (3 in all)"), ("items", "")],
)
def test_a_class_that_is_too_short_is_named(kind: str, words: str) -> None:
    short = table([(0, 0, 10), (1, 1, 3)])
    if not words:
        assert len(sides_of(kind, short, 0).test) == 4
        short, words = table([(0, 0, 10), (1, 1, 1)]), "class 'class 1' has no item to test on (1"
    with pytest.raises(ValueError, match="class 'class 1'") as raised:
        sides_of(kind, short, 0)
    assert words in str(raised.value)
    with pytest.raises(ValueError, match="expected items, time, groups, got 'luck'"):
        sides_of("luck", short, 0)


def test_what_stops_training_is_parted_as_the_test_items_are() -> None:
    many = table([(k % 2, k, 6) for k in range(20)])
    sides = sides_of("groups", many, 0)
    inner = held_out(many, sides.training, "groups", 0.2, 0)
    first, last = (set(many.groups[rows].tolist()) for rows in (inner.training, inner.test))
    assert not first & last
    assert numbers(inner)[0] | numbers(inner)[1] == numbers(sides)[0]
    # With a single group left to train on in a class, items are drawn instead.
    few = table([(0, 0, 10), (0, 1, 10), (1, 2, 10), (1, 3, 10)])
    sides = sides_of("groups", few, 0)
    inner = held_out(few, sides.training, "groups", 0.2, 0)
    assert set(few.labels[inner.test].tolist()) == {0, 1}
    assert set(few.labels[inner.training].tolist()) == {0, 1}


def test_two_groups_are_parted_whatever_their_sizes() -> None:
    for sizes in ((1, 100), (100, 1), (50, 50), (60, 40), (35, 65)):
        pair = table([(0, 0, sizes[0]), (0, 1, sizes[1])])
        for seed in range(4):
            sides = by_groups(pair, torch.arange(len(pair)), 0.7, seed)
            assert len(sides.training)
            assert len(sides.test)
