"""What a run looks like on a terminal, and in a file."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from immersions.cli.training_display import Lines, display, milestone, waited_line

ROW = {"step": 40.0, "loss": 1.25}
HELD_OUT = {"validation_all": 0.5, "validation_across": 0.75, "validation_within": 0.625}
CHANCE = {"chance_all": 0.03125, "chance_across": 1 / 29, "chance_within": 0.25}
LINE = "step 40: loss 1.250  held out 50.0 % (other tracks 75.0 %, same track 62.5 %)"
SHOWN = """
from pathlib import Path
from immersions.cli.training_display import Bars, display
with display() as shown:
    assert isinstance(shown, Bars)
    shown.listen(2)
    shown.listened(Path("[bold]odd.wav"))
    shown.train(10, 40)
    shown.say("left out [red]odd[/red].wav")
    shown.trained({"step": 39.0, "loss": 2.0})
    shown.trained({"step": 40.0, "loss": 1.25, "validation_all": 0.5,
                   "validation_across": 0.75, "validation_within": 0.625, "waited": 0.07})
"""


def test_a_validation_is_a_line() -> None:
    assert milestone(ROW | HELD_OUT) == LINE
    assert milestone(ROW) == ""
    assert milestone({"step": 200.0, "loss": 1.25}) == "step 200: loss 1.250"
    assert milestone(ROW | HELD_OUT | {"waited": 0.031}) == f"{LINE}  waited 3 %"


def test_beside_the_accuracies_stands_their_chance() -> None:
    by_chance = f"{LINE[:-1]}; by chance 3.1, 3.4, 25.0 %)"
    assert milestone(ROW | HELD_OUT | CHANCE) == by_chance
    alone = {"validation_all": 0.5, "validation_within": 0.5, "chance_all": 0.125}
    said = milestone(ROW | alone | {"chance_within": 0.125})
    assert said.endswith("held out 50.0 % (same track 50.0 %; by chance 12.5, 12.5 %)")


def test_what_was_waited_is_said_at_the_end_with_what_may_help() -> None:
    assert waited_line(0.004) == "waited 0.4 % of the time for data"
    assert waited_line(0.05) == "waited 5.0 % of the time for data"
    assert waited_line(0.12).startswith("waited 12.0 % of the time for data: a faster disk for")


def test_without_a_terminal_it_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with display() as shown:
        assert isinstance(shown, Lines)
        shown.listen(3)
        shown.train(10, 40)
        shown.trained(ROW)
        shown.trained(ROW | HELD_OUT)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["listening to 3 files", "training from step 10 to 40", LINE]


def test_on_a_terminal_it_is_bars_below_the_lines() -> None:
    mine, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen([sys.executable, "-c", SHOWN], stderr=its, env=environment)
    os.close(its)
    seen = b""
    try:
        while piece := os.read(mine, 65536):
            seen += piece
    except OSError:  # how a pseudo-terminal says that its other end has closed
        pass
    os.close(mine)
    assert process.wait() == 0
    text = seen.decode()
    assert LINE in text
    assert "left out [red]odd[/red].wav" in text  # names are not markup
    assert "[bold]odd.wav" in text
    assert "40/40" in text
    assert text.count("waited 7 %") >= 2  # in the line, and beside the bar
