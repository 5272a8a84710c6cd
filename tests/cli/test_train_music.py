"""What `immersions train` finds and says of the music, and what it keeps of the run for others."""

from __future__ import annotations

import importlib.util
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
from audio_processes import ends

from immersions import cli
from immersions.training.kept import read_metrics

RATE = 16_000
IMMERSIONS = [sys.executable, "-c", "from immersions.cli import main; main()"]


def melody(number: int, seconds: float = 12.0) -> np.ndarray:
    """Notes of random length and pitch: nothing in it comes again."""
    random = np.random.default_rng(number)
    pieces = []
    for _ in range(round(6 * seconds)):
        time = np.arange(round(RATE * random.uniform(0.15, 0.35))) / RATE
        pitch = 110 * 2 ** (random.integers(0, 36) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * n * time) / n for n in (1, 2, 3))
        pieces.append(0.2 * tone * np.exp(-6 * time))
    return np.concatenate(pieces)[: round(seconds * RATE)].astype(np.float32)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three melodies, one of them three times, and files that are of no use."""
    folder = tmp_path_factory.mktemp("sounds")
    for number in range(3):
        soundfile.write(folder / f"melody-{number}.wav", melody(number), RATE)
    (folder / "melody-1-copy.wav").write_bytes((folder / "melody-1.wav").read_bytes())
    soundfile.write(folder / "melody-1-softer.ogg", 0.5 * melody(1)[2000:], RATE)
    soundfile.write(folder / "short.wav", melody(3, 1.0), RATE)
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    samples = melody(2).copy()
    samples[7] = np.nan
    soundfile.write(folder / "melody-2.wav", samples, RATE, "FLOAT")
    return folder


def command(music: Path, folder: Path, steps: int, *more: str) -> list[str]:
    return [
        *("train", str(music), "-o", str(folder / "ears" / "mine"), "--steps", str(steps)),
        *("--items", "4", "--crops", "2", "--threads", "1", "--held-out", "0.3"),
        *("--work", str(folder / "runs"), "--cache", str(music.parent / "cache"), *more),
    ]


def test_what_was_found_is_said_and_kept(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(command(music, tmp_path, 2)) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "listening to 7 files"
    assert "3 tracks, 0.6 minutes; left out: 2 duplicates, 2 other files" in lines
    kept = music / "melody-1-copy.wav"
    assert f"left out melody-1.wav: the same content as {kept}" in lines
    twin = f"left out melody-1-softer.ogg: the same recording as {kept} (likeness 0."
    assert sum(line.startswith(twin) for line in lines) == 1
    assert lines[-1].startswith("waited ")
    assert " % of the time for data" in lines[-1]

    index = (tmp_path / "runs" / "mine" / "index.jsonl").read_text().splitlines()
    rows = {Path(row["path"]).name: row for row in map(json.loads, index)}
    assert list(rows) == sorted(path.name for path in music.iterdir())
    sides = sorted(row["side"] for row in rows.values())
    assert sides == ["held out", "left out", "left out", "left out", "left out"] + 2 * ["training"]
    assert rows["melody-0.wav"]["seconds"] == pytest.approx(12.0, abs=0.1)
    assert rows["melody-2.wav"]["warnings"] == ["1 sample was not finite and became 0"]
    assert rows["melody-1-copy.wav"]["key"] == rows["melody-1.wav"]["key"]
    assert rows["melody-1-softer.ogg"]["left_out"].startswith("the same recording as ")
    assert rows["broken.flac"]["seconds"] is rows["broken.flac"]["fingerprint"] is None
    prints = {name: int(row["fingerprint"] or "0", 16) for name, row in rows.items()}
    kept_print = prints["melody-1-copy.wav"]
    assert (kept_print ^ prints["melody-1-softer.ogg"]).bit_count() < 12
    assert (kept_print ^ prints["melody-0.wav"]).bit_count() > 12


def test_ctrl_c_while_listening_ends_at_once(music: Path, tmp_path: Path) -> None:
    """Even where a codec hangs: here a program in the place of ffmpeg."""
    program = tmp_path / "programs" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    program.chmod(0o755)
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "hangs.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    arguments = command(tmp_path / "music", tmp_path, 2)
    with subprocess.Popen(
        [*IMMERSIONS, *arguments], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        while not (tmp_path / "pid").exists() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.2)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait() == 130
    assert time.monotonic() - began < 20
    assert said.splitlines() == ["listening to 1 files"]
    hung = int((tmp_path / "pid").read_text())
    assert ends(hung)


@pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)
def test_tensorboard_shows_what_the_metrics_hold(music: Path, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    more = ("--tensorboard", "--validate-every", "1", "--workers", "0")
    assert cli.run(command(music, tmp_path, 2, *more)) == 0
    told = EventAccumulator(str(tmp_path / "runs" / "mine" / "tensorboard"))
    told.Reload()
    rows = read_metrics(tmp_path / "runs" / "mine" / "metrics.jsonl")
    for name in ("loss", "accuracy", "gradient_norm", "waited"):
        values = [event.value for event in told.Scalars(name)]
        assert values == pytest.approx([row[name] for row in rows]), name
    held_out = [(row["step"], row["validation_all"]) for row in rows if "validation_all" in row]
    events = told.Scalars("validation/all")
    assert [event.step for event in events] == [step for step, _ in held_out] == [1, 2]
    assert all(event.value > 0 for event in told.Scalars("learning_rate"))


@pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is not None, reason="tensorboard is installed"
)
def test_without_tensorboard_that_is_said_first(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(command(music, tmp_path, 2, "--tensorboard")) == 2
    wanted = "--tensorboard needs tensorboard: pip install 'immersions[tensorboard]'"
    assert capsys.readouterr().err == f"immersions: {wanted}\n"
