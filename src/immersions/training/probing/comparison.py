"""An ear beside everything that never learned to listen, on the same items and splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from immersions import ears
from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features
from immersions.training.kept import CHECKPOINT, averaged_network, saved_step
from immersions.training.probe import Features, fit, score
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.reading import READOUT, heard_by, untrained
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
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise ValueError(f"--split: expected {', '.join(SPLITS)}, got {self.split!r}")
        for name in ("seeds", "supervised_seeds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")


@dataclass(frozen=True)
class Result:
    """Scores of one kind of features, a seed each; who was taken for whom, over all seeds."""

    accuracies: list[float]
    losses: list[float]
    confusion: Int[Tensor, "classes told"]

    def summary(self) -> dict[str, Any]:
        """Mean and deviation; a single seed has no deviation."""
        many = len(self.accuracies) > 1
        return {
            "accuracy": round(float(np.mean(self.accuracies)), 6),
            "accuracy_std": round(float(np.std(self.accuracies, ddof=1)), 6) if many else None,
            "loss": round(float(np.mean(self.losses)), 6),
        }


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


def probe_ear(
    ear: ContrastiveEar,
    task: Task,
    config: ProbeConfig,
    cache: Path,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """The report: of each kind of features accuracy, its deviation over the seeds, and loss.

    Raises `ValueError` when the task cannot be split as asked, `OSError` when the cache fails.
    """
    say(f"listening to {len(task.entries)} files")
    items = hear(task, ear.config, cache, say)
    sides = [sides_of(config.split, items.table, seed) for seed in range(config.seeds)]
    say(f"{len(items.table)} items of {items.shape.seconds:.2f} s")
    ear.to(config.device)
    names = [name for name in probe_features.readouts(ear.config) if "encoder" not in name]
    z = f"encoder.{len(ear.config.encoder) - 1} (z), mean and deviation"
    tables = heard_by(ear, items, [*names, z], config.device)
    say("heard by the ear")
    ours = {
        name: classified([table] * config.seeds, items, sides) for name, table in tables.items()
    }
    random = [untrained(ear, items, sides[seed], seed, cache, say) for seed in range(config.seeds)]
    report: dict[str, Any] = {
        "task": task.name,
        "split": config.split,
        "classes": len(items.table.classes),
        "items": len(items.table),
        "ear": {"name": ear.name} | ours[READOUT].summary(),
        "untrained": classified(random, items, sides).summary(),
        "logmel": classified([items.log_mel] * config.seeds, items, sides).summary(),
        "mfcc": classified([items.mfcc] * config.seeds, items, sides).summary(),
        "supervised": _supervised(ear, items, sides, config, cache, say),
        "chance": round(chance(items, sides), 6),
        "seeds": config.seeds,
        "readout": READOUT,
        "readouts": {name: row.summary() for name, row in ours.items() if name != READOUT},
        "item_seconds": round(items.shape.seconds, 3),
        "files": len(items.heard),
        "left_out": [f"{path.name}: {reason}" for path, reason in items.left_out],
        "training_items": [len(one.training) for one in sides],
        "test_items": [len(one.test) for one in sides],
        "class_names": list(items.table.classes),
        "confusion": ours[READOUT].confusion.tolist(),
    }
    return report


def classified(tables: Sequence[Features], items: Items, sides: Sequence[Sides]) -> Result:
    """Fit a linear classifier to the training items of each seed and score it on the test items."""
    labels, classes = items.table.labels, len(items.table.classes)
    confusion = torch.zeros(classes, classes, dtype=torch.long)
    scores = []
    for seed, (table, side) in enumerate(zip(tables, sides, strict=True)):
        classifier = fit(table[side.training], labels[side.training], seed)
        scores.append(score(classifier, table[side.test], labels[side.test]))
        told = classifier.scores(table[side.test]).argmax(1)
        pairs = classes * labels[side.test] + told
        confusion += pairs.bincount(minlength=classes**2).view(classes, classes)
    return Result([one.accuracy for one in scores], [one.loss for one in scores], confusion)


def chance(items: Items, sides: Sequence[Sides]) -> float:
    """The accuracy of always naming the class that has most training items."""
    labels = items.table.labels
    shares = [
        (labels[side.test] == labels[side.training].bincount().argmax()).double().mean()
        for side in sides
    ]
    return float(torch.stack(shares).mean())


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
