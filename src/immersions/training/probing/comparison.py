"""An ear beside everything that never learned to listen, on the same items and splits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from immersions.ears import presets
from immersions.ears.checkpoint import config_to_dict
from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features
from immersions.training.probe import Features
from immersions.training.probing.curve import Snapshot, curve
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.reading import READOUT, untrained
from immersions.training.probing.scoring import Result, chance, classified, probed
from immersions.training.probing.splits import SPLITS, Sides, sides_of
from immersions.training.probing.supervised import SupervisedConfig, Trained, supervised
from immersions.training.probing.tasks import Task

Say = Callable[[str], None]


@dataclass(frozen=True)
class ProbeConfig:
    """How an ear is probed."""

    split: str = "items"
    seeds: int = 5
    supervised: SupervisedConfig | None = field(default_factory=SupervisedConfig)
    supervised_seeds: int = 1
    item_seconds: float | None = None
    """Length of an item; None: the ear's visible steps."""
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise ValueError(f"--split: expected {', '.join(SPLITS)}, got {self.split!r}")
        for name in ("seeds", "supervised_seeds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")


def probe_ear(
    ear: ContrastiveEar,
    task: Task,
    config: ProbeConfig,
    cache: Path,
    say: Say = lambda line: None,
    snapshots: Sequence[Snapshot] = (),
) -> dict[str, Any]:
    """The report: of each kind of features accuracy, its deviation over the seeds, and loss.

    With the `snapshots` of the ear's run it has their scores too, as `curve`. Raises `ValueError`
    when the task cannot be split as asked, `OSError` when the cache fails.
    """
    say(f"listening to {len(task.entries)} files")
    items = hear(task, ear.config, cache, say, config.item_seconds)
    sides = [sides_of(config.split, items.table, seed) for seed in range(config.seeds)]
    say(f"{len(items.table)} items of {items.seconds:.2f} s")
    ear.to(config.device)
    names = list(probe_features.readouts(ear.config))
    ours = probed(ear, items, sides, config.split, names, config.device)
    say("heard by the ear")
    random = [
        untrained(ear, items, side.training, seed, names, cache, say)
        for seed, side in enumerate(sides)
    ]

    def told(tables: Sequence[Features]) -> Result:
        return classified(tables, items, sides, config.split)

    others = {name: told([tables[name] for tables in random]) for name in names}
    report: dict[str, Any] = {
        "task": task.name,
        "split": config.split,
        "classes": len(items.table.classes),
        "items": len(items.table),
        "ear": {"name": ear.name, "architecture": architecture(ear)} | ours[READOUT].summary(),
        "untrained": others[READOUT].summary(),
        "logmel": told([items.log_mel] * config.seeds).summary(),
        "mfcc": told([items.mfcc] * config.seeds).summary(),
        "supervised": _supervised(ear, items, sides, config, cache, say),
        "chance": round(chance(items, sides), 6),
        "seeds": config.seeds,
        "readout": READOUT,
        "readouts": {name: row.summary() for name, row in ours.items() if name != READOUT},
        "untrained_readouts": {n: row.summary() for n, row in others.items() if n != READOUT},
        "item_seconds": round(items.seconds, 3),
        "files": len(items.heard),
        "left_out": [f"{path.name}: {reason}" for path, reason in items.left_out],
        "damaged": [f"{path.name}: {flaw}" for path, flaw in items.damaged],
        "training_items": [len(one.training) for one in sides],
        "test_items": [len(one.test) for one in sides],
        "class_names": list(items.table.classes),
        "confusion": ours[READOUT].confusion.tolist(),
    }
    if snapshots:
        report["curve"] = curve(snapshots, ear, items, sides, config.split, config.device, say)
    return report


def architecture(ear: ContrastiveEar) -> str:
    """The preset that the ear is built as, or `own` with a hash of its configuration.

    Dropout acts in training alone: another one is the same architecture.
    """
    for name, make in presets.PRESETS.items():
        if make() == replace(ear.config, dropout=make().dropout):
            return name
    told = json.dumps(config_to_dict(ear.config), sort_keys=True).encode()
    return f"own {hashlib.sha256(told).hexdigest()[:6]}"


def _supervised(
    ear: ContrastiveEar,
    items: Items,
    sides: Sequence[Sides],
    config: ProbeConfig,
    cache: Path,
    say: Say,
) -> dict[str, Any] | None:
    settings = config.supervised
    if settings is None:
        return None
    more = [
        sides_of(config.split, items.table, seed)
        for seed in range(len(sides), config.supervised_seeds)
    ]
    found: list[Trained] = []
    for seed, side in enumerate([*sides, *more][: config.supervised_seeds]):
        found.append(
            supervised(
                items, ear.config, side, config.split, settings, seed, cache, config.device, say
            )
        )
    nothing = torch.zeros(0, 0, dtype=torch.long)
    rows = Result([one.accuracy for one in found], [one.loss for one in found], nothing).summary()
    return rows | {
        "seeds": len(found),
        "steps": settings.steps,
        "stopped_after": [one.steps for one in found],
        "best_step": [one.best_step for one in found],
        "learning_rate": [one.learning_rate for one in found],
    }
