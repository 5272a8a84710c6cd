"""What the ear and the same network untrained answer to every item of a task."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from immersions.ears.checkpoint import config_to_dict
from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features
from immersions.training.probe import Features
from immersions.training.probing.hearing import Items
from immersions.training.probing.splits import Sides

READOUT = "last c"
AT_ONCE = 64
"""Items whose scalograms are in memory together."""
Say = Callable[[str], None]


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
    ear: ContrastiveEar, items: Items, sides: Sides, seed: int, cache: Path, say: Say
) -> Features:
    """The readout of the same network with random weights; kept, since no training changes it."""
    order = torch.randperm(len(sides.training), generator=torch.Generator().manual_seed(seed))
    heard = sides.training[order[: probe_features.CALIBRATED_ON]]
    everything = items.names(torch.arange(len(items.table)))
    told = [config_to_dict(ear.config), READOUT, seed, everything, heard.tolist()]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]
    kept = cache / f"untrained-{digest}.npy"
    device = str(next(ear.network.parameters()).device)
    try:
        with kept.open("rb") as file:
            return torch.from_numpy(np.load(file, allow_pickle=False))
    except (OSError, ValueError, EOFError):
        one = probe_features.untrained(ear.config, items.levels(heard).to(device), seed)
    table = heard_by(one.to(device), items, [READOUT], device)[READOUT]
    partial = kept.with_suffix(f".{os.getpid()}.npy")
    try:
        np.save(partial, table.numpy())
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)
    say(f"heard by the untrained ear, seed {seed}")
    return table
