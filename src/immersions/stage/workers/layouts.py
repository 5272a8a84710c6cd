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
    """Write what is missing, and remove those of ears that are no longer bundled; what is new."""
    found = [ears.load(name) for name in ears.available()]
    wanted = {assets.layout_path(fingerprint(ear)): ear for ear in found}
    for path in assets.layout_path("any").parent.glob("*.npz"):
        if path not in wanted:
            path.unlink()
    written = []
    for path, ear in wanted.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(grid(path.stem, ear.layers).save(path.parent))
    return written


if __name__ == "__main__":
    for each in store():
        print(each)
