"""The batches of a run, of which the next is read while a step is computed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch

from immersions.scalogram import ScalogramConfig
from immersions.training.augmentation import Changer
from immersions.training.config import TrainingConfig
from immersions.training.devices import CPU
from immersions.training.library import Track
from immersions.training.ranks import Ranks
from immersions.training.sampling import Batch, draw


@dataclass(frozen=True)
class Reading:
    """A batch on its way: of these tracks, for this step."""

    tracks: Sequence[Track]
    step: int
    batch: Future[Batch]


class Batches:
    """This process' part of the batch of any step, on the device where it is trained on.

    A batch is a function of tracks and step alone, so nothing is lost when one was read in vain.
    """

    def __init__(
        self,
        config: TrainingConfig,
        scale: ScalogramConfig,
        frames: int,
        ranks: Ranks,
        device: torch.device = CPU,
    ) -> None:
        self.config, self.scale, self.frames, self.device = config, scale, frames, device
        self._part = ranks.part(config.items)
        self._reader = ThreadPoolExecutor(1, "batches")
        self._next: Reading | None = None

    def take(self, tracks: Sequence[Track], step: int) -> tuple[Batch, float]:
        """The batch of `step`, and for how many seconds it was waited; the next one is begun."""
        began = time.perf_counter()
        reading = self._next
        if reading is None or reading.tracks is not tracks or reading.step != step:
            reading = self._begin(tracks, step)
        self._next = None
        batch = reading.batch.result()
        waited = time.perf_counter() - began
        if step + 1 < self.config.steps:
            self._next = self._begin(tracks, step + 1)
        return batch.to(self.device), waited

    def _begin(self, tracks: Sequence[Track], step: int) -> Reading:
        return Reading(tracks, step, self._reader.submit(self._read, tracks, step))

    def _read(self, tracks: Sequence[Track], step: int) -> Batch:
        config = self.config
        shape = config.items, config.crops, self.frames
        excerpts = draw(tracks, *shape, config.seed, step, config.singles)
        changer = Changer(config.augmentation, self.scale, tracks, config.seed, step)
        batch = changer.read(excerpts[self._part], self.frames)
        names = tuple(str(tracks[excerpt.track].path) for excerpt in excerpts)
        batch = replace(batch, names=names)
        # A GPU then copies it while the processor goes on to the step.
        return batch.pinned() if self.device.type == "cuda" else batch
