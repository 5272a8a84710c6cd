"""Where performances are kept on this machine, and which of them."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from immersions.stage.folders import folder as user_folder
from immersions.stage.logs.writing import NAME

MOST = 50
"""Performances kept of which nothing was recorded; the oldest go first."""
RECORDING = ".wav"


def performances() -> Path:
    """The folder of all performances. `RuntimeError` where nobody knows this user's home."""
    return user_folder("data") / "performances"


def new(folder: Path) -> Path:
    """A name for a performance that begins now, in `folder`; nothing is made yet."""
    name = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    tried = folder / name
    number = 2
    while tried.exists():
        tried = folder / f"{name} ({number})"
        number += 1
    return tried


def prune(folder: Path, most: int = MOST) -> None:
    """Remove the oldest performances that nobody recorded, all but `most`.

    Only what this program made goes: folders with a log, of which the name is known here.
    """
    with contextlib.suppress(OSError):
        plain = sorted(
            (each.stat().st_mtime, each)
            for each in folder.iterdir()
            if (each / NAME).is_file() and not any(each.glob(f"*{RECORDING}"))
        )
        for _, each in plain[: max(0, len(plain) - most)]:
            shutil.rmtree(each, ignore_errors=True)
