"""What every command's tests ask of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from immersions import cli


def fails(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command line that fails says in its last line."""
    assert cli.run([str(each) for each in arguments]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("immersions: ")
    assert "Traceback" not in "\n".join(said)
    return said[-1].removeprefix("immersions: ")
