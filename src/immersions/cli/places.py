"""Whether what a command is asked to write can be written: found out before the work, not after."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def check_places(*paths: Path | None, picture: Path | None = None) -> None:
    """Raise `ValueError` or `OSError` where a file has no folder, or a picture no matplotlib."""
    for path in (*paths, picture):
        if path is not None and not path.parent.is_dir():
            raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
        if path is not None and path.is_dir():
            raise IsADirectoryError(f"{path}: expected a file to write, got a folder")
    if picture is not None and importlib.util.find_spec("matplotlib") is None:
        raise ValueError("--picture needs matplotlib: pip install 'immersions[pictures]'")
