from dataclasses import replace
from typing import NamedTuple

import pytest

from immersions.dreaming.target import unit_range
from immersions.stage import hand
from immersions.stage.board import BOARD, PLACES, placed, sorted_out
from immersions.stage.pieces import pieces_of
from immersions.stage.selection import Range


class Layer(NamedTuple):
    name: str
    channels: int
    pitches: int


LAYERS = [
    Layer("scalogram", 2, 256),
    Layer("encoder.0", 8, 64),
    Layer("encoder.1", 16, 32),
    Layer("context.0", 32, 1),
]
LASSO = (
    Range("encoder.0", 0.25, channel=(0.0, 0.0), pitch=(0.0, 0.1)),
    Range("encoder.0", 0.5, channel=(0.2, 0.2), pitch=(0.0, 0.1)),
)
"""One channel, and beside it two: of each neuron as much."""


def test_everything_on_the_board_has_one_place():
    names = [each.name for _, each in placed()]
    assert len(set(names)) == len(names) == len(BOARD)
    values = {each.name: each.default for each in BOARD}
    assert {place: set(found) for place, found in sorted_out(values).items()} == {
        place: {each.name for each in declared} for place, declared in PLACES.items()
    }
    with pytest.raises(ValueError, match="unknown parameter 'volume_of_tea'; valid names: "):
        sorted_out({"volume_of_tea": 1})


def test_the_hand_turns_the_last_target_and_leaves_the_others():
    first, last = Range("encoder.0", channel=(0.2, 0.1)), Range("encoder.1")
    turned = hand.turned((first, last), LAYERS, {"pitch_position": 0.25, "pitch_span": 0.5})
    assert turned == (first, Range("encoder.1", pitch=(0.25, 0.5)))
    assert hand.values(turned, LAYERS)["pitch_position"] == 0.25
    assert hand.values(turned, LAYERS)["layer"] == pytest.approx(2 / 3)


def test_a_layer_that_was_not_turned_stays_and_the_dial_reaches_all():
    kept = hand.turned((Range("context.0"),), LAYERS, {"time_span": 0.5})
    assert kept == (Range("context.0", time=(0.0, 0.5)),)
    reached = [
        hand.turned(kept, LAYERS, {"layer": number / 3})[-1].layer for number in range(len(LAYERS))
    ]
    assert reached == [layer.name for layer in LAYERS]


def test_where_nothing_is_aimed_at_a_fader_makes_a_target():
    assert hand.turned((), LAYERS, {"channel_span": 0.1}) == (
        Range("encoder.1", channel=(0.0, 0.1)),
    )


def test_a_lasso_is_turned_whole():
    first = Range("encoder.1")
    assert pieces_of((first, *LASSO), LAYERS) == [(first,), LASSO]
    stands = hand.values((first, *LASSO), LAYERS)
    assert stands["weight"] == 0.75
    assert stands["time_span"] == 1

    fainter = hand.turned((first, *LASSO), LAYERS, {"weight": -0.375})
    assert [each.weight for each in fainter] == [1, -0.125, -0.25]
    later = hand.turned(fainter, LAYERS, {"time_position": 0.5, "time_span": 0.25})
    assert [each.time for each in later] == [(0, 1), (0.5, 0.25), (0.5, 0.25)]
    assert [each.channel for each in later] == [each.channel for each in (first, *LASSO)]

    (kept, one) = hand.turned(later, LAYERS, {"pitch_span": 1.0})
    assert kept == first
    assert one.weight == -0.375
    assert list(unit_range(one.channel, 8)) == [0, 1, 2]
    assert list(unit_range(one.pitch, 64)) == list(range(64))


def test_ranges_of_other_weights_times_or_layers_are_targets_of_their_own():
    one, two = LASSO
    for other in (
        replace(two, weight=0.25),
        replace(two, time=(0.0, 0.5)),
        replace(two, layer="encoder.1"),
        replace(two, layer="gone"),
    ):
        assert len(pieces_of((one, other), LAYERS)) == 2
    whole = Range("encoder.0")
    assert pieces_of((whole, whole), LAYERS) == [(whole,), (whole,)]


def test_a_weight_of_zero_is_the_least_one():
    assert hand.turned((Range("encoder.0"),), LAYERS, {"weight": 0})[0].weight == hand.LEAST_WEIGHT


@pytest.mark.parametrize(
    ("layers", "turns", "line"),
    [
        ([], {"layer": 0.5}, "the ear is still loading"),
        (LAYERS, {"layer": 1.5}, "layer: expected 0 to 1, got 1.5"),
        (LAYERS, {"time_span": float("nan")}, "time_span: expected 0 to 1, got nan"),
        (LAYERS, {"crossfade": 0.5}, "unknown parameter 'crossfade'"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(layers, turns, line):
    with pytest.raises(ValueError, match=line):
        hand.turned((), layers, turns)
