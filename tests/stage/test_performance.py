import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.parameters import Parameter, Parameters
from immersions.stage import performance, wire
from immersions.stage.performance import State
from immersions.stage.selection import Range

DECLARED = Parameters(
    [
        Parameter("rate", "", 0.01, 1.0, 0.1, curve="logarithmic"),
        Parameter("copies", "", 1, 8, 1, curve="integer"),
    ]
)
LAYERS = ("scalogram", "encoder.0", "context.0")
CLIPS = ("drums", "silence")
EARS = ("small", "h20")

fractions = st.tuples(st.floats(0, 1), st.floats(0, 1))
ranges = st.builds(
    Range,
    st.sampled_from((*LAYERS, "encoder.9")),
    st.floats(-3, 3),
    fractions,
    fractions,
    fractions,
)
numbers = st.one_of(st.floats(), st.integers(-5, 12), st.just("loud"))
changes = st.one_of(
    st.builds(
        lambda values: lambda s: performance.set_parameters(s, DECLARED, values),
        st.dictionaries(st.sampled_from(("rate", "copies", "volume")), numbers, max_size=2),
    ),
    st.builds(
        lambda chosen, mode: lambda s: performance.set_targets(s, LAYERS, chosen, mode),
        st.lists(ranges, max_size=40),
        st.sampled_from(("add", "replace")),
    ),
    st.builds(
        lambda clip: lambda s: performance.choose_clip(s, clip, CLIPS),
        st.sampled_from((*CLIPS, "../../etc/passwd")),
    ),
    st.builds(
        lambda ear: lambda s: performance.choose_ear(s, ear, EARS),
        st.sampled_from((*EARS, "/tmp/ear")),
    ),
    st.builds(lambda running: lambda s: performance.run(s, running), st.booleans()),
    st.builds(lambda seed: lambda s: performance.set_seed(s, seed), st.integers()),
    st.builds(lambda seconds: lambda s: performance.play_for(s, seconds), st.floats()),
    st.just(performance.restart),
    st.just(lambda s: performance.fit_targets(s, LAYERS[:2], Range("encoder.0"))),
)


@given(st.lists(changes, max_size=30))
def test_whatever_is_asked_for_the_state_stays_one_that_can_be_played(asked):
    state = State("drums", "small", 4.0, parameters=DECLARED.defaults())
    complaints = []
    for change in asked:
        try:
            after = change(state)
        except ValueError as error:
            complaints.append(str(error))
            continue
        assert after.generation >= state.generation
        if (after.clip, after.ear, after.running, after.parameters, after.targets) != (
            state.clip,
            state.ear,
            state.running,
            state.parameters,
            state.targets,
        ):
            assert after.generation == state.generation + 1
        state = after
        assert state.clip in CLIPS
        assert state.ear in EARS
        assert 0 < state.seconds < float("inf")
        assert DECLARED.check(state.parameters) == state.parameters
        assert len(state.targets) <= performance.MOST_TARGETS
        assert {each.layer for each in state.targets} <= set(LAYERS)
        assert wire.state_of(wire.state_to(state)) == state
    assert all(line and "\n" not in line for line in complaints)


def test_adding_keeps_what_was_chosen_and_adds_nothing_twice():
    state = State("drums", "small", 4.0)
    first, second = Range("encoder.0"), Range("context.0", weight=-1)
    state = performance.set_targets(state, LAYERS, [first], "replace")
    state = performance.set_targets(state, LAYERS, [second, first], "add")
    assert state.targets == (first, second)
    assert performance.set_targets(state, LAYERS, [second], "replace").targets == (second,)


def test_an_unknown_layer_is_answered_with_the_valid_ones():
    with pytest.raises(ValueError, match=r"unknown layer 'x'; valid names: scalogram, encoder\.0"):
        performance.set_targets(State("drums", "small", 4.0), LAYERS, [Range("x")])


def test_while_the_ear_is_loading_any_layer_is_taken_and_checked_later():
    state = performance.set_targets(State("drums", "small", 4.0), None, [Range("x")])
    assert state.targets == (Range("x"),)
    otherwise = Range("scalogram")
    assert performance.fit_targets(state, LAYERS, otherwise).targets == (otherwise,)


def test_only_targets_that_the_new_ear_has_no_layer_for_are_given_up():
    kept, lost = Range("encoder.0"), Range("context.0")
    state = State("drums", "small", 4.0, targets=(kept, lost))
    otherwise = Range("scalogram")
    assert performance.fit_targets(state, LAYERS[:2], otherwise).targets == (kept,)
    assert performance.fit_targets(state, LAYERS[:1], otherwise).targets == (otherwise,)


@pytest.mark.parametrize("bad", [(0.5, 1.1), (-0.1, 0), (float("nan"), 0)])
def test_a_range_outside_its_axis_is_refused(bad):
    with pytest.raises(ValueError, match="position and span from 0 to 1"):
        Range("encoder.0", pitch=bad)
