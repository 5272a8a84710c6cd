"""An ear by its name or its run, and what it answers to every item; the same network untrained."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from immersions import ears
from immersions.ears.checkpoint import config_to_dict
from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features
from immersions.training.kept import CHECKPOINT, averaged_network, saved_step
from immersions.training.probe import Features
from immersions.training.probing.hearing import Items
from immersions.training.probing.splits import Rows

READOUT = "last c"
AT_ONCE = 64
"""Items whose scalograms are in memory together."""
Say = Callable[[str], None]


def load_ear(name: str) -> ContrastiveEar:
    """A bundled ear, an ear's folder, or the averaged weights of a run's folder.

    Raises `ValueError` or `OSError` with one line.
    """
    kept = Path(name) / CHECKPOINT
    if kept.is_file():
        network = averaged_network(kept.parent)
        return ContrastiveEar(f"{kept.parent.name} at step {saved_step(kept)}", network)
    ear = ears.load(name)
    if not isinstance(ear, ContrastiveEar):
        raise ValueError(
            f"{name}: expected an ear with a context network, got {type(ear).__name__}"
        )
    return ear


def heard_by(
    ear: ContrastiveEar, items: Items, names: Sequence[str], device: str
) -> dict[str, Features]:
    """Readouts of every item, some items at a time."""
    parts = []
    for rows in torch.arange(len(items.table)).split(AT_ONCE):
        found = probe_features.features(ear, items.levels(rows).to(device), names=names)
        parts.append({name: table.cpu() for name, table in found.items()})
    return {name: torch.cat([part[name] for part in parts]) for name in names}


def untrained(
    ear: ContrastiveEar,
    items: Items,
    training: Rows,
    seed: int,
    names: Sequence[str],
    cache: Path,
    say: Say,
    calibrated_on: Items | None = None,
) -> dict[str, Features]:
    """Readouts of the same network with random weights; kept, since no training changes them.

    It is calibrated on some of the `training` rows, of other items where they are given.
    """
    calm = calibrated_on or items
    chosen = training[probe_features.calibration(len(training), seed)]
    everything = items.names(torch.arange(len(items.table)))
    told = [config_to_dict(ear.config), list(names), seed, everything, calm.names(chosen)]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]
    kept = cache / f"untrained-{digest}.npz"
    device = str(next(ear.network.parameters()).device)
    try:
        with kept.open("rb") as file:
            found = np.load(file, allow_pickle=False)
            return {name: torch.from_numpy(found[name]) for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        one = probe_features.untrained(ear.config, calm.levels(chosen).to(device), seed)
    tables = heard_by(one.to(device), items, names, device)
    partial = kept.with_suffix(f".{os.getpid()}.npz")
    try:
        arrays = {name: table.numpy() for name, table in tables.items()}
        np.savez(partial, **arrays)  # type: ignore[arg-type]
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)
    say(f"heard by the untrained ear, seed {seed}")
    return tables
