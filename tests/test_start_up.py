"""How soon the command line answers, and what it must not load for that."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("torch", "numpy", "scipy", "librosa", "matplotlib", "fastapi", "uvicorn", "soundfile")
COMMAND = Path(sys.executable).with_name("immersions")
WITHIN_S = 0.5
RUNS = 9


def seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([COMMAND, *arguments], check=True, capture_output=True, timeout=60)
    return time.perf_counter() - started


def test_help_answers_in_under_half_a_second() -> None:
    """The third fastest of nine runs, so that a busy machine may disturb six of them."""
    assert sorted(seconds("--help") for _ in range(RUNS))[2] < WITHIN_S


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after running `code`."""
    show = "\nimport sys\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + show], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_no_framework() -> None:
    code = """
import sys
from immersions.cli import main
sys.argv = ["immersions", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert loaded_by(code) & set(HEAVY) == set()


@pytest.mark.parametrize("room", ["parameters", "assets", "audio", "stage", "server", "cli"])
def test_a_machine_that_only_conducts_needs_no_torch(room: str) -> None:
    assert "torch" not in loaded_by(f"import immersions.{room}")


def test_the_check_would_see_torch() -> None:
    assert "torch" in loaded_by("import immersions.ears")
