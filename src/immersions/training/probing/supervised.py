"""The rival: the ear's whole architecture, trained from scratch on a task's training items alone.

The network and a linear layer on the last c of each item learn the labels by cross-entropy. Part of
the training items is held out to stop early and to choose among the learning rates; the test
items are only scored.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from immersions.ears.checkpoint import config_to_dict
from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.training.probing.cutting import BATCH
from immersions.training.probing.hearing import Items
from immersions.training.probing.splits import Rows, Sides, Table, by_items, part

CLIP_NORM = 5.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class SupervisedConfig:
    """How the rival is trained: Adam, `items` a batch, each learning rate for up to `steps`."""

    steps: int = 400
    items: int = 32
    learning_rates: tuple[float, ...] = (3e-3, 1e-3, 3e-4)
    warmup_steps: int = 20
    checks: int = 16
    """How often in all its steps the items held out are scored."""
    patience: int = 8
    """Checks that were no better than the best one, after which it stops."""
    held_out: float = 0.2
    bfloat16: bool = False


@dataclass(frozen=True)
class Trained:
    """One learning rate: what was reached on the items held out, and on the test items there."""

    learning_rate: float
    held_out_accuracy: float
    held_out_loss: float
    accuracy: float
    loss: float
    best_step: int
    steps: int

    @property
    def merit(self) -> tuple[float, float]:
        """More is better: accuracy on the items held out, then a lower loss."""
        return self.held_out_accuracy, -self.held_out_loss


class Classifying(nn.Module):
    """The architecture of an ear and a linear layer on the last c."""

    def __init__(self, config: ContrastiveConfig, classes: int) -> None:
        super().__init__()
        self.network = ContrastiveNetwork(config)
        _, channels, pitches, _ = self.network.geometry()[-1]
        self.head = nn.Linear(channels * pitches, classes)

    def forward(
        self, levels: Float[Tensor, "items parts bins frames"]
    ) -> Float[Tensor, "items classes"]:
        levels = levels.contiguous(memory_format=torch.channels_last)
        return self.head(self.network(levels)[1][..., -1])


def supervised(
    items: Items,
    ear: ContrastiveConfig,
    sides: Sides,
    kind: str,
    config: SupervisedConfig,
    seed: int,
    cache: Path,
    device: str = "cpu",
    say: Say = lambda line: None,
) -> Trained:
    """The learning rate that is best on the items held out; each is trained only once.

    What each reached is kept in `cache` under a hash of the items, the labels, the architecture
    and the settings.
    """
    inner = held_out(items.table, sides.training, kind, config.held_out, seed)
    rows = {"train": inner.training, "held out": inner.test, "test": sides.test}
    found = []
    for rate in config.learning_rates:
        settings = asdict(config) | {"learning_rates": rate, "seed": seed}
        names = {name: items.names(part) for name, part in rows.items()}
        told = [config_to_dict(ear), settings, names]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]
        kept = cache / f"supervised-{digest}.json"
        one = _kept(kept)
        if one is None:
            say(f"supervised, seed {seed}: training from scratch, learning rate {rate:g}")
            one = train(items, ear, inner, sides.test, config, rate, seed, device, say)
            _keep(kept, one)
        found.append(one)
    return max(found, key=lambda one: one.merit)


def held_out(table: Table, training: Rows, kind: str, share: float, seed: int) -> Sides:
    """The training items divided as the task's split divides all: else stopping came too late.

    Where that would leave a class out on one side, items are drawn at random instead.
    """
    classes = set(table.labels[training].tolist())
    sides = part(kind, table, training, 1 - share, seed)
    if all(set(table.labels[rows].tolist()) == classes for rows in (sides.training, sides.test)):
        return sides
    return by_items(table, training, 1 - share, seed)


def train(
    items: Items,
    ear: ContrastiveConfig,
    inner: Sides,
    test: Rows,
    config: SupervisedConfig,
    rate: float,
    seed: int,
    device: str,
    say: Say,
) -> Trained:
    """Train one learning rate; the test items are scored with the weights of the best check."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Classifying(ear, len(items.table.classes)).to(device)
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.Adam(model.parameters(), lr=rate)
        batches = _batches(inner.training, config.items, seed)
        every = max(1, config.steps // config.checks)
        best, best_step, step = _copied(model), 0, 0
        merit = -1.0, -math.inf
        while step < config.steps:
            for group in optimiser.param_groups:
                group["lr"] = rate * _schedule(step, config)
            model.train()
            rows = next(batches)
            with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=config.bfloat16):
                answers = model(items.levels(rows).to(device))
            _advance(model, optimiser, answers.float(), items.table.labels[rows].to(device))
            step += 1
            if step % every and step != config.steps:
                continue
            accuracy, loss = scored(model, items, inner.test, device)
            say(f"  step {step}: held out {100 * accuracy:.1f} %, loss {loss:.3f}")
            if not math.isfinite(loss):
                break
            if (accuracy, -loss) > merit:
                merit, best, best_step = (accuracy, -loss), _copied(model), step
            elif step - best_step >= config.patience * every:
                break
        model.load_state_dict(best)
        accuracy, loss = scored(model, items, test, device)
    return Trained(rate, merit[0], -merit[1], accuracy, loss, best_step, step)


@torch.no_grad()
def scored(model: Classifying, items: Items, rows: Rows, device: str) -> tuple[float, float]:
    """(accuracy, mean loss) on some items."""
    model.eval()
    labels = items.table.labels
    right, lost = 0, 0.0
    for some in rows.split(BATCH):
        answers, truth = model(items.levels(some).to(device)).double().cpu(), labels[some]
        right += int((answers.argmax(1) == truth).sum())
        lost += float(functional.cross_entropy(answers, truth, reduction="sum"))
    return right / len(rows), lost / len(rows)


def _advance(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    answers: Float[Tensor, "items classes"],
    truth: Int[Tensor, " items"],
) -> None:
    optimiser.zero_grad(set_to_none=True)
    functional.cross_entropy(answers, truth).backward()
    nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
    optimiser.step()


def _copied(model: nn.Module) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def _batches(rows: Rows, size: int, seed: int) -> Iterator[Rows]:
    """All items in a random order, over and over; a rest that fills no batch waits its turn."""
    random = torch.Generator().manual_seed(seed)
    held = rows[:0]
    while True:
        held = torch.cat([held, rows[torch.randperm(len(rows), generator=random)]])
        while len(held) >= size:
            yield held[:size]
            held = held[size:]


def _schedule(step: int, config: SupervisedConfig) -> float:
    """Share of the learning rate: linear warm-up, then a cosine to zero."""
    warm = min(config.warmup_steps, max(1, config.steps // 4))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, config.steps - warm)))


def _kept(path: Path) -> Trained | None:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Trained(**values)
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, trained: Trained) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        partial.write_text(json.dumps(asdict(trained)), encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
