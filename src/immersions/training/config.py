"""How an ear is trained: the settings of a run, and what follows from them for a step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from immersions.training.augmentation import UNCHANGED, Augmentation


@dataclass(frozen=True)
class TrainingConfig:
    """How an ear is trained. Learning rate of Adam; steps are updates."""

    steps: int = 3000
    items: int = 32
    crops: int = 4
    singles: int = 0
    """Of the items, those that are the only ones of their track; the others come in `crops`."""
    contexts: int = 4
    learning_rate: float = 5e-4
    warmup_steps: int = 200
    clip_norm: float = 5.0
    average: float = 0.999
    """Decay of the moving average of the weights, which is what is validated and shipped."""
    loss: str = "cpc"
    seed: int = 0
    validate_every: int = 100
    validation_batches: int = 8
    validation_items: int = 32
    validation_crops: int = 4
    checkpoint_every: int = 100
    snapshot_every: int = 0
    """Steps between two ears that are kept on the way, to see how they come on; 0: none."""
    bfloat16: bool = False
    accumulate: int = 1
    """Parts in which each process encodes its items, to save memory; candidates stay as many."""
    augmentation: Augmentation = UNCHANGED

    def __post_init__(self) -> None:
        if self.loss not in ("cpc", "sat"):
            raise ValueError(f"loss: expected 'cpc' or 'sat', got {self.loss!r}")
        if self.items < 2 or self.crops < 1 or self.crops > self.items:
            raise ValueError("items: expected 2 or more, and 1 to that many crops of a track")
        if not 0 <= self.singles <= self.items:
            raise ValueError(f"singles: expected 0 to {self.items} (items), got {self.singles}")
        if not 1 <= self.accumulate <= self.items:
            raise ValueError(f"accumulate: expected 1 to {self.items}, got {self.accumulate}")


def schedule(step: int, config: TrainingConfig) -> float:
    """Share of the learning rate: linear warm-up, then a cosine to zero at the last step."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def averaging(steps: int) -> float:
    """A decay of the averaged weights that suits a run of so many steps: they span its last tenth.

    Longer, and they would hold what was learned before the learning rate had fallen.
    """
    return max(0.9, 1 - 20 / steps)
