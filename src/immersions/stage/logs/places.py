"""Where performances are kept on this machine, and which of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path

from immersions.stage.logs.writing import NAME

MOST = 50
"""Performances kept of which nothing was recorded; the oldest go first."""
RECORDING = ".wav"


def data_folder() -> Path:
    """Where this user's programs keep what is their user's own."""
    given = os.environ.get("XDG_DATA_HOME", "")
    if Path(given).is_absolute():
        base = Path(given)
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif os.name == "nt" and os.environ.get("APPDATA"):
        base = Path(os.environ["APPDATA"])
    else:
        base = Path.home() / ".local" / "share"
    return base / "immersions"


def performances() -> Path:
    """The folder of all performances. `RuntimeError` where nobody knows this user's home."""
    return data_folder() / "performances"


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
