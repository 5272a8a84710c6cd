"""`immersions train` in two processes, as torchrun starts them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from immersions import cli, ears
from immersions.training.kept import saved_step

RATE = 16_000
# Three interpreters load torch for each start: some 6 s a test.
TORCHRUN = [
    *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
    *("--local-addr", "127.0.0.1", "--nproc-per-node", "2", "-m", "immersions.cli"),
]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    seconds = np.arange(10 * RATE) / RATE
    for number, pitch in enumerate((110.0, 196.0, 330.0)):
        tone = (
            0.3 * np.sin(2 * np.pi * pitch * seconds) * np.exp(-(seconds % 0.25) * (4 + 4 * number))
        )
        soundfile.write(folder / f"tone-{number}.wav", tone, RATE)
    return folder


def command(music: Path, folder: Path, steps: int, *more: str) -> list[str]:
    return [
        *("train", str(music), "-o", str(folder / "ears" / "mine"), "--steps", str(steps)),
        *("--items", "4", "--crops", "2", "--threads", "1", "--held-out", "0.3"),
        *("--validate-every", "2", "--checkpoint-every", "2"),
        *("--work", str(folder / "runs"), "--cache", str(music.parent / "cache"), *more),
    ]


def ours(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith("immersions: ")]


@pytest.mark.skipif(shutil.which("pgrep") is None, reason="needs pgrep to find the processes")
@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_dies_ends_the_run_with_one_line(
    music: Path, tmp_path: Path, victim: int
) -> None:
    """The last checkpoint stays, and one process can go on from it."""
    arguments = command(music, tmp_path, 5000)
    checkpoint = tmp_path / "runs" / "mine" / "checkpoint.safetensors"
    with subprocess.Popen([*TORCHRUN, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step 2:"):
                break
        while not checkpoint.exists():  # written right behind that line
            assert process.poll() is None
            time.sleep(0.01)
        found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
        ranks = sorted(int(pid) for pid in found.stdout.split())  # started in order of rank
        assert len(ranks) == 2, found
        os.kill(ranks[victim], signal.SIGKILL)
        said = process.stderr.read().splitlines()
        assert process.wait() != 0
    assert len(ours(said)) == 1, said
    assert ours(said)[0].startswith("immersions: lost another of the 2 processes of this run at")
    assert "the last checkpoint is kept" in ours(said)[0]
    assert not (tmp_path / "ears").exists()
    if victim:
        step = saved_step(checkpoint)
        assert step >= 2
        assert cli.run(command(music, tmp_path, step + 1)) == 0
        assert saved_step(checkpoint) == step + 1
        assert ears.load(tmp_path / "ears" / "mine").trained


def test_what_is_wrong_for_all_is_said_once(music: Path, tmp_path: Path) -> None:
    arguments = command(music, tmp_path, 5, "--items", "5", "--crops", "1")
    done = subprocess.run([*TORCHRUN, *arguments], capture_output=True, text=True)
    assert done.returncode != 0
    wanted = "immersions: items: expected a multiple of the 2 processes, got 5"
    assert ours(done.stderr.splitlines()) == [wanted]
    assert done.stderr.count("listening to") == 1
