"""The loop that dreams, turn by turn, with a real ear and a real dreamer."""

import time
from dataclasses import asdict

import numpy as np
import pytest
import stage_ears
from a_bench import TARGET, Bench, a_state, samples_of
from stage_ears import RATE

from immersions.dreaming import PARAMETERS
from immersions.stage import engine
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.wire import state_to


@pytest.fixture(scope="module")
def ear():
    return stage_ears.small()


def test_the_clip_is_heard_by_all_layers_before_the_first_step(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state(running=False))
    bench.turns(1)
    ((header, payload),) = bench.loops
    assert header["kind"] == "start"
    assert header["sample_rate"] == RATE
    assert np.array_equal(samples_of(bench.loops[0]), clip)
    shapes = [(each["name"], each["neurons"], each["frames"]) for each in header["layers"]]
    assert shapes == [(each.name, each.neurons, each.frames) for each in ear.layers_for(len(clip))]
    assert len(payload) == 4 * len(clip) + sum(neurons * frames for _, neurons, frames in shapes)
    assert np.isfinite(header["activation"])
    bench.turns(2)
    assert len(bench.loops) == 1, "at rest nothing is dreamed"


def test_what_is_done_is_known_while_it_is_done_and_not_while_a_pipe_is_full(ear, clip):
    bench = Bench(ear)
    seen = []
    listen = ear.listen
    keep = bench._keep

    def listen_and_see(*arguments, **options):
        seen.append(("heard", bench.progress.summary()["work"]))
        return listen(*arguments, **options)

    def keep_and_see(header, payload):
        seen.append((header["type"], bench.progress.summary()["work"]))
        keep(header, payload)

    ear.listen, bench.engine._send = listen_and_see, keep_and_see
    try:
        bench.begin(clip, a_state())
        bench.pull()
        bench.turns(1)
    finally:
        ear.listen = listen
    assert seen == [
        ("trace", ""),
        ("heard", "start"),
        ("loop", ""),
        ("heard", "step"),
        ("trace", ""),
        ("heard", "loop"),
        ("loop", ""),
    ]
    assert bench.progress.summary()["work"] == ""


def test_a_pulled_loop_follows_the_newest_state(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state())
    bench.turns(2)
    changed = {**PARAMETERS.defaults(), "learning_rate": 0.1}
    bench.change(a_state(generation=7, parameters=changed))
    bench.pull()
    bench.turns(1)
    header, _ = bench.loops[-1]
    assert header["kind"] == "dream"
    assert header["generation"] == 7
    assert not np.array_equal(samples_of(bench.loops[-1]), clip)


def test_dreaming_raises_the_target_s_activation(ear, clip):
    """In a high layer: low ones answer to strokes of noise already, and fall before they rise."""
    bench = Bench(ear)
    bench.begin(clip, a_state(targets=(Range("context.2", channel=(0.0, 0.03)),)))
    bench.turns(12)
    bench.pull()
    bench.turns(1)
    start, dream = bench.loops[0], bench.loops[-1]
    assert dream[0]["activation"] > start[0]["activation"] + 0.3
    assert dream[0]["step"] >= 12
    told = bench.progress.summary()["history"]
    assert [step for step, _ in told] == list(range(1, dream[0]["step"] + 1))


def test_another_target_bends_the_present_sound_on(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state())
    bench.turns(8)
    bench.pull()
    bench.turns(1)
    before = samples_of(bench.loops[-1])
    bench.change(a_state(generation=1, targets=(Range("encoder.2"),)))
    bench.pull()
    bench.turns(1)
    after = samples_of(bench.loops[-1])
    assert bench.loops[-1][0]["generation"] == 1
    assert np.corrcoef(before, after)[0, 1] > np.corrcoef(clip, after)[0, 1]


def test_stopping_tells_the_last_loop_and_rests(ear, clip, monkeypatch):
    monkeypatch.setattr(engine, "RENDER_SECONDS", 600.0)  # no loop unasked, however slow a step is
    bench = Bench(ear)
    bench.begin(clip, a_state())
    bench.turns(3)
    bench.change(a_state(generation=1, running=False))
    bench.turns(4)
    dreams = [header for header, _ in bench.loops if header["kind"] == "dream"]
    assert [header["step"] for header in dreams] == [3]


def test_without_a_target_nothing_is_dreamed_until_there_is_one(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state(targets=()))
    bench.turns(2)
    assert [header["kind"] for header, _ in bench.loops] == ["start"]
    bench.change(a_state(generation=1))
    bench.pull()
    bench.turns(1)
    assert bench.loops[-1][0]["generation"] == 1


def test_a_target_that_does_not_fit_is_told_in_one_line_and_the_next_one_works(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state(targets=(Range("encoder.99"),)))
    bench.turns(1)
    assert len(bench.notes) == 1
    assert "encoder.99" in bench.notes[0]
    bench.change(a_state(generation=1))
    bench.pull()
    bench.turns(1)
    assert bench.loops[-1][0]["kind"] == "dream"


