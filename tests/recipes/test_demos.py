"""The demos' scores: logs of a minute each that can be read, and say what they are asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from immersions.stage import logs
from immersions.stage.logs import events as say
from immersions.stage.logs.timeline import timeline

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "demos"))

import demos


@pytest.mark.parametrize("name", demos.DEMOS)
def test_a_score_is_a_log_of_a_minute(tmp_path: Path, name: str) -> None:
    path = demos.DEMOS[name]().write(tmp_path / name, demos.SECONDS)
    performance = logs.read(path)
    line = timeline(performance)
    assert 58 < line.seconds < 64
    for deck, sounded in line.decks.items():
        frames = [each.frame for each in sounded]
        assert frames == sorted(set(frames))
        steps = [
            each.step
            for each in performance.dreaming(deck)
            if isinstance(each, say.LoopMade) and each.kind == "dream"
        ]
        assert len(steps) > 5
    again = demos.DEMOS[name]().write(tmp_path / "again", demos.SECONDS)
    assert again.read_bytes() == path.read_bytes(), "a score is the same each time"


def test_a_change_acts_where_it_was_written(tmp_path: Path) -> None:
    score = demos.Score(steps=10)
    deck = score.deck("small", "breakbeat")
    deck.aim(1, demos.neurons(deck.ear, "encoder.3", 127, pitch=10))
    deck.dream(2)
    deck.set(5, {"learning_rate": 0.2})
    performance = logs.read(score.write(tmp_path, 12))
    aim, run, turn = [each for each in performance.events if isinstance(each, say.StateChange)]
    (aimed,) = aim.change["targets"]
    assert (aimed["layer"], aimed["channel"], aimed["pitch"]) == ("encoder.3", [1, 0], [1, 0])
    assert run.change == {"running": True, "generation": run.change["generation"]}
    assert (run.step, turn.step) == (0, 30)
    assert turn.change["parameters"] == {"learning_rate": 0.2}
