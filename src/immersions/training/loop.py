"""The training loop: batches in, a checkpoint that can always go on out.

Everything random is a function of (seed, step), so a run that was stopped at any moment goes on
from its last checkpoint with the numbers that it would have had.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.training import cpc
from immersions.training.kept import (
    CHECKPOINT,
    METRICS,
    SETTINGS,
    Row,
    check_settings,
    forget_after,
    load_state,
    read_metrics,
    save_state,
)
from immersions.training.library import Track
from immersions.training.sampling import Batch, sample
from immersions.training.start import Start

VALIDATION_SEED = 1_000_003


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
    bfloat16: bool = False

    def __post_init__(self) -> None:
        if self.loss not in ("cpc", "sat"):
            raise ValueError(f"loss: expected 'cpc' or 'sat', got {self.loss!r}")
        if self.items < 2 or self.crops < 1 or self.crops > self.items:
            raise ValueError("items: expected 2 or more, and 1 to that many crops of a track")
        if not 0 <= self.singles <= self.items:
            raise ValueError(f"singles: expected 0 to {self.items} (items), got {self.singles}")


class Trainee(nn.Module):
    """The network and its prediction maps, which are trained together."""

    def __init__(self, config: ContrastiveConfig) -> None:
        super().__init__()
        self.network = ContrastiveNetwork(config)
        self.prediction = cpc.Prediction(config)

    def begin_with(self, start: Start) -> None:
        """Take over the weights of a network of the same shape."""
        self.network.load_state_dict(start.network.state_dict())
        if start.prediction is not None:
            with torch.no_grad():
                self.prediction.map.weight.copy_(start.prediction)


class Trainer:
    """One run in one folder; `advance` does a step, `save` and the constructor make it last."""

    def __init__(
        self,
        folder: Path,
        ear: ContrastiveConfig,
        config: TrainingConfig,
        training: Sequence[Track],
        validation: Sequence[Track],
        start: Start | None = None,
    ) -> None:
        self.folder, self.ear, self.config = folder, ear, config
        self.training, self.validation, self.start = training, validation, start
        torch.manual_seed(config.seed)
        self.model = Trainee(ear).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if start:
            self.model.begin_with(start)
        self.mean_model = Trainee(ear).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean_model.load_state_dict(self.model.state_dict())
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=config.learning_rate)
        ratio = self.model.network.stride // self.model.network.encoder_stride
        self.crop = cpc.crop_of(ear, ratio, config.contexts)
        self.frames = self.crop.steps * self.model.network.encoder_stride
        self._modules = {"model": self.model, "mean": self.mean_model}
        music = "".join(sorted(track.key for track in training))
        settings = {
            "ear": asdict(ear),
            "training": asdict(config),
            "a hash of the music": hashlib.sha256(music.encode()).hexdigest()[:12],
            "weights from the start": start.key if start else "random",
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.step = 0
        if (folder / CHECKPOINT).exists():
            check_settings(folder / SETTINGS, settings)
            self.step = load_state(folder / CHECKPOINT, self._modules, self.optimiser)
        forget_after(folder / METRICS, self.step)
        (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n")

    @property
    def finished(self) -> bool:
        return self.step >= self.config.steps

    def advance(self) -> dict[str, float]:
        """One update.

        Raises `ArithmeticError` with step and files when the loss or its gradient is not finite;
        the weights are then those before the step.
        """
        config, began = self.config, time.perf_counter()
        shape = config.items, config.crops, self.frames
        batch = sample(self.training, *shape, config.seed, self.step, config.singles)
        torch.manual_seed(hash((config.seed, self.step)) & 0x7FFFFFFF)
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * schedule(self.step, config)
        table = self._table(self.model, batch)
        loss = cpc.loss(table) if config.loss == "cpc" else cpc.loss_across_steps(table)
        _check_finite("loss", loss, self.step, batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        _check_finite("gradient", norm, self.step, batch)
        self.optimiser.step()
        self._average()
        self.step += 1
        row = {
            "step": float(self.step),
            "loss": float(loss.detach()),
            "accuracy": cpc.accuracy(table.detach(), torch.ones_like(batch.own())),
            "gradient_norm": float(norm),
            "seconds": time.perf_counter() - began,
        }
        return row

    def validate(self) -> dict[str, float]:
        """Of the averaged weights on tracks never trained on: accuracy of telling z apart."""
        if not self.validation:
            return {}
        config, rows = self.config, []
        self.mean_model.eval()
        for number in range(config.validation_batches):
            shape = config.validation_items, config.validation_crops, self.frames
            batch = sample(self.validation, *shape, VALIDATION_SEED, number)
            with torch.no_grad():
                table = self._table(self.mean_model, batch)
            own, same = batch.own(), batch.same_track()
            row = {"validation_loss": float(cpc.loss(table))}
            allowed = {"all": torch.ones_like(own), "across": own | ~same, "within": same}
            for key, candidates in allowed.items():
                row[f"validation_{key}"] = cpc.accuracy(table, candidates)
                row[f"chance_{key}"] = float((1 / candidates.sum(1)).mean())
            rows.append(row)
        return {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}

    def rows(self) -> list[Row]:
        """What every step taken so far reported."""
        return read_metrics(self.folder / METRICS)

    def log(self, row: dict[str, float]) -> None:
        with (self.folder / METRICS).open("a") as file:
            file.write(json.dumps(row) + "\n")

    def save(self) -> None:
        """Write the checkpoint; the one before survives until the new one is whole."""
        save_state(self.folder / CHECKPOINT, self.step, self._modules, self.optimiser)

    def _table(self, model: Trainee, batch: Batch) -> cpc.Scores:
        levels = batch.levels.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bfloat16):
            z, c = model.network(levels)
        # Scores are large numbers whose differences count: too fine for sixteen bits.
        return cpc.scores(z.float(), c.float(), model.prediction, self.crop, self.ear.gap_steps)

    @torch.no_grad()
    def _average(self) -> None:
        """Move the averaged weights; early on faster, so that they do not remember the start."""
        keep = min(self.config.average, (1 + self.step) / (10 + self.step))
        pairs = zip(
            self.mean_model.state_dict().values(), self.model.state_dict().values(), strict=True
        )
        for mean, value in pairs:
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def _check_finite(what: str, value: Tensor, step: int, batch: Batch) -> None:
    if not bool(torch.isfinite(value)):
        names = ", ".join(sorted({Path(name).name for name in batch.names}))
        raise ArithmeticError(f"the {what} is not finite at step {step}; batch: {names}")


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


def run(
    trainer: Trainer,
    report: Callable[[dict[str, float]], None] = lambda row: None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Train to the end, or until `stop` says so; either way the last step is kept.

    A loss that is not finite ends the run with the last good checkpoint still in place.
    """
    config = trainer.config
    while not trainer.finished and not stop():
        row = trainer.advance()
        if trainer.step % config.validate_every == 0 or trainer.finished:
            row |= trainer.validate()
        trainer.log(row)
        report(row)
        if trainer.step % config.checkpoint_every == 0:
            trainer.save()
    trainer.save()
