"""Store the layouts of the bundled ears: `python -m immersions.stage.workers.layouts`.

Takes a minute or two. To be run again whenever a bundled ear or the solver's defaults
change: the same ears and the same solver write the same files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from immersions import assets, ears
from immersions.anatomy.gathering import gathered
from immersions.anatomy.laying import LayoutConfig, layout_of_ear
from immersions.anatomy.layout import Layout
from immersions.anatomy.loops import bundled_loops
from immersions.anatomy.solver import Report
from immersions.ears.ear import Ear
from immersions.stage.workers.listener import fingerprint

SNAPSHOTS = 8
"""Two a second in a loop of four seconds."""


def laid(
    ear: Ear,
    snapshots: int,
    loops: Sequence[Float[Tensor, " samples"]],
    report: Report = lambda moment, points: None,
) -> Layout:
    """The layout of an ear, named by its hash. Raises `ValueError`."""
    config = LayoutConfig(snapshots=snapshots)
    found = layout_of_ear(ear, config, fingerprint(ear), loops, report).layout
    return replace(found, positions=gathered(found.positions))


def store() -> list[Path]:
    """Write all anew, and remove those of ears that are no longer bundled; what was written."""
    folder = assets.layout_path("any").parent
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        laid(ear, SNAPSHOTS, bundled_loops(ear)).save(folder)
        for ear in map(ears.load, ears.available())
    ]
    for path in folder.glob("*.npz"):
        if path not in written:
            path.unlink()
    return written


if __name__ == "__main__":
    # Sums of floats depend on how many share them.
    torch.set_num_threads(1)
    for each in store():
        print(each, each.stat().st_size)
