"""Layouts of ears that are not bundled, kept on this machine so that each is computed once."""

from __future__ import annotations

import contextlib
from pathlib import Path

from immersions import assets
from immersions.anatomy import layout
from immersions.anatomy.layout import Layout
from immersions.stage import folders

MOST = 40
"""Layouts, of up to a megabyte each; the oldest go first."""


def folder() -> Path:
    """Where layouts are kept."""
    return folders.folder("cache") / "layouts"


def read(ear_hash: str, neurons: int) -> Layout | None:
    """The layout of an ear, bundled or kept; None when there is none that fits."""
    stored = assets.layout_path(ear_hash)
    for place in (lambda: stored.parent, folder):
        # RuntimeError: nobody knows where this user's home is.
        with contextlib.suppress(ValueError, OSError, RuntimeError):
            found = layout.load(place() / stored.name)
            if found.positions.shape[1:] == (neurons, 2):
                return found
    return None


def prune(folder: Path, most: int = MOST) -> None:
    """Remove all but the newest files, what an interrupted writing left among them."""
    with contextlib.suppress(OSError):
        dated = sorted((path.stat().st_mtime, path) for path in folder.iterdir())
        for _, path in dated[: max(0, len(dated) - most)]:
            path.unlink()
