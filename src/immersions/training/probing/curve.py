"""How an ear came on: the ears that its run kept on the way, probed on the same items."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from immersions.ears.checkpoint import CONFIG, config_from_dict
from immersions.ears.contrastive import ContrastiveEar
from immersions.training.cpc import item_frames
from immersions.training.kept import CHECKPOINT, SETTINGS, SNAPSHOTS, saved_step
from immersions.training.probe_features import readouts
from immersions.training.probing.hearing import Items
from immersions.training.probing.reading import READOUT, load_ear
from immersions.training.probing.scoring import probed
from immersions.training.probing.splits import Sides

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Snapshot:
    """An ear kept on the way, after `step` updates that heard so many `hours` of music."""

    step: int
    hours: float
    folder: Path


def snapshots_of(run: Path) -> list[Snapshot]:
    """The snapshots in a run's folder by their steps, at last its checkpoint.

    Raises `ValueError` or `OSError` with one line.
    """
    folders = {int(path.parent.name): path.parent for path in _configs(run)}
    if not folders:
        raise ValueError(
            f"{run}: expected the folder of a run with ears kept on the way, as "
            "`immersions train --snapshot-every` leaves it, found none"
        )
    if (run / CHECKPOINT).is_file():
        folders.setdefault(saved_step(run / CHECKPOINT), run)
    each = hours_a_step(run)
    return [Snapshot(step, step * each, folders[step]) for step in sorted(folders)]


def hours_a_step(run: Path) -> float:
    """Hours of music in a batch of the run."""
    try:
        told = json.loads((run / SETTINGS).read_text(encoding="utf-8"))
        ear, training = config_from_dict(told["ear"]), told["training"]
        frames = training["items"] * item_frames(ear, training["contexts"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{run / SETTINGS}: expected the settings of a run ({error})") from None
    return float(frames * ear.scalogram.hop / ear.scalogram.sample_rate / SECONDS_AN_HOUR)


def curve(
    snapshots: Sequence[Snapshot],
    ear: ContrastiveEar,
    items: Items,
    sides: Sequence[Sides],
    kind: str,
    device: str,
    say: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Of each snapshot its step, its hours of music, and the scores of last c, mean of c and z.

    Raises `ValueError` for one of another architecture than `ear`.
    """
    names = [
        name for name in readouts(ear.config) if name in (READOUT, "mean of c") or "(z)" in name
    ]
    rows = []
    for one in snapshots:
        then = load_ear(str(one.folder))
        if then.config != ear.config:
            raise ValueError(f"{one.folder}: expected an ear of the architecture of {ear.name}")
        found = probed(then.to(device), items, sides, kind, names, device)
        scores = {name: result.summary() for name, result in found.items()}
        rows.append({"step": one.step, "hours": round(one.hours, 4), "readouts": scores})
        say(f"step {one.step}: mean of c {100 * scores['mean of c']['accuracy']:.1f} %")
    return rows


def _configs(run: Path) -> list[Path]:
    return [path for path in (run / SNAPSHOTS).glob(f"*/{CONFIG}") if path.parent.name.isdecimal()]
