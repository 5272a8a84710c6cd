from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from immersions import __version__, cli


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 0
    assert cli.run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in cli.COMMANDS)


def test_every_module_is_a_command_and_every_command_a_module() -> None:
    folder = Path(cli.__file__).parent
    for name in cli.COMMANDS:
        module = import_module(f"immersions.cli.{name}")
        assert hasattr(module, "app") or callable(getattr(module, name))
        assert (folder / f"{name}.py").is_file()


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == 0
    assert f"immersions {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["dance"]) == 2
    assert capsys.readouterr().err == (
        f"immersions: unknown command 'dance'; commands: {', '.join(cli.COMMANDS)}\n"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("two\nlines"), "two lines"),
        (OSError("no such file"), "no such file"),
        (RuntimeError("odd"), "RuntimeError: odd"),
        (KeyError("key"), "KeyError: 'key'"),
        (ValueError(), "ValueError"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_any_error_fits_on_a_line(error: Exception, line: str) -> None:
    assert cli.one_line(error) == line


def test_a_reader_that_has_seen_enough() -> None:
    """`immersions --help | true` ends without complaint."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from immersions.cli import main; main()", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) in (0, 1)


def test_torch_is_loaded_with_threads_that_sleep_while_they_wait() -> None:
    """Unless somebody has said otherwise."""
    told = (
        "import os, sys; from immersions import cli; sys.argv = ['immersions', '--version'];"
        "sys.exit = lambda code: print(os.environ['OMP_WAIT_POLICY']); cli.main()"
    )
    for given, expected in (({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")):
        rest = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
        done = subprocess.run(
            [sys.executable, "-c", told], capture_output=True, text=True, env=rest | given
        )
        assert done.stdout.split()[-1] == expected, done.stderr
