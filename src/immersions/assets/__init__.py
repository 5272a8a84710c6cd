"""Where the things that ship with the package lie: ears, start clips, layouts.

No other module knows these paths.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

DEFAULT_EAR = "small"

_FOLDER = Path(__file__).parent
_EARS, _CLIPS, _LAYOUTS = _FOLDER / "ears", _FOLDER / "clips", _FOLDER / "layouts"
_HASH = re.compile(r"[0-9A-Za-z_-]{1,128}")


@dataclass(frozen=True)
class Clip:
    """A bundled start clip: a loop of whole bars, without a seam, in the public domain."""

    name: str
    title: str
    path: Path
    bpm: float
    bars: int
    seconds: float
    kind: str
    """`drums` or `other`."""


def clips() -> list[Clip]:
    """The bundled start clips, in the order in which they are offered."""
    listed = json.loads((_CLIPS / "clips.json").read_text(encoding="utf-8"))
    return [
        Clip(
            name=entry["name"],
            title=entry["title"],
            path=_CLIPS / entry["file"],
            bpm=float(entry["bpm"]),
            bars=int(entry["bars"]),
            seconds=float(entry["seconds"]),
            kind=entry["kind"],
        )
        for entry in listed
    ]


def ear_names() -> list[str]:
    """The bundled ears, the default one first."""
    names = sorted(path.parent.name for path in _EARS.glob("*/config.json"))
    return sorted(names, key=lambda name: name != DEFAULT_EAR)


def ear_folder(name: str) -> Path:
    """The folder of a bundled ear; `ValueError` names the ears there are."""
    if name not in ear_names():
        known = ", ".join(ear_names()) or "none"
        raise ValueError(f"unknown ear {name!r}; bundled ears: {known}")
    return _EARS / name


def layout_path(ear_hash: str) -> Path:
    """The bundled layout of the ear with this hash; the file need not exist."""
    if not _HASH.fullmatch(ear_hash):
        raise ValueError(f"expected an ear's hash of letters and digits, got {ear_hash!r}")
    return _LAYOUTS / f"{ear_hash}.npz"
