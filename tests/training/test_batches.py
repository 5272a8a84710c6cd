"""The next batch is read while a step is computed, and is the one that it would have been."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tiny_music import EAR, SCALE, TRAINING

from immersions.training.augmentation import Augmentation
from immersions.training.batches import Batches
from immersions.training.library import Library, Track
from immersions.training.loop import Trainer, run
from immersions.training.ranks import ALONE, Ranks
from immersions.training.sampling import sample

FRAMES = 64


class Slow(np.ndarray):
    """Levels on a slow disk: reading an excerpt takes a while. Notes which threads read it."""

    readers: set[str]

    def __getitem__(self, key: object) -> NDArray[np.float16]:
        time.sleep(0.02)
        self.readers.add(threading.current_thread().name)
        return np.asarray(super().__getitem__(key))


def slow(library: Library) -> tuple[list[Track], set[str]]:
    readers: set[str] = set()
    tracks = []
    for track in library.tracks:
        levels = np.array(track.levels).view(Slow)
        levels.readers = readers
        tracks.append(replace(track, levels=levels))
    return tracks, readers


def test_the_next_batch_is_there_when_it_is_asked_for(library: Library) -> None:
    """Eight excerpts of 20 ms: the first is waited for, the second was read meanwhile."""
    music, readers = slow(library)
    batches = Batches(TRAINING, SCALE, FRAMES, ALONE)
    first, waited_first = batches.take(music, 0)
    time.sleep(1.0)  # a step
    second, waited_second = batches.take(music, 1)
    assert waited_first >= 8 * 0.02
    assert waited_second < 0.02
    assert threading.current_thread().name not in readers
    for step, batch in enumerate((first, second)):
        expected = sample(library.tracks, 8, 2, FRAMES, 0, step)
        assert torch.equal(batch.levels, expected.levels)
        assert batch.names == expected.names


def test_a_batch_that_was_read_in_vain_is_not_taken(library: Library) -> None:
    """Another step is asked for, or other tracks."""
    batches = Batches(TRAINING, SCALE, FRAMES, ALONE)
    batches.take(library.tracks, 0)
    for tracks, step in ((library.tracks, 5), (library.tracks[4:], 6)):
        batch, _ = batches.take(tracks, step)
        assert torch.equal(batch.levels, sample(tracks, 8, 2, FRAMES, 0, step).levels)


def test_each_process_reads_its_part(library: Library) -> None:
    config = replace(TRAINING, augmentation=Augmentation(gain=6, mix=0.5))
    whole, _ = Batches(config, SCALE, FRAMES, ALONE).take(library.tracks, 3)
    parts = [Batches(config, SCALE, FRAMES, Ranks(r, 2)).take(library.tracks, 3)[0] for r in (0, 1)]
    assert torch.equal(torch.cat([part.levels for part in parts]), whole.levels)
    assert all(part.names == whole.names for part in parts)


def test_what_cannot_be_read_is_said_by_the_step(library: Library, tmp_path: Path) -> None:
    broken = replace(library.tracks[2], levels=np.zeros((1, 3, 750), np.float16))
    trainer = Trainer(tmp_path, EAR, TRAINING, [*library.tracks[3:], broken], [])
    with pytest.raises(ValueError, match="same shape"):
        run(trainer)


def test_the_metrics_say_what_was_waited(library: Library, tmp_path: Path) -> None:
    music, _ = slow(library)
    shares = []
    for name, tracks in (("slow", music), ("quick", library.tracks)):
        trainer = Trainer(tmp_path / name, EAR, TRAINING, tracks, [])
        run(trainer)
        rows = trainer.rows()
        assert all(0 <= row["waited"] <= 1 for row in rows)
        shares.append(sorted(row["waited"] for row in rows)[len(rows) // 2])
        assert [row["loss"] for row in rows] == pytest.approx(
            [row["loss"] for row in Trainer(tmp_path / "slow", EAR, TRAINING, tracks, []).rows()]
        )
    assert shares[0] > 0.5 > shares[1]
