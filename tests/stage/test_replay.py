"""A logged performance is dreamed again: the same loops, to the sample."""

import json
from dataclasses import replace

import numpy as np
import pytest
import stage_ears
import torch
from logged_engine import LoggedEngine
from stage_ears import RATE

from immersions import ears
from immersions.dreaming import PARAMETERS
from immersions.stage import logs
from immersions.stage.logs.writing import NAME
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.start_sounds import common
from immersions.stage.workers.replay import Replay

TARGET = Range("encoder.1", channel=(0.0, 0.5))


@pytest.fixture(scope="module")
def ear():
    return stage_ears.small()


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def a_state(clip="beat", **changes):
    base = {"running": True, "parameters": PARAMETERS.defaults(), "targets": (TARGET,)}
    return State(clip, "small", 2.0, **{**base, **changes})


def replayed(folder, deck=0):
    return list(Replay(logs.read(folder), deck, ears.load, common).loops())


def assert_same(found, played):
    assert [each.id for each in found] == list(played)
    assert [each.same for each in found] == [True] * len(played)
    for each in found:
        assert np.array_equal(each.samples, played[each.id])


def test_every_loop_of_a_busy_performance_comes_back(tmp_path, ear, clip):
    """Parameters, targets, another sound mixed in, a failure, a rest, a worker that died."""
    played = LoggedEngine(tmp_path / "log", ear, "small")
    state = a_state()
    played.begin(state, clip)
    played.turns(3, pull=True)
    turned = {**state.parameters, "learning_rate": 0.2, "time_shift": 0.5}
    state = replace(state, parameters=turned, generation=1)
    played.change(state)
    played.turns(2, pull=True)
    state = replace(state, targets=(), generation=2)
    played.change(state)
    played.turns(1)
    state = replace(state, targets=(Range("encoder.2"),), generation=3)
    played.change(state)
    played.turns(2)
    state = replace(state, mix="noise", generation=4)
    played.mix_in(state, np.resize(common("noise", RATE, 0), len(clip)))
    played.turns(2, pull=True)
    _fail_once(played.engine)
    played.turns(1)
    played.engine._not_before = 0.0
    played.turns(2, pull=True)
    state = replace(state, running=False, generation=5)
    played.change(state)
    played.turns(2)
    state = replace(state, running=True, seed=5, generation=6)
    played.change(state)
    played.turns(2, pull=True)
    # The process dies before it does what it was told last; another goes on from the last loop.
    played.change(replace(state, generation=7))
    last = max(played.loops)
    played.start_worker()
    played.begin(state, clip, last=played.loops[last], step=12, announce=False)
    played.turns(2, pull=True)
    played.log.close()
    assert len(played.loops) >= 7
    assert_same(replayed(tmp_path / "log"), played.loops)


def _fail_once(engine):
    dream = engine._dream
    step = dream.step

    def failing():
        dream.step = step
        raise FloatingPointError("a step was not finite")

    dream.step = failing


def test_a_clip_that_every_machine_has_is_not_stored_and_an_own_one_is(tmp_path, ear, clip):
    played = LoggedEngine(tmp_path / "log", ear, "small")
    played.begin(a_state("breakbeat", running=False), common("breakbeat", RATE, 0))
    played.turns(1)
    played.begin(a_state("upload-1", running=False), clip)
    played.turns(1)
    played.log.close()
    assert_same(replayed(tmp_path / "log"), played.loops)
    stored = list((tmp_path / "log" / "sounds").iterdir())
    assert len(stored) == 1
    stored[0].unlink()
    with pytest.raises(ValueError, match="the log needs this sound") as error:
        replayed(tmp_path / "log")
    assert "\n" not in str(error.value)


def test_another_ear_of_the_same_name_is_one_line(tmp_path, ear, clip):
    played = LoggedEngine(tmp_path / "log", ear, "small")
    played.begin(a_state(running=False), clip)
    played.turns(1)
    played.log.close()
    found = Replay(logs.read(tmp_path / "log"), 0, lambda source: ears.load("piano"), common)
    with pytest.raises(ValueError, match="the ear small is not the one that was played with"):
        list(found.loops())


def test_how_far_another_machine_s_loop_is_away_is_told(tmp_path, ear, clip):
    played = LoggedEngine(tmp_path / "log", ear, "small")
    played.begin(a_state(), clip)
    played.turns(3, pull=True)
    played.log.close()
    path = tmp_path / "log" / NAME
    lines = path.read_text().splitlines()
    begins = [number for number, line in enumerate(lines) if '"event":"begin"' in line]
    told = json.loads(lines[begins[0]])
    told["state"]["seed"] = 9
    told["state"]["parameters"]["input_noise"] = 0.01
    lines[begins[0]] = json.dumps(told)
    path.write_text("\n".join(lines) + "\n")
    start, *dreams = replayed(tmp_path / "log")
    assert start.same
    assert dreams
    for each in dreams:
        assert each.same is False
        assert -80 < each.away_db < 6
