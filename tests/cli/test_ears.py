from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_ear import network

from immersions import cli
from immersions.ears import save_pretrained


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


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Three tracks of beats at pitches of their own, one too short, and one that is broken."""
    folder = tmp_path / "music"
    folder.mkdir()
    time = np.arange(20 * 16_000) / 16_000
    for pitch in (110, 440, 1760):
        sound = 0.3 * np.sin(2 * np.pi * pitch * time) * np.exp(-(time % 0.5) * 8)
        soundfile.write(folder / f"{pitch}.wav", sound, 16_000, "FLOAT")
    soundfile.write(folder / "short.wav", sound[:4000], 16_000)
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    return folder


def test_what_excites_an_ear(
    ear_folder: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, sounds = tmp_path / "report.json", tmp_path / "sounds"
    arguments = ["listen", ear_folder, music, "--channels", 2, "--examples", 2]
    arguments += ["--report", report, "--sounds", sounds, "--cache", tmp_path / "cache"]
    assert cli.run(["ears", *map(str, arguments)]) == 0
    out, error = capsys.readouterr()
    told = json.loads(report.read_text())
    assert (told["ear"], told["tracks"]) == ("tiny", 3)
    names = {"music/110.wav", "music/440.wav", "music/1760.wav"}
    for row in told["channels"]:
        tracks = [example["track"] for example in row["excerpts"]]
        assert len(set(tracks)) == 2
        assert names.issuperset(tracks)
    assert out.startswith("## What each layer responds to\n")
    assert sum(line.startswith("| ") for line in out.splitlines()) == 1 + len(told["channels"])
    assert len(list(sounds.glob("*.flac"))) == 2 * len(told["channels"])
    said = error.splitlines()
    assert said[0] == "listening to 5 files"
    assert any(line.startswith("left out broken.flac: ") for line in said)
    assert any(line.startswith("left out short.wav: shorter than an item") for line in said)


def test_what_cannot_listen_is_one_line(
    ear_folder: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    save_pretrained(tmp_path / "bare", "bare", network(), {}, "")
    short = music / "short.wav"
    for arguments, words in (
        (("nobody", music), "no such ear"),
        ((ear_folder, tmp_path / "nowhere"), "nowhere: expected a folder of sound files"),
        ((ear_folder, short), "scalogram frames or more, found none"),
        ((tmp_path / "bare", music), "bare: expected an ear with statistics of its neurons"),
        ((ear_folder, music, "--sounds", short), "expected a folder, got a file"),
        ((ear_folder, music, "--report", tmp_path / "no" / "r.json"), "there is no folder"),
        ((ear_folder, music, "--channels", "0"), "--channels"),
        ((ear_folder,), "Missing argument"),
    ):
        cache = ("--cache", tmp_path / "cache")
        assert cli.run(["ears", "listen", *map(str, (*arguments, *cache))]) == 2
        error = capsys.readouterr().err.splitlines()
        assert error[-1].startswith("immersions: ")
        assert words in error[-1]
        assert "Traceback" not in "\n".join(error)
