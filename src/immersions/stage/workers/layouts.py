"""Store the grid layouts of the bundled ears: `python -m immersions.stage.workers.layouts`.

An ear whose layout is not stored is laid on the same grid when it is first drawn; a stored one can
be exchanged for a better one.
"""

from __future__ import annotations

from pathlib import Path

from immersions import assets, ears
from immersions.anatomy.layout import grid
from immersions.stage.workers.listener import fingerprint


def store() -> list[Path]:
    """Write what is missing; the files' paths."""
    written = []
    for name in ears.available():
        ear = ears.load(name)
        path = assets.layout_path(fingerprint(ear))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(grid(path.stem, ear.layers).save(path.parent))
    return written


if __name__ == "__main__":
    for each in store():
        print(each)
