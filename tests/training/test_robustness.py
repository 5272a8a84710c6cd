"""Long runs, full disks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_music import EAR, TRAINING

from immersions.training import kept
from immersions.training.library import Library
from immersions.training.loop import Trainer, run

FULL = """
import resource, sys
from pathlib import Path
from immersions.training import kept
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
path = Path(sys.argv[1])
try:
    if path.name == kept.METRICS:
        kept.add_row(path, {"step": 3.0})
    else:
        kept.write_whole(path, "x" * 1000)
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to tell memory")
def test_memory_does_not_grow(tmp_path: Path, music: Path) -> None:
    """1000 steps, after a hundred to warm up: 8 s of a processor, and it has to be so many."""
    command = [sys.executable, str(Path(__file__).with_name("count_memory.py"))]
    done = subprocess.run(
        [*command, str(tmp_path / "run"), str(music)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    memory = [int(line) / 1024 for line in done.stdout.splitlines()]
    assert len(memory) == 11
    assert max(memory) - memory[0] <= 50, memory


def test_rows_that_fit_no_more_are_one_line(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1.0}\n{"step": 2.0}\n')
    limit = str(path.stat().st_size + 5)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), limit], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{path}: could not be written (File too large)\n"
    assert path.read_text() == '{"step": 1.0}\n{"step": 2.0}\n{"ste'
    kept.forget_after(path, 9)  # else the next row would be lost, in one line with what was cut off
    kept.add_row(path, {"step": 3.0})
    assert [row["step"] for row in kept.read_metrics(path)] == [1, 2, 3]


def test_settings_that_fit_no_more_leave_those_before(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    path.write_text("{}\n")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), "500"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{path}: could not be written (File too large)\n"
    assert path.read_text() == "{}\n"
    assert list(tmp_path.iterdir()) == [path]


def test_the_settings_of_a_run_are_whole(tmp_path: Path, library: Library) -> None:
    trainer = Trainer(tmp_path, EAR, TRAINING, library.tracks[2:], library.tracks[:2])
    run(trainer, stop=lambda: True)
    assert json.loads((tmp_path / "training.json").read_text())["training"]["steps"] == 12
    assert not list(tmp_path.glob(".*"))
