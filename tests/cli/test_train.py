"""`immersions train`: from a folder to an ear, and one line for everything that goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import fails

from immersions import cli, ears
from immersions.training.kept import saved_step

RATE = 16_000
IMMERSIONS = [sys.executable, "-c", "from immersions.cli import main; main()"]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of ten seconds, one that is broken, one that is short, and a copy."""
    folder = tmp_path_factory.mktemp("sounds")
    time = np.arange(10 * RATE) / RATE
    for number, pitch in enumerate((110.0, 196.0, 330.0)):
        tone = 0.3 * np.sin(2 * np.pi * pitch * time) * np.exp(-(time % 0.25) * (4 + 4 * number))
        tone[0] = np.nan if number == 1 else tone[0]
        soundfile.write(folder / f"tone-{number}.wav", tone, RATE, "FLOAT")
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    (folder / "copy.wav").write_bytes((folder / "tone-0.wav").read_bytes())
    soundfile.write(folder / "short.wav", tone[:RATE], RATE)
    return folder


def command(music: Path, folder: Path, steps: int, *more: str) -> list[str]:
    return [
        *("train", str(music), "-o", str(folder / "ears" / "mine"), "--steps", str(steps)),
        *("--items", "4", "--crops", "2", "--threads", "1", "--held-out", "0.3"),
        *("--work", str(folder / "runs"), "--cache", str(music.parent / "cache"), *more),
    ]