def test_whatever_a_step_does_every_loop_is_finite_and_dreaming_goes_on(clip):
    bench = Bench(stage_ears.poisoned())
    bench.begin(clip, a_state())
    while len([1 for header, _ in bench.loops if header["kind"] == "dream"]) < 6:
        bench.pull()
        bench.turns(1)
    assert any("not finite" in note for note in bench.notes)
    assert "the ear has a cold" in bench.notes
    assert all(np.isfinite(samples_of(frame)).all() for frame in bench.loops)
    steps = [header["step"] for header, _ in bench.loops]
    assert steps == sorted(steps)


def test_a_beginning_that_fails_is_tried_again_with_what_was_changed_since(clip, monkeypatch):
    ear = stage_ears.small()
    listen, listenings = ear.listen, []

    def listen_with_little_memory(*arguments, **options):
        listenings.append(arguments)
        if len(listenings) < 3:
            raise MemoryError("not enough memory")
        return listen(*arguments, **options)

    monkeypatch.setattr(ear, "listen", listen_with_little_memory)
    bench = Bench(ear)
    bench.begin(clip, a_state())
    bench.turns(1)
    assert bench.notes == ["not enough memory"]
    bench.change(a_state(generation=7))
    other = np.full_like(clip, 0.1)
    mixed = a_state(generation=8, parameters=PARAMETERS.defaults() | {"mix": 1.0})
    bench.inbox.put(({"type": "mix", "state": state_to(mixed)}, other.tobytes()))
    deadline = time.monotonic() + 60
    while not any(header["kind"] == "dream" for header, _ in bench.loops):
        assert time.monotonic() < deadline
        bench.turns(1)
    start, dream = bench.loops[0], bench.loops[-1]
    assert start[0]["kind"] == "start"
    assert np.array_equal(samples_of(start), clip)
    assert dream[0]["generation"] == 8
    traced = [header["what"] for header, _ in bench.sent if header["type"] == "trace"]
    assert traced[:3] == ["begin", "state", "mix"]


def test_going_on_from_a_loop_keeps_to_the_clip_s_loudness(ear, clip):
    bench = Bench(ear)
    quiet = (clip[::-1] * 0.05).copy()
    bench.begin(clip, a_state(), last=quiet, announce=False)
    bench.pull()
    bench.turns(1)
    (loop,) = bench.loops
    assert loop[0]["kind"] == "dream"
    rms = np.sqrt(np.mean(samples_of(loop) ** 2) / np.mean(clip**2))
    assert 0.7 < rms < 1.4
    assert np.corrcoef(samples_of(loop), quiet)[0, 1] > 0.7


def likeness(frame, sound):
    return np.corrcoef(samples_of(frame), sound)[0, 1]


def test_another_sound_is_mixed_in_where_one_is_chosen(ear, clip):
    other = (0.2 * np.sin(np.arange(len(clip)) / 15)).astype(np.float32)
    strong = a_state(parameters={**PARAMETERS.defaults(), "mix": 0.8})
    bench = Bench(ear)
    bench.begin(clip, strong, mix=other)
    bench.turns(4)
    bench.pull()
    bench.turns(1)
    before = likeness(bench.loops[-1], other)
    assert before > 0.8
    # Back to the clip itself, from the sound as it is, and steps are counted on.
    steps = bench.loops[-1][0]["step"]
    back = State(**{**vars(strong), "generation": 3})
    bench.inbox.put(({"type": "mix", "state": state_to(back)}, b""))
    bench.pull()
    bench.turns(1)
    header = bench.loops[-1][0]
    assert (header["generation"], header["step"]) == (3, steps + 1)
    assert 0.1 < likeness(bench.loops[-1], other) < before - 0.05
    bench.turns(4)
    bench.pull()
    bench.turns(1)
    assert likeness(bench.loops[-1], clip) > 0.8


def test_states_that_travel_are_plain_json():
    assert state_to(a_state())["targets"] == (asdict(TARGET),)


def test_a_neurons_edges_are_told_while_it_dreams(ear, clip):
    bench = Bench(ear)
    bench.begin(clip, a_state())
    bench.inbox.put(({"type": "edges", "ask": 7, "neuron": 12_000, "count": 200}, b""))
    bench.inbox.put(({"type": "edges", "ask": 8, "neuron": 10**6, "count": 200}, b""))
    answers = []
    deadline = time.monotonic() + 60
    while len(answers) < 2 and time.monotonic() < deadline:
        bench.turns(1)
        answers = [header for header, _ in bench.sent if header["type"] == "edges"]
    told, refused = answers
    assert (told["ask"], told["neuron"]) == (7, 12_000)
    assert len(told["neurons"]) == len(told["weights"]) == 200
    assert told["weights"] == sorted(told["weights"], reverse=True)
    assert min(told["weights"]) > 0
    assert refused["ask"] == 8
    assert refused["neurons"] == []
    assert "expected a neuron from 0 to 17783, got 1000000" in refused["problem"]
    assert bench.notes == []
