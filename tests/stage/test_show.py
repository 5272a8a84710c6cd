"""A whole performance as JSON, its history, and the way between two of them."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.dreaming import PARAMETERS
from immersions.stage import history as past
from immersions.stage.desk import DESK
from immersions.stage.history import History
from immersions.stage.morph import Morph
from immersions.stage.performance import State
from immersions.stage.scenes import MOST_SCENES, Scenes, scenes_of, scenes_to
from immersions.stage.selection import Range
from immersions.stage.show import Offer, Show, chosen, possible, show_of, show_to

SHARES = st.floats(0, 1)


def drawn(seed):
    """Any performance: a draw of a single number, since of hundreds takes long."""
    draw = random.Random(seed)

    def pair():
        return draw.random(), draw.choice([0.0, 1.0, draw.random()])

    def target():
        return Range(draw.choice("abc"), draw.uniform(-1, 1), pair(), pair(), pair())

    def state():
        return State(
            clip=draw.choice(["house", "noise"]),
            ear=draw.choice(["small", "piano"]),
            seconds=draw.uniform(1, 16),
            running=draw.random() < 0.5,
            seed=draw.randrange(2**31),
            parameters={each.name: each.at(draw.random()) for each in PARAMETERS},
            targets=tuple(target() for _ in range(draw.randrange(4))),
            generation=draw.randrange(2**40),
            mix=draw.choice([None, "noise"]),
        )

    decks = {0: state()} | {number: state() for number in (1, 2, 3) if draw.random() < 0.5}
    return Show(decks, {each.name: each.at(draw.random()) for each in DESK})


SHOWS = st.integers(0, 2**31).map(drawn)
STATE = State("house", "small", 4.0, parameters=PARAMETERS.defaults(), targets=(Range("a"),))
SHOW = Show({0: STATE}, DESK.defaults())


def of_first(**changes):
    return replace(SHOW, decks={0: replace(STATE, generation=9, **changes)})


@given(SHOWS)
def test_json_gives_the_same_performance(show):
    assert show_of(json.loads(json.dumps(show_to(show)))) == show


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda data: data.pop("decks"), "performance: decks: Field required"),
        (lambda data: data["decks"].pop("0"), "expected a deck 0"),
        (lambda data: data.update(more=1), "performance: unknown field 'more'"),
        (lambda data: data["decks"]["0"].update(colour=1), "deck 0: unknown field 'colour'"),
        (lambda data: data["decks"]["0"].update(seed="x"), "decks.0.seed"),
        (lambda data: data["decks"]["0"]["targets"][0].update(weight="x"), "targets.0.weight"),
    ],
)
def test_json_of_anything_else_is_told_in_one_line(change, line):
    data = json.loads(json.dumps(show_to(SHOW)))
    change(data)
    with pytest.raises(ValueError, match=line) as told:
        show_of(data)
    assert "\n" not in str(told.value)


def test_what_no_longer_exists_is_left_as_it_is():
    gone = replace(
        STATE, clip="upload-1", ear="own", mix="upload-2", targets=(Range("z"),), seed=5,
        parameters=STATE.parameters | {"learning_rate": 99.0, "forgotten": 1.0, "time_shift": 1.0},
    )  # fmt: skip
    found, missing = possible(gone, STATE, Offer(["house"], ["small"], PARAMETERS))
    assert found == replace(STATE, seed=5, parameters=STATE.parameters | {"time_shift": 1.0})
    assert [word.split()[0] for word in missing] == [
        "ear", "clip", "clip", "learning_rate", "forgotten"
    ]  # fmt: skip


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def turned(value):
    return of_first(parameters=STATE.parameters | {"learning_rate": value})


def test_turns_of_one_control_within_a_second_are_one_step():
    clock = Clock()
    history = History(SHOW, clock)
    for value in (0.02, 0.03, 0.04):
        assert history.note(turned(value))
        clock.now += 0.5
    assert history.undos == 1
    clock.now += 1.0
    history.note(turned(0.05))
    assert history.undos == 2
    assert history.undo() == turned(0.04)
    assert history.undo() == SHOW
    with pytest.raises(ValueError, match="nothing to undo"):
        history.undo()
    assert history.redo() == turned(0.04)
    assert (history.undos, history.redos) == (1, 1)


def test_each_switch_is_a_step_and_what_is_counted_is_none():
    history = History(SHOW, Clock())
    assert not history.note(of_first(seconds=3.0))
    for running in (True, False, True):
        assert history.note(of_first(running=running))
    assert history.undos == 3
    assert not history.undo().decks[0].running
    assert history.redos == 1
    history.note(of_first(clip="noise"))
    assert history.redos == 0


def test_targets_that_are_added_are_steps_and_targets_that_are_turned_are_one():
    history = History(SHOW, Clock())
    history.note(of_first(targets=(Range("a"), Range("b"))))
    history.note(of_first(targets=(Range("a"), Range("b"), Range("c"))))
    assert history.undos == 2
    for weight in (0.1, 0.2, 0.3):
        history.note(of_first(targets=(Range("a", weight), Range("b"), Range("c"))))
    assert history.undos == 3


def test_no_more_steps_are_kept_than_there_may_be():
    history = History(SHOW, Clock())
    for seed in range(1, past.MOST_STEPS + 50):
        history.note(of_first(seed=seed))
    assert history.undos == past.MOST_STEPS


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_undoing_all_and_redoing_all_leads_back(seeds):
    history = History(SHOW, Clock())
    for seed in seeds:
        history.note(of_first(seed=seed))
    last = SHOW
    for _ in range(history.undos):
        last = history.undo()
    assert chosen(last) == chosen(SHOW)
    for _ in range(history.redos):
        last = history.redo()
    assert chosen(last) == chosen(of_first(seed=seeds[-1]))


@given(SHOWS, SHOWS, SHARES)
def test_a_morph_begins_where_it_is_stays_in_range_and_ends_at_its_goal(start, goal, share):
    morph = Morph(start, goal)
    first = morph.first
    assert [state.clip for state in first.decks.values()] == [
        state.clip for state in goal.decks.values()
    ]
    between = morph.at(first, share)
    for name, value in between.desk.items():
        DESK[name].check(value)
    for state in between.decks.values():
        PARAMETERS.check(state.parameters)
    assert morph.at(between, 1.0) == goal


def test_a_morph_goes_the_way_of_each_fader():
    goal = of_first(
        parameters=STATE.parameters | {"learning_rate": PARAMETERS["learning_rate"].maximum},
        targets=(Range("a", 0.0, pitch=(1.0, 0.0)),),
    )
    low = of_first(
        parameters=STATE.parameters | {"learning_rate": PARAMETERS["learning_rate"].minimum}
    )
    half = Morph(low, goal)
    found = half.at(half.first, 0.5).decks[0]
    assert found.parameters["learning_rate"] == pytest.approx(PARAMETERS["learning_rate"].at(0.5))
    assert found.targets == (Range("a", 0.5, pitch=(0.5, 0.5)),)


def test_what_is_touched_on_the_way_is_left_alone():
    goal = of_first(
        parameters=STATE.parameters | {"learning_rate": 0.5, "time_shift": 1.0},
        targets=(Range("a", 0.2), Range("b")),
    )
    morph = Morph(SHOW, goal)
    moving = morph.moving
    at = morph.at(morph.first, 0.2)
    deck = at.decks[0]
    touched = replace(
        at, decks={0: replace(deck, parameters=deck.parameters | {"time_shift": 0.77})}
    )
    end = morph.at(touched, 1.0).decks[0]
    assert morph.moving == moving - 1
    assert end.parameters["time_shift"] == 0.77
    assert end.parameters["learning_rate"] == 0.5
    assert end.targets == goal.decks[0].targets


def test_scenes_are_stored_renamed_deleted_and_come_back_from_json():
    scenes = Scenes()
    scenes.store(2, SHOW)
    scenes.store(0, turned(0.5), "  the\n end ")
    scenes.store(2, turned(0.1))
    scenes.rename(2, "break")
    assert [(place, scene.name) for place, scene in scenes] == [(0, "the end"), (2, "break")]
    again = scenes_of(json.loads(json.dumps(scenes_to(scenes))))
    assert list(again) == list(scenes)
    scenes.delete(0)
    for wrong in (lambda: scenes[0], lambda: scenes.delete(0), lambda: scenes.rename(0, "x")):
        with pytest.raises(ValueError, match="there is no scene 1"):
            wrong()
    with pytest.raises(ValueError, match="expected a scene from 1 to 64, got 65"):
        scenes.store(MOST_SCENES, SHOW)
    with pytest.raises(ValueError, match="expected a name"):
        scenes.rename(2, "  ")
