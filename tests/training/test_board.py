"""What TensorBoard shows of a run, also of one that was stopped and went on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from immersions.training.board import FOLDER, Board

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


def shown(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    told = EventAccumulator(str(folder / FOLDER))
    told.Reload()
    return {
        tag: [(event.step, round(event.value, 4)) for event in told.Scalars(tag)]
        for tag in told.Tags()["scalars"]
    }


def test_the_figures_of_every_step_are_shown(tmp_path: Path) -> None:
    board = Board(tmp_path, 0)
    row = {"step": 1.0, "loss": 2.5, "accuracy": 0.25, "gradient_norm": 3.0, "waited": 0.01}
    held_out = {"validation_all": 0.5, "validation_within": 0.75, "chance_all": 0.03}
    board.add(row, 0.001)
    board.add(row | held_out | {"step": 2.0, "loss": 2.0}, 0.002)
    board.close()
    assert shown(tmp_path) == {
        "loss": [(1, 2.5), (2, 2.0)],
        "accuracy": [(1, 0.25), (2, 0.25)],
        "gradient_norm": [(1, 3.0), (2, 3.0)],
        "waited": [(1, 0.01), (2, 0.01)],
        "learning_rate": [(1, 0.001), (2, 0.002)],
        "validation/all": [(2, 0.5)],
        "validation/within": [(2, 0.75)],
    }


def test_a_run_that_goes_on_hides_what_it_repeats(tmp_path: Path) -> None:
    """Stopped at step 5, it goes on from the checkpoint of step 3."""
    for kept, last, loss in ((0, 5, 2.0), (3, 6, 1.0)):
        board = Board(tmp_path, kept)
        for step in range(kept + 1, last + 1):
            board.add({"step": float(step), "loss": loss}, 0.001)
        board.close()
    assert shown(tmp_path)["loss"] == [(1, 2), (2, 2), (3, 2), (4, 1), (5, 1), (6, 1)]
