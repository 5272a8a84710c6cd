"""Model cards and tables from reports: nothing is lost, and a second run changes nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "src" / "immersions" / "assets" / "ears" / "small" / "README.md"


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "recipes" / script, *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def score(accuracy: float, loss: float = 0.5, deviation: float | None = 0.012) -> dict[str, Any]:
    return {"accuracy": accuracy, "accuracy_std": deviation, "loss": loss}


def report(folder: Path, ear: str, split: str, accuracy: float, **others: Any) -> Path:
    """A report as `immersions probe` writes it, with the keys that a table needs."""
    told = {
        "task": "tracks",
        "split": split,
        "classes": 2,
        "items": 40,
        "seeds": 5,
        "ear": {"name": ear, "architecture": "h20"} | score(accuracy, 0.391),
        "untrained": score(0.4),
        "logmel": score(0.808),
        "mfcc": score(0.7),
        "supervised": None,
        "chance": 0.5,
        "readout": "last c",
        "readouts": {"mean of c": score(accuracy + 0.05)},
        "untrained_readouts": {"mean of c": score(0.45)},
        "item_seconds": 7.8,
    }
    path = folder / f"{ear}-{split}-{len(list(folder.glob('*.json')))}.json"
    path.write_text(json.dumps(told | others))
    return path


def cells(table: str, name: str) -> list[str]:
    """What stands in the row of that name."""
    (row,) = [line for line in table.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


def test_ears_are_rows_and_tasks_are_columns(tmp_path: Path) -> None:
    rival = score(0.61, 1.25, None)
    paths = [
        report(tmp_path, "house", "items", 0.904),
        report(tmp_path, "house", "time", 0.85, supervised=rival),
        report(tmp_path, "piano", "items", 0.7),
    ]
    done = run("probe_table.py", *paths, "--json", tmp_path / "table.json")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == ("| | tracks, items: loss | accuracy | tracks, time: loss | accuracy |")
    assert cells(done.stdout, "house") == ["0.391", "90.4 ± 1.2", "0.391", "85.0 ± 1.2"]
    assert cells(done.stdout, "piano") == ["0.391", "70.0 ± 1.2", "–", "–"]
    assert cells(done.stdout, "h20 untrained") == ["0.500", "40.0 ± 1.2"] * 2  # once, of both ears
    assert cells(done.stdout, "h20 trained on the labels") == ["–", "–", "1.250", "61.0"]
    assert cells(done.stdout, "log-mel bands")[1] == "80.8 ± 1.2"
    assert cells(done.stdout, "always the largest class") == ["–", "50.0"] * 2
    assert lines[2].startswith("| house |")
    table = json.loads((tmp_path / "table.json").read_text())
    assert table["columns"][1] == {"task": "tracks", "split": "time"}
    assert table["rows"][1]["cells"][1] is None
    done = run("probe_table.py", *paths, "--readout", "mean of c", "--readout", "last c")
    assert cells(done.stdout, "house, mean of c")[1] == "95.4 ± 1.2"
    assert cells(done.stdout, "house, last c")[1] == "90.4 ± 1.2"
    assert cells(done.stdout, "h20 untrained, mean of c")[1] == "45.0 ± 1.2"


def test_a_readout_that_only_some_have_is_a_row_of_theirs(tmp_path: Path) -> None:
    deeper = {"encoder.3": score(0.6)}
    paths = [
        report(tmp_path, "house", "items", 0.9, readouts=deeper, untrained_readouts=deeper),
        report(tmp_path, "piano", "items", 0.8),
    ]
    done = run("probe_table.py", *paths, "--readout", "last c", "--readout", "encoder.3")
    assert done.returncode == 0, done.stderr
    assert cells(done.stdout, "house, encoder.3")[1] == "60.0 ± 1.2"
    assert cells(done.stdout, "piano, last c")[1] == "80.0 ± 1.2"
    assert "piano, encoder.3" not in done.stdout


def test_items_of_different_lengths_are_rows_of_their_own(tmp_path: Path) -> None:
    paths = [
        report(tmp_path, "house", "items", 0.9),
        report(tmp_path, "house", "items", 0.8, item_seconds=4.1, logmel=score(0.75)),
    ]
    done = run("probe_table.py", *paths)
    assert cells(done.stdout, "house, 7.8 s")[1] == "90.0 ± 1.2"
    assert cells(done.stdout, "house, 4.1 s")[1] == "80.0 ± 1.2"
    assert cells(done.stdout, "log-mel bands, 4.1 s")[1] == "75.0 ± 1.2"


def test_what_is_no_table_is_one_line(tmp_path: Path) -> None:
    one, again = (report(tmp_path, "house", "items", accuracy) for accuracy in (0.9, 0.8))
    other = tmp_path / "other.txt"
    other.write_text('{"task": "x"}')
    for arguments, words in (
        ((one, again), "two reports of house on tracks, split items"),
        ((one, other), "other.txt: expected a report of `immersions probe`, it has no"),
        ((one, tmp_path / "none.json"), "none.json"),
        ((one, "--readout", "first c"), "expected one of last c, mean of c, got 'first c'"),
    ):
        done = run("probe_table.py", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("probe_table.py: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.fixture
def ear(tmp_path: Path) -> Path:
    """A folder with the card of the bundled ear."""
    folder = tmp_path / "ear"
    folder.mkdir()
    shutil.copy(SMALL, folder / "README.md")
    return folder


def test_nothing_given_changes_nothing(ear: Path) -> None:
    assert run("card.py", ear).returncode == 0
    assert (ear / "README.md").read_text() == SMALL.read_text()


def test_the_curve_of_the_folder_is_a_short_table(ear: Path) -> None:
    """Its first rows and its last; a column that was not measured is left out."""
    rows = [
        {"step": 100.0 * number, "loss": 2.0, "validation_loss": 1.5, "validation_all": number / 50}
        for number in range(1, 48)
    ]
    (ear / "curve.json").write_text(json.dumps(rows))
    assert run("card.py", ear).returncode == 0
    card = (ear / "README.md").read_text()
    table = card[card.index("## Curve") : card.index("## Probe")].strip().splitlines()
    assert table[4] == "| steps | the whole batch | loss there | loss in training |"
    assert len(table) == 6 + 8
    assert table[-1] == "| 4700 | 94.0 | 1.500 | 2.000 |"
    (ear / "curve.json").write_text("[1]")
    done = run("card.py", ear)
    assert done.returncode == 1
    assert "curve.json: expected what `immersions train` wrote" in done.stderr
    assert (ear / "README.md").read_text() == card


def test_parts_are_replaced_or_added_and_others_stay(ear: Path, tmp_path: Path) -> None:
    before = (ear / "README.md").read_text()
    excites = tmp_path / "excites.json"
    example = {"track": "a/b.ogg", "seconds": 64.2, "deviations": 6.13, "hertz": 441.0}
    example |= {"narrow": True, "note": "A4"}
    row = {"layer": "encoder.0", "channel": 3, "goes_with": {"level": -0.61}, "excerpts": [example]}
    told = {
        "ear": "x",
        "music": ["m"],
        "tracks": 9,
        "hours": 1.0,
        "excerpts": 80,
        "excerpt_seconds": 4.1,
    }
    excites.write_text(json.dumps(told | {"channels": [row]}))
    (tmp_path / "more.md").write_text("## Use\n\nPlay it.\n\n## Licence and use\n\nNone.\n")
    curve = [
        {"step": 5, "hours": 0.5, "readouts": {"last c": score(0.3)}},
        {"step": 10, "hours": 1.0, "readouts": {"last c": score(0.35)}},
    ]
    paths = [
        report(tmp_path, "small", "items", 0.87, curve=curve),
        report(tmp_path, "small", "time", 0.8),
    ]
    arguments = ("card.py", ear, "--probe", *paths, "--excites", excites, "--sections")
    done = run(*arguments, tmp_path / "more.md")
    assert done.returncode == 0, done.stderr
    card = (ear / "README.md").read_text()
    titles = [line for line in card.splitlines() if line.startswith("## ")]
    names = ("Curve", "Probe", "What each layer responds to", "Use", "Licence and use", "Music")
    assert titles == [f"## {name}" for name in names]
    head, music = before.partition("\n## ")[0], before[before.index("\n## Music") :]
    assert card.startswith(head)
    assert card.endswith(music)
    assert "## Licence and use\n\nNone.\n" in card
    assert cells(card, "small, mean of c") == ["0.500", "92.0 ± 1.2", "0.500", "85.0 ± 1.2"]
    assert cells(card, "10") == ["1.0", "35.0"]
    assert "| encoder.0 | 3 | level −0.61 | a/b 1:04 (+6.1, 441 Hz A4) |" in card
    assert run(*arguments, tmp_path / "more.md").returncode == 0
    assert (ear / "README.md").read_text() == card


def test_what_is_no_card_is_one_line(ear: Path, tmp_path: Path) -> None:
    before = (ear / "README.md").read_text()
    loose = tmp_path / "loose.md"
    loose.write_text("No heading.\n")
    for arguments, words in (
        ((tmp_path / "nowhere",), "nowhere"),
        ((ear, "--sections", loose), "loose.md: expected sections that begin with '## '"),
        ((ear, "--excites", loose), "loose.md: expected a report of `immersions ears listen`"),
        ((ear, "--probe", loose), "loose.md: expected a report of `immersions probe`"),
    ):
        done = run("card.py", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("card.py: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert (ear / "README.md").read_text() == before


def test_the_task_of_fifteen_tracks_is_what_its_script_writes() -> None:
    done = run("tasks/tracks15.py")
    assert done.stdout == (ROOT / "recipes" / "tasks" / "tracks15.csv").read_text()
    assert done.stdout.count("\n") == 16
