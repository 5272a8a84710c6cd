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
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from immersions.ears.checkpoint import save_pretrained
from immersions.ears.contrastive import ContrastiveConfig
from immersions.training import cpc
from immersions.training.batches import Batches
from immersions.training.config import TrainingConfig, averaging, schedule
from immersions.training.devices import CPU
from immersions.training.joined_norm import join_norms
from immersions.training.kept import (
    CHECKPOINT,
    METRICS,
    SETTINGS,
    SNAPSHOTS,
    Row,
    add_row,
    check_settings,
    forget_after,
    load_state,
    read_metrics,
    save_state,
    write_whole,
)
from immersions.training.library import Track
from immersions.training.objective import Objective, Trainee
from immersions.training.ranks import ALONE, Ranks
from immersions.training.sampling import Batch
from immersions.training.start import Start
from immersions.training.validation import Validation

__all__ = ["Trainer", "TrainingConfig", "averaging", "run", "schedule"]


class Trainer:
    """One run in one folder; `advance` does a step, `save` and the constructor make it last.

    Of several processes (`ranks`) each has its part of every batch; the first alone writes.
    """

    def __init__(
        self,
        folder: Path,
        ear: ContrastiveConfig,
        config: TrainingConfig,
        training: Sequence[Track],
        validation: Sequence[Track],
        start: Start | None = None,
        ranks: Ranks = ALONE,
        device: torch.device = CPU,
    ) -> None:
        self.folder, self.ear, self.config, self.ranks = folder, ear, config, ranks
        self.device = device
        self.training, self.validation, self.start = training, validation, start
        if config.accumulate * ranks.size > config.items:
            most = config.items // ranks.size
            raise ValueError(f"accumulate: expected 1 to {most}, got {config.accumulate}")
        torch.manual_seed(config.seed)
        # Made on the processor: the same weights wherever they are trained.
        self.model = Trainee(ear)
        if start:
            self.model.begin_with(start)
        self.mean_model = Trainee(ear)
        self.mean_model.load_state_dict(self.model.state_dict())
        if ranks.size > 1:
            join_norms(self.model, ranks)
        for model in (self.model, self.mean_model):
            model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=config.learning_rate)
        ratio = self.model.network.stride // self.model.network.encoder_stride
        crop = cpc.crop_of(ear, ratio, config.contexts)
        sat = config.loss == "sat"
        self.objective = Objective(
            crop, ear.gap_steps, sat, config.bfloat16, config.accumulate, ranks
        )
        self.frames = crop.steps * self.model.network.encoder_stride
        self._batches = Batches(config, ear.scalogram, self.frames, ranks, device)
        alone = replace(self.objective, ranks=ALONE)
        self._held_out = Validation(alone, validation, self.frames, config)
        self._modules = {"model": self.model, "mean": self.mean_model}
        self.step = 0
        self._open()

    def _open(self) -> None:
        """Go on from what the folder keeps, if it is of this run."""
        music = hashlib.sha256("".join(sorted(t.key for t in self.training)).encode()).hexdigest()
        settings = {
            "ear": asdict(self.ear),
            "training": asdict(self.config),
            "a hash of the music": music[:12],
            "weights from the start": self.start.key if self.start else "random",
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.has_checkpoint:
            defaults = {
                "training": asdict(TrainingConfig()),
                "ear": {"blur": ContrastiveConfig.blur},
            }
            check_settings(self.folder / SETTINGS, settings, defaults)
            self.step = load_state(self.folder / CHECKPOINT, self._modules, self.optimiser)
            if self.step > self.config.steps:
                raise ValueError(
                    f"{self.folder}: this run has taken {self.step} steps already; expected "
                    f"--steps {self.step} or more, got {self.config.steps}"
                )
        self.ranks.check_same("the music (by its hash)", int(music[:12], 16))
        self.ranks.check_same("the step of the checkpoint", self.step)
        if self.ranks.first:
            forget_after(self.folder / METRICS, self.step)
            write_whole(self.folder / SETTINGS, json.dumps(settings, indent=1) + "\n")

    @property
    def has_checkpoint(self) -> bool:
        """Whether a run that ends now could go on from somewhere."""
        return (self.folder / CHECKPOINT).exists()

    @property
    def finished(self) -> bool:
        return self.step >= self.config.steps

    def advance(self) -> dict[str, float]:
        """One update.

        Raises `ArithmeticError` with step and files when the loss or its gradient is not finite;
        the weights are then those before the step.
        """
        config, began = self.config, time.perf_counter()
        batch, waited = self._batches.take(self.training, self.step)
        torch.manual_seed(self._noise_seed())
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * schedule(self.step, config)
        self.optimiser.zero_grad(set_to_none=True)
        loss, accuracy = self.objective.learn(self.model, batch.levels)
        self._check_finite("loss", float(loss), batch)
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        self._check_finite("gradient", float(norm), batch)
        self.optimiser.step()
        self._average()
        self.step += 1
        seconds = time.perf_counter() - began
        return {
            "step": float(self.step),
            "loss": float(loss),
            "accuracy": accuracy,
            "gradient_norm": float(norm),
            "seconds": seconds,
            "waited": waited / seconds,
        }

    def validate(self) -> dict[str, float]:
        """Of the averaged weights on tracks never trained on: accuracy of telling z apart."""
        if not self.validation:
            return {}
        return self._held_out.measure(self.mean_model)

    def rows(self) -> list[Row]:
        """What every step taken so far reported."""
        return read_metrics(self.folder / METRICS)

    def log(self, row: dict[str, float]) -> None:
        add_row(self.folder / METRICS, row)

    def save(self) -> None:
        """Write the checkpoint; the one before survives until the new one is whole."""
        save_state(self.folder / CHECKPOINT, self.step, self._modules, self.optimiser)

    def snapshot(self) -> None:
        """Keep the averaged weights as an ear of their own, named after the step."""
        name = f"{self.step:06}"
        folder = self.folder / SNAPSHOTS / name
        save_pretrained(folder, name, self.mean_model.network, {}, f"# Step {self.step}\n")

    def _noise_seed(self) -> int:
        """For dropout, which is another in every process."""
        of = (self.config.seed, self.step)
        return hash((*of, self.ranks.rank) if self.ranks.rank else of) & 0x7FFFFFFF

    def _check_finite(self, what: str, value: float, batch: Batch) -> None:
        if not math.isfinite(value):
            names = ", ".join(sorted({Path(name).name for name in batch.names}))
            raise ArithmeticError(f"the {what} is not finite at step {self.step}; batch: {names}")

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


def run(
    trainer: Trainer,
    report: Callable[[dict[str, float]], None] = lambda row: None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Train to the end, or until `stop` says so; either way the last step is kept.

    Of several processes all stop as soon as one of them is asked to. A loss that is not finite, or
    a process that is lost, ends the run with the last good checkpoint still in place.
    """
    config, ranks = trainer.config, trainer.ranks
    while not trainer.finished and not ranks.any(stop()):
        row = trainer.advance()
        if not ranks.first:
            continue
        if trainer.step % config.validate_every == 0 or trainer.finished:
            row |= trainer.validate()
        trainer.log(row)
        report(row)
        if trainer.step % config.checkpoint_every == 0:
            trainer.save()
        if config.snapshot_every and trainer.step % config.snapshot_every == 0:
            trainer.snapshot()
    if ranks.first:
        trainer.save()
