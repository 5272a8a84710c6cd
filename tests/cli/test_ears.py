from __future__ import annotations

import json
from pathlib import Path

import pytest

from immersions import cli


def test_a_list_of_all_ears(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ears"]) == 0
    lines = capsys.readouterr().out.splitlines()
    named = {line.split()[0]: line for line in lines}
    assert {"small", "h20", "h19", "m19"} <= set(named)
    assert "40992 neurons" in named["h20"]
    assert "untrained" in named["m19"]
    assert "16000 Hz" in named["m19"]


def test_an_ear_as_json(ear_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ears", "show", str(ear_folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["sample_rate"], told["loop_seconds"]) == ("tiny", 16000, 2.0)
    assert told["trained"]
    assert told["hears_seconds"].keys() == {layer["name"] for layer in told["layers"]}
    assert told["hears_seconds"]["scalogram"] == pytest.approx(2 / 64, abs=1e-3)
    assert told["layers"][0] == {"name": "scalogram", "channels": 1, "pitches": 72, "frames": 64}
    assert set(told["parameters"]) == {"encoder", "context", "prediction"}
    assert told["parameters"]["prediction"] == 2 * 16 * 16


@pytest.mark.parametrize(
    ("preset", "counts"),
    [("h20", {"encoder": 4896720, "context": 4722176, "prediction": 2097152}), ("m19", None)],
)
def test_a_preset_as_json(
    preset: str, counts: dict[str, int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ears", "show", preset, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == preset
    assert not told["trained"]
    assert counts is None or told["parameters"] == counts


def test_an_ear_for_reading(ear_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ears", "show", str(ear_folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("tiny: 16000 Hz")
    assert lines[3].split() == ["scalogram", "1", "72", "64", "0.03", "s"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "nowhere"], "unknown ear 'nowhere'; ears: "),
        (["show"], "Missing argument"),
        (["show", "/"], "config.json"),
        (["hide"], "No such command"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ears", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("immersions: ")
    assert says in error
    assert error.count("\n") == 1
