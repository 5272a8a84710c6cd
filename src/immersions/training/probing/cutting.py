"""One sound file to its items, kept on disk: what they sound like to an ear, and mel statistics.

A file is heard block by block, so its length costs no memory, and once: its scalograms are kept as
16-bit floats, beside the statistics of its mel bands and what was wrong with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from immersions import audio
from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training import probe_features
from immersions.training.probe_items import ItemShape, Sound, disturbed, levels
from immersions.training.probing.tasks import Entry

BATCH = 16
"""Items in memory at once."""
VERSION = 2
"""Of what is kept; raised when items come to be cut or transformed otherwise."""


@dataclass(frozen=True)
class Cut:
    """How files become items; with `disturbance`, a seed, each at a level and colour of its own."""

    shape: ItemShape
    scale: ScalogramConfig
    disturbance: int | None = None


@dataclass(frozen=True)
class Tables:
    """Of a file's items, (items, features): mel statistics; and what was wrong with the file."""

    log_mel: NDArray[np.float32]
    mfcc: NDArray[np.float32]
    flaws: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Heard:
    """A file's items: `count` scalograms one after another in `kept`, and mel statistics."""

    entry: Entry
    key: str
    kept: Path
    tables: Tables

    @property
    def count(self) -> int:
        return len(self.tables.log_mel)


def heard_file(entry: Entry, key: str, cut: Cut, scalogram: Scalogram, cache: Path) -> Heard:
    """The items of a file, from `cache` or heard now. Raises `ValueError` and `OSError`."""
    told = json.dumps([VERSION, asdict(cut)], sort_keys=True)
    kept = cache / f"{key}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.f16"
    tables = _kept(kept, cut)
    if tables is None:
        _write(entry.path, kept, cut, scalogram)
        tables = _kept(kept, cut)
        assert tables is not None
    return Heard(entry, key, kept, tables)


def _kept(path: Path, cut: Cut) -> Tables | None:
    """What is kept beside the scalograms; None where one of the two files is not whole."""
    try:
        with path.with_suffix(".npz").open("rb") as file:
            found = np.load(file, allow_pickle=False)
            tables = Tables(found["log_mel"], found["mfcc"], found["flaws"].tolist())
        size = 2 * cut.scale.parts * cut.scale.bins * cut.shape.frames * len(tables.log_mel)
        return tables if path.stat().st_size == size else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, kept: Path, cut: Cut, scalogram: Scalogram) -> None:
    """Hear a file; the tables are written last, so that what was cut off is heard again."""
    partial, rate = kept.with_suffix(f".{os.getpid()}.partial"), cut.shape.sample_rate
    log_mel = [np.zeros((0, 2 * probe_features.MEL_BANDS), np.float32)]
    mfcc = [np.zeros((0, 2 * probe_features.CEPSTRA), np.float32)]
    flaws: list[str] = []
    random = np.random.default_rng(cut.disturbance)
    try:
        with partial.open("wb") as file:
            for sound in _sounds(path, cut.shape, flaws.append):
                if cut.disturbance is not None:
                    sound = disturbed(sound, rate, random)
                file.write(levels(sound, scalogram, cut.shape).half().numpy().tobytes())
                mel = probe_features.mel_levels(torch.from_numpy(sound), rate)
                log_mel.append(probe_features.statistics(mel).numpy())
                mfcc.append(probe_features.statistics(probe_features.cepstra(mel)).numpy())
        partial.replace(kept)
        tables = {"log_mel": np.concatenate(log_mel), "mfcc": np.concatenate(mfcc)}
        with partial.open("wb") as file:
            np.savez(file, flaws=np.array(flaws, str), **tables)  # type: ignore[arg-type]
        partial.replace(kept.with_suffix(".npz"))
    finally:
        partial.unlink(missing_ok=True)


def _sounds(path: Path, shape: ItemShape, notice: Callable[[str], None]) -> Iterator[Sound]:
    """The items of a file, some at a time; whatever cannot be heard is a `ValueError`."""
    some: list[NDArray[np.float32]] = []
    try:
        for block in audio.stream(path, shape.sample_rate, shape.seconds, notice):
            some += [block] if len(block) == shape.samples else []
            if len(some) == BATCH:
                yield np.stack(some)
                some = []
    except OSError as error:
        raise ValueError(str(error)) from None
    if some:
        yield np.stack(some)
