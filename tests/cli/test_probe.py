"""`immersions probe`: from labelled files to a report, and one line for what goes wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from command_line import fails
from probing_task import write_classes
from tiny_music import EAR

from immersions import cli
from immersions.ears import save_pretrained
from immersions.ears.contrastive import ContrastiveNetwork

IMMERSIONS = [sys.executable, "-c", "from immersions.cli import main; main()"]
SCORES = {"accuracy", "accuracy_std", "loss"}


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ears") / "tiny"
    torch.manual_seed(0)
    save_pretrained(folder, "tiny", ContrastiveNetwork(EAR), {}, "# Tiny\n")
    return folder


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of two files, and one file that is broken."""
    folder = write_classes(tmp_path_factory.mktemp("task") / "orders", files=2, seconds=8.0)
    (folder / "up" / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    return folder


def test_labelled_files_become_a_report(ear: Path, task: Path, tmp_path: Path) -> None:
    report, picture = tmp_path / "report.json", tmp_path / "confusion.png"
    done = subprocess.run(
        [
            *(*IMMERSIONS, "probe", str(ear), str(task), "--split", "time", "--seeds", "2"),
            *("--supervised-steps", "4", "--threads", "1", "--cache", str(tmp_path / "cache")),
            *("--report", str(report), "--picture", str(picture)),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert said[0] == "listening to 5 files"
    assert said[1].startswith("left out broken.flac: ")
    told = json.loads(report.read_text())
    assert (told["task"], told["split"], told["classes"]) == ("orders", "time", 2)
    assert told["items"] > 20
    for key in ("ear", "untrained", "logmel", "mfcc", "supervised"):
        assert told[key].keys() >= SCORES, key
    assert told["ear"]["name"] == "tiny"
    assert told["supervised"]["accuracy_std"] is None  # of a single seed
    assert told["supervised"]["steps"] == 4
    assert len(told["left_out"]) == 1
    assert picture.read_bytes().startswith(b"\x89PNG")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"orders, split time: {told['items']} items of ")
    row = next(line for line in lines if line.startswith("log-mel bands"))
    assert f"{100 * told['logmel']['accuracy']:.1f} %" in row
    assert f"± {100 * told['logmel']['accuracy_std']:.1f}" in row
    assert any(line.startswith("trained on the labels ") for line in lines)


def test_the_rival_can_be_left_out(
    ear: Path, task: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["probe", ear, task, "--no-supervised", "--seeds", "1", "--report", report]
    assert cli.run([*map(str, arguments), "--cache", str(tmp_path)]) == 0
    assert json.loads(report.read_text())["supervised"] is None
    assert "trained on the labels" not in capsys.readouterr().out


def test_what_cannot_be_probed_is_one_line(
    ear: Path, task: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = ("--cache", tmp_path / "cache")
    (tmp_path / "one.csv").write_text(f"{task}/up/0.wav,a\n{task}/up/broken.flac,b\n")
    for arguments, words in (
        ((ear, tmp_path / "missing"), "missing: expected a folder of class folders or a CSV"),
        ((ear, tmp_path / "one.csv"), "one: expected items of 2 classes or more, got 1"),
        (("nobody", task), "no such ear"),
        ((ear, task, "--split", "luck"), "expected items, time, groups, got 'luck'"),
        ((ear, task, "--report", tmp_path / "nowhere" / "r.json"), "there is no folder"),
        ((ear, task, "--picture", tmp_path), "expected a file to write, got a folder"),
        ((ear, task, "--device", "abacus"), "--device: expected cpu"),
        ((ear, task, "--precision", "float8"), "float32 or bfloat16"),
        ((ear, task, "--seeds", "0"), "--seeds"),
        ((ear, task, "--item-seconds", "0.1"), "--item-seconds: expected 0."),
        ((ear, task, "--item-seconds", "61"), "--item-seconds"),
        (
            (ear, task, "--curve", tmp_path / "c.png"),
            "tiny: expected the folder of a run with ears",
        ),
        ((ear, task, "--seeds", "9" * 20), "equal to 1000"),
        ((ear, task, "--report", "/proc/r.json"), "/proc/r.json: cannot be written in /proc"),
        (
            (ear, task, "--report", tmp_path / "r", "--picture", tmp_path / "r"),
            "the same one twice",
        ),
    ):
        assert words in fails(capsys, "probe", *arguments, *cache)


def test_an_ear_without_a_context_is_one_line(
    task: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_ear.py").write_text(
        "import torch\nfrom immersions.ears import from_module\n\n"
        "def make():\n"
        "    return from_module(torch.nn.Sequential(torch.nn.Conv1d(1, 2, 9)), 8000, ['0'],\n"
        "                       prepare=lambda sound: sound[:, None])\n"
    )
    monkeypatch.chdir(tmp_path)
    said = fails(capsys, "probe", "own_ear:make", task, "--cache", tmp_path / "cache")
    assert said == "own_ear:make: expected an ear with a context network, got ModuleEar"


def test_how_an_ear_came_on_is_a_picture(ear: Path, task: Path, tmp_path: Path) -> None:
    """From a run of `immersions train` that kept ears on the way."""
    run, picture, report = tmp_path / "run", tmp_path / "curve.png", tmp_path / "report.json"
    for step in (2, 10):
        torch.manual_seed(step)
        folder = run / "snapshots" / f"{step:06}"
        save_pretrained(folder, f"{step:06}", ContrastiveNetwork(EAR), {}, "")
    settings = {"ear": asdict(EAR), "training": {"items": 8, "contexts": 4}}
    (run / "training.json").write_text(json.dumps(settings))
    for file in ear.iterdir():
        shutil.copy(file, run)  # the finished ear may lie in the same folder
    arguments = ["probe", run, task, "--curve", picture, "--report", report, "--no-supervised"]
    arguments += ["--seeds", "2", "--item-seconds", "1.2", "--cache", tmp_path / "cache"]
    assert cli.run([str(one) for one in arguments]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    told = json.loads(report.read_text())
    assert told["item_seconds"] == 1.2
    assert [row["step"] for row in told["curve"]] == [2, 10]
