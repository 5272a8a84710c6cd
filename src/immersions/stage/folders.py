"""Where this user's programs keep things, as each system has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

Kind = Literal["cache", "config", "data", "state"]
"""What can be computed again; what was set up; what is the user's own; what was going on."""

_LINUX: dict[Kind, tuple[str, ...]] = {
    "cache": (".cache",),
    "config": (".config",),
    "data": (".local", "share"),
    "state": (".local", "state"),
}


def folder(kind: Kind) -> Path:
    """This program's folder of a kind; it may not exist yet.

    `$XDG_CACHE_HOME` and its like are obeyed everywhere where they are absolute. Raises
    `RuntimeError` where nobody knows where this user's home is.
    """
    given = os.environ.get(f"XDG_{kind.upper()}_HOME", "")
    if Path(given).is_absolute():
        return Path(given) / "immersions"
    local = kind in ("cache", "state")
    windows = os.environ.get("LOCALAPPDATA" if local else "APPDATA")
    if os.name == "nt" and windows:
        return Path(windows) / "immersions"
    if sys.platform == "darwin":
        shared = "Caches" if kind == "cache" else "Application Support"
        return Path.home() / "Library" / shared / "immersions"
    return Path.home().joinpath(*_LINUX[kind]) / "immersions"
