"""A tiny ear on disk, and how its loading is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from ear_examples import ear, network, statistics

from immersions.ears.checkpoint import from_pretrained, save_pretrained


def save(folder: Path, half: bool = True) -> Path:
    save_pretrained(folder, "tiny", network("tiny"), statistics(ear("tiny")), "# tiny\n", half)
    return folder


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    said = str(error.value)
    assert said
    assert "\n" not in said
    return said


def refused(folder: Path | str) -> str:
    with pytest.raises((ValueError, OSError)) as error:
        from_pretrained(folder)
    return one_line(error)
