"""From sound files to items: their scalograms on disk, their labels and groups in a table.

A file is heard block by block, so its length costs no memory, and once: what it sounds like to
the ear is kept in the cache as 16-bit floats, beside the statistics of its mel bands.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions import audio
from immersions.ears.contrastive import ContrastiveConfig
from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training import probe_features
from immersions.training.library import content_key
from immersions.training.probe_items import ItemShape, Sound, item_shape, levels
from immersions.training.probing.splits import Rows, Table
from immersions.training.probing.tasks import Entry, Task

SAY_EVERY = 50
"""Files between two words of progress."""
BATCH = 16
"""Items in memory at once."""
VERSION = 1
"""Of what is kept; raised when items come to be cut or transformed otherwise."""


@dataclass(frozen=True)
class Heard:
    """A file's items: `count` scalograms one after another in `kept`, and mel statistics."""

    entry: Entry
    key: str
    kept: Path
    log_mel: NDArray[np.float32]
    """(items, features)"""
    mfcc: NDArray[np.float32]

    @property
    def count(self) -> int:
        return len(self.log_mel)


@dataclass(frozen=True)
class Items:
    """Every item of a task, and the files that gave none: (path, reason)."""

    shape: ItemShape
    scale: ScalogramConfig
    heard: tuple[Heard, ...]
    table: Table
    left_out: tuple[tuple[Path, str], ...]

    def levels(self, rows: Rows) -> Float[Tensor, "chosen parts bins frames"]:
        """The scalograms of some items, read from disk."""
        shape = self.scale.parts, self.scale.bins, self.shape.frames
        size, found = int(np.prod(shape)), []
        for track, place in zip(self.table.tracks[rows], self.table.places[rows], strict=True):
            kept = self.heard[int(track)].kept
            found.append(np.fromfile(kept, np.float16, size, offset=2 * size * int(place)))
        return torch.from_numpy(np.stack(found).astype(np.float32)).unflatten(1, shape)

    def names(self, rows: Rows) -> list[tuple[str, int, str]]:
        """What some items are, whatever else the task holds: content of the file, place, class."""
        table = self.table
        return [
            (self.heard[int(table.tracks[row])].key, int(table.places[row]), table.classes[label])
            for row, label in zip(rows.tolist(), table.labels[rows].tolist(), strict=True)
        ]

    @property
    def log_mel(self) -> Float[Tensor, "items features"]:
        return torch.from_numpy(np.concatenate([one.log_mel for one in self.heard]))

    @property
    def mfcc(self) -> Float[Tensor, "items features"]:
        return torch.from_numpy(np.concatenate([one.mfcc for one in self.heard]))


def hear(
    task: Task, ear: ContrastiveConfig, cache: Path, say: Callable[[str], None] = lambda line: None
) -> Items:
    """Cut every file of the task into items as long as the ear needs.

    Files that are broken, too short or a copy of another are said and left out. Raises
    `ValueError` when fewer than two classes are left, and `OSError` when the cache is not writable.
    """
    cache.mkdir(parents=True, exist_ok=True)
    shape, scalogram = item_shape(ear), Scalogram(ear.scalogram)
    found: dict[str, Heard] = {}
    left_out: list[tuple[Path, str]] = []
    for number, entry in enumerate(task.entries):
        if number and number % SAY_EVERY == 0:
            say(f"  {number} of {len(task.entries)} files")
        try:
            key = _key(entry.path)
            if key in found:
                raise ValueError(f"the same content as {found[key].entry.path}")
            heard = _heard(entry, key, shape, scalogram, cache)
            if not heard.count:
                raise ValueError(f"shorter than an item of {shape.seconds:.2f} s")
            found[key] = heard
        except ValueError as error:
            reason = str(error).removeprefix(f"{entry.path}: ")
            left_out.append((entry.path, reason))
            say(f"left out {entry.path.name}: {reason}")
    tracks = tuple(found.values())
    lost = {entry.label for entry in task.entries} - {one.entry.label for one in tracks}
    for label in sorted(lost):
        say(f"left out class {label}: none of its files gives an item")
    return Items(shape, ear.scalogram, tracks, _table(task, tracks), tuple(left_out))


def _table(task: Task, tracks: Sequence[Heard]) -> Table:
    classes = tuple(sorted({one.entry.label for one in tracks}))
    if len(classes) < 2:
        raise ValueError(f"{task.name}: expected items of 2 classes or more, got {len(classes)}")
    groups = {name: number for number, name in enumerate({one.entry.group: 0 for one in tracks})}
    rows = [
        (classes.index(one.entry.label), groups[one.entry.group], number, place)
        for number, one in enumerate(tracks)
        for place in range(one.count)
    ]
    return Table(classes, *torch.tensor(rows).T.contiguous())


def _key(path: Path) -> str:
    try:
        return content_key(path)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}") from None


def _heard(entry: Entry, key: str, shape: ItemShape, scalogram: Scalogram, cache: Path) -> Heard:
    config = [VERSION, asdict(scalogram.config), asdict(shape)]
    settings = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    kept = cache / f"{key}-{settings}.f16"
    tables = _kept(kept, scalogram.config, shape)
    if tables is None:
        _write(entry.path, kept, shape, scalogram)
        tables = _kept(kept, scalogram.config, shape)
        assert tables is not None
    return Heard(entry, key, kept, *tables)


def _kept(
    path: Path, scale: ScalogramConfig, shape: ItemShape
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """The statistics kept beside the scalograms; None where one of the two files is not whole."""
    try:
        with path.with_suffix(".npz").open("rb") as file:
            tables = np.load(file, allow_pickle=False)
            log_mel, mfcc = tables["log_mel"], tables["mfcc"]
        size = 2 * scale.parts * scale.bins * shape.frames * len(log_mel)
        return (log_mel, mfcc) if path.stat().st_size == size else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, kept: Path, shape: ItemShape, scalogram: Scalogram) -> None:
    """Hear a file; the table is written last, so that what was cut off is heard again."""
    partial = kept.with_suffix(f".{os.getpid()}.partial")
    log_mel = [np.zeros((0, 2 * probe_features.MEL_BANDS), np.float32)]
    mfcc = [np.zeros((0, 2 * probe_features.CEPSTRA), np.float32)]
    try:
        with partial.open("wb") as file:
            for sound in _sounds(path, shape):
                file.write(levels(sound, scalogram, shape).half().numpy().tobytes())
                mel = probe_features.mel_levels(torch.from_numpy(sound), shape.sample_rate)
                log_mel.append(probe_features.statistics(mel).numpy())
                mfcc.append(probe_features.statistics(probe_features.cepstra(mel)).numpy())
        partial.replace(kept)
        with partial.open("wb") as file:
            np.savez(file, log_mel=np.concatenate(log_mel), mfcc=np.concatenate(mfcc))
        partial.replace(kept.with_suffix(".npz"))
    finally:
        partial.unlink(missing_ok=True)


def _sounds(path: Path, shape: ItemShape) -> Iterator[Sound]:
    """The items of a file, some at a time; whatever cannot be heard is a `ValueError`."""
    some: list[NDArray[np.float32]] = []
    try:
        for block in audio.stream(path, shape.sample_rate, shape.seconds):
            some += [block] if len(block) == shape.samples else []
            if len(some) == BATCH:
                yield np.stack(some)
                some = []
    except OSError as error:
        raise ValueError(str(error)) from None
    if some:
        yield np.stack(some)
