"""Which ears a page may choose, known without loading any of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from immersions import assets

CONFIG, WEIGHTS = "config.json", "model.safetensors"
UNTRAINED = ("h20", "h19", "m19", "small")
"""The presets: architectures that have heard nothing. A bundled ear of the same name has."""
USUAL_RATE = 44_100
LONGEST_CREDITS = 2000
_CALLABLE = re.compile(r"[\w.]+:\w+")


@dataclass(frozen=True)
class EarChoice:
    """An ear that can be chosen. `source` is what the worker loads; pages know the id alone."""

    id: str
    title: str
    source: str
    sample_rate: int
    """In Hz; a guess until it is loaded will do."""
    credits: str = ""
    """Whose music it has heard, in a few words."""


def choices(ear: str) -> tuple[str, dict[str, EarChoice]]:
    """The id of `ear` (a bundled name, a folder or `module:callable`), and all that there are.

    Raises `ValueError`, one line, when there is no such ear.
    """
    found = {
        name: EarChoice(name, name, name, _sample_rate(folder), _credits(folder))
        for name in assets.ear_names()
        for folder in (assets.ear_folder(name),)
    }
    if ear in found:
        return ear, found
    own = _own(ear, ", ".join(found) or "none")
    return own.id, {own.id: own} | found


def _own(ear: str, bundled: str) -> EarChoice:
    folder = Path(ear)
    missing = [name for name in (CONFIG, WEIGHTS) if not (folder / name).is_file()]
    if not missing:
        name = folder.resolve().name
        return EarChoice(
            f"own-{name}", name, str(folder.resolve()), _sample_rate(folder), _credits(folder)
        )
    if len(missing) == 1:
        raise ValueError(f"{ear}: expected {CONFIG} and {WEIGHTS}, found no {missing[0]}")
    if _CALLABLE.fullmatch(ear):
        return EarChoice("own", ear, ear, USUAL_RATE)
    if ear in UNTRAINED and not folder.exists():
        raise ValueError(
            f"the preset {ear!r} is untrained and has nothing to dream of; "
            f"trained ears: {bundled}; or give the folder of one"
        )
    raise ValueError(
        f"unknown ear {ear!r}; bundled ears: {bundled}; or a folder with {CONFIG} and {WEIGHTS}, "
        "or module:callable"
    )


def _sample_rate(folder: Path) -> int:
    """As the folder's config says, in Hz; the usual one where it does not say."""
    try:
        described: Any = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        rate = described["config"]["scalogram"]["sample_rate"]
    except (OSError, ValueError, KeyError, TypeError):
        return USUAL_RATE
    return rate if isinstance(rate, int) and 8_000 <= rate <= 192_000 else USUAL_RATE


def _credits(folder: Path) -> str:
    """The prose of the model card from its licence on, on one line; its tables are left out."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    _, _, rest = card.partition("## Licence")
    lines = [line for line in rest.splitlines()[1:] if not line.startswith(("#", "|"))]
    return " ".join(" ".join(lines).split())[:LONGEST_CREDITS]