def test_a_folder_becomes_an_ear(music: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("Tones by nobody, public domain.\n")
    more = ("--validate-every", "2", "--note", str(note), "--dropout", "0.25")
    done = subprocess.run(
        [*IMMERSIONS, *command(music, tmp_path, 4, *more)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "listening to 6 files"
    assert any(line.startswith("left out broken.flac: ") for line in lines)
    assert any(
        line.startswith("left out copy.wav: the same content as ")
        or line.startswith("left out tone-0.wav: the same content as ")
        for line in lines
    )
    assert "tone-1.wav: 1 sample was not finite and became 0" in lines
    assert "left out short.wav: shorter than an item: 43 frames" in lines
    assert sum(line.startswith(("step 2: loss ", "step 4: loss ")) for line in lines) == 2
    assert all("held out" in line for line in lines if line.startswith("step "))

    ear = ears.load(tmp_path / "ears" / "mine")
    assert ear.statistics.keys() == {layer.name for layer in ear.layers}
    config = json.loads((tmp_path / "ears" / "mine" / "config.json").read_text())["config"]
    assert config["dropout"] == 0.25
    card = (tmp_path / "ears" / "mine" / "README.md").read_text()
    assert "Tones by nobody" in card
    assert "4 steps of 4 items from 2 tracks" in card
    curve = json.loads((tmp_path / "ears" / "mine" / "curve.json").read_text())
    assert [row["step"] for row in curve] == [2, 4]


def test_other_music_is_validated_on(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None of the training's is kept back for it, and what is trained on is not validated on."""
    beside = tmp_path / "beside"
    beside.mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * RATE)
    soundfile.write(beside / "noise.wav", noise, RATE)
    (beside / "copy.wav").write_bytes((music / "tone-2.wav").read_bytes())
    more = ("--validate-on", str(beside), "--validate-every", "2")
    assert cli.run(command(music, tmp_path, 2, *more)) == 0
    curve = json.loads((tmp_path / "ears" / "mine" / "curve.json").read_text())
    assert curve[-1]["chance_all"] == 1 / 32  # as many excerpts, of the noise alone
    assert curve[-1]["chance_within"] == 1 / 32
    assert not [key for key in curve[-1] if key.endswith("across")], "there are no others"
    card = (tmp_path / "ears" / "mine" / "README.md").read_text()
    assert "2 steps of 4 items from 3 tracks" in card
    said = capsys.readouterr().err
    assert "held out: noise.wav alone, which says little of other music" in said
    assert "(same track " in said
    (beside / "noise.wav").unlink()
    said = fails(capsys, *command(music, tmp_path / "again", 2, *more))
    wanted = "--validate-on: expected music that is not trained on, found none in"
    assert said == f"{wanted} {beside}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_a_checkpoint(music: Path, tmp_path: Path, number: signal.Signals) -> None:
    arguments = command(music, tmp_path, 5000, "--validate-every", "1")
    with subprocess.Popen([*IMMERSIONS, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step 2:"):
                break
        process.send_signal(number)
        said = process.stderr.read().splitlines()
        assert process.wait() == 130
    kept = saved_step(tmp_path / "runs" / "mine" / "checkpoint.safetensors")
    assert kept >= 2
    assert said[-1] == f"stopped at step {kept}; the same command goes on from there"
    assert not (tmp_path / "ears").exists()


def test_a_full_disk_is_one_line_and_keeps_the_checkpoint(music: Path, tmp_path: Path) -> None:
    """A limit on the size of files, of 1 MB, stands in for it."""
    assert cli.run(command(music, tmp_path, 2, "--held-out", "0")) == 0
    checkpoint = tmp_path / "runs" / "mine" / "checkpoint.safetensors"
    before = checkpoint.read_bytes()
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20));"
        "from immersions.cli import main; main()"
    )
    arguments = command(music, tmp_path, 4, "--held-out", "0", "--checkpoint-every", "1")
    done = subprocess.run(
        [sys.executable, "-c", limited, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 2
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"immersions: {checkpoint}: could not write the checkpoint (")
    assert "File too large" in said
    assert said.endswith("; the one before is kept")
    assert checkpoint.read_bytes() == before
    assert sorted(path.name for path in checkpoint.parent.iterdir()) == [
        *("checkpoint.safetensors", "index.jsonl", "metrics.jsonl", "training.json")
    ]


def test_ctrl_c_before_training_is_silent(music: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "notes"
    os.mkfifo(fifo)  # whoever reads it waits, and so is surely interrupted before training
    arguments = command(music, tmp_path, 10, "--note", str(fifo))
    process = subprocess.Popen([*IMMERSIONS, *arguments], stderr=subprocess.PIPE, text=True)
    with fifo.open("w"):
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1


def test_a_damaged_checkpoint_is_one_line(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "checkpoint.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0not json at all!")
    said = fails(capsys, *command(music, tmp_path, 2))
    assert "checkpoint.safetensors: expected the checkpoint of this network" in said


def test_a_loss_that_is_no_number_is_one_line(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A learning rate far too high drives the weights out of all numbers."""
    fatal = command(music, tmp_path, 50, "--learning-rate", "1e38")
    said = fails(capsys, *fatal)
    assert "is not finite at step" in said
    assert ".wav" in said
    assert "checkpoint" not in said, "none was written before"
    said = fails(capsys, *fatal, "--checkpoint-every", "1")
    assert said.endswith("; the last checkpoint is kept")
    assert not (tmp_path / "ears").exists()


def test_folders_without_music_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = fails(capsys, *command(empty, tmp_path, 2))
    assert said == f"expected music to train on in {empty}, found no track"
    (empty / "broken.wav").write_bytes(b"RIFF....WAVE")
    assert fails(capsys, *command(empty, tmp_path, 2)) == said
    missing = tmp_path / "missing"
    assert str(missing) in fails(capsys, *command(missing, tmp_path, 2))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--preset", "h99"), "presets: small, h20, h19, m19"),
        (("--precision", "float8"), "float32 or bfloat16"),
        (("--loss", "mse"), "'cpc' or 'sat'"),
        (("--items", "1"), "--items"),
        (("--crops", "9"), "1 to that many crops"),
        (("--accumulate", "5"), "accumulate: expected 1 to 4, got 5"),
        (("--pitch", "-1"), "pitch: expected 0 to 12, got -1"),
        (("--mix", "2"), "mix: expected 0 to 1, got 2"),
        (("--held-out", "1.5"), "less than 1"),
        (("--steps", "0"), "--steps"),
        (("--seed", "-1"), "--seed"),
        (("--seed", "9" * 20), "2147483647"),
        (("--learning-rate", "-1"), "--learning-rate: expected a number above 0, got -1"),
        (("--learning-rate", "nan"), "--learning-rate: expected a number above 0, got nan"),
        (("--from", "small", "--preset", "small"), "--from brings its own architecture"),
        (("--device", "tpu"), "--device: expected cpu, cuda, cuda:N or mps, got 'tpu'"),
        (("--device", "cuda:99"), "--device cuda:99: expected GPU number 99, torch sees"),
        (("--workers", "-1"), "--workers"),
        (("--note", "/nowhere"), "--note: expected a text file, found no /nowhere"),
        (("--note", "/"), "--note: /: cannot be read"),
        (("--note", sys.executable), "--note: expected text in UTF-8, got"),
        (("--no-such-option",), "--no-such-option"),
    ],
)
def test_wrong_options_are_one_line(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str], words: str
) -> None:
    assert cli.run([*command(music, tmp_path, 2), *more]) == 2
    said = capsys.readouterr().err
    assert said.startswith("immersions: ")
    assert words in said
    assert said.count("\n") == 1, "not a file was listened to"


def test_a_file_in_the_ears_place_is_said_before_training(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ears").mkdir()
    (tmp_path / "ears" / "mine").write_text("not a folder")
    assert "expected a folder" in fails(capsys, *command(music, tmp_path, 2))


def test_places_that_take_nothing_are_said_before_listening(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "README.md").write_text("mine")
    monkeypatch.chdir(tmp_path / "papers")
    for more, words in (
        (("-o", "."), ".: expected a new or empty folder, or that of an ear"),
        (("--work", "README.md"), "README.md: expected a folder, got a file"),
        (("--cache", "README.md"), "README.md: expected a folder, got a file"),
    ):
        assert cli.run([*command(music, tmp_path, 2), *more]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1, "not a file was listened to"
