"""From sound files to items: their scalograms on disk, their labels and groups in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from immersions.ears.contrastive import ContrastiveConfig
from immersions.scalogram import Scalogram
from immersions.training.probe_items import item_shape
from immersions.training.probing.cutting import Cut, Heard, heard_file
from immersions.training.probing.splits import Rows, Table
from immersions.training.probing.tasks import Task
from immersions.training.scalograms import content_key

SAY_EVERY = 50
"""Files between two words of progress."""
NEXT_FILE = 1000
"""From the disturbance of a file's items to that of the next file's."""


@dataclass(frozen=True)
class Items:
    """Every item of a task, and the files that gave none: (path, reason)."""

    cut: Cut
    heard: tuple[Heard, ...]
    table: Table
    left_out: tuple[tuple[Path, str], ...]

    @property
    def seconds(self) -> float:
        return self.cut.shape.seconds

    @property
    def damaged(self) -> list[tuple[Path, str]]:
        """(path, what was lost) of files that gave items all the same."""
        return [(one.entry.path, flaw) for one in self.heard for flaw in one.tables.flaws]

    def levels(self, rows: Rows) -> Float[Tensor, "chosen parts bins frames"]:
        """The scalograms of some items, read from disk."""
        shape = self.cut.scale.parts, self.cut.scale.bins, self.cut.shape.frames
        size, found = int(np.prod(shape)), []
        for track, place in zip(self.table.tracks[rows], self.table.places[rows], strict=True):
            kept = self.heard[int(track)].kept
            found.append(np.fromfile(kept, np.float16, size, offset=2 * size * int(place)))
        return torch.from_numpy(np.stack(found).astype(np.float32)).unflatten(1, shape)

    def names(self, rows: Rows) -> list[Any]:
        """What some items are, whatever else the task holds: content of the file, place, class.

        And at last how all of them are cut.
        """
        table = self.table
        names = [
            (self.heard[int(table.tracks[row])].key, int(table.places[row]), table.classes[label])
            for row, label in zip(rows.tolist(), table.labels[rows].tolist(), strict=True)
        ]
        return [*names, asdict(self.cut)]

    @property
    def log_mel(self) -> Float[Tensor, "items features"]:
        return torch.from_numpy(np.concatenate([one.tables.log_mel for one in self.heard]))

    @property
    def mfcc(self) -> Float[Tensor, "items features"]:
        return torch.from_numpy(np.concatenate([one.tables.mfcc for one in self.heard]))


def hear(
    task: Task,
    ear: ContrastiveConfig,
    cache: Path,
    say: Callable[[str], None] = lambda line: None,
    seconds: float | None = None,
    disturbance: int | None = None,
) -> Items:
    """Cut every file of the task into items as long as the ear needs, or of so many `seconds`.

    Files that are broken, too short or a copy of another are said and left out; of damaged ones
    that is said too. Raises `ValueError` when fewer than two classes are left, and `OSError` when
    the cache is not writable.
    """
    cache.mkdir(parents=True, exist_ok=True)
    cut = Cut(item_shape(ear, seconds), ear.scalogram, disturbance)
    scalogram = Scalogram(cut.scale)
    found: dict[str, Heard] = {}
    left_out: list[tuple[Path, str]] = []
    for number, entry in enumerate(task.entries):
        if number and number % SAY_EVERY == 0:
            say(f"  {number} of {len(task.entries)} files")
        try:
            key = _key(entry.path)
            if key in found:
                raise ValueError(f"the same content as {found[key].entry.path}")
            heard = heard_file(entry, key, _of_file(cut, number), scalogram, cache)
            if not heard.count:
                short = f"shorter than an item of {cut.shape.seconds:.2f} s"
                raise ValueError("; ".join([short, *heard.tables.flaws]))
            found[key] = heard
            for flaw in heard.tables.flaws:
                say(f"{entry.path.name}: {flaw}")
        except ValueError as error:
            reason = str(error).removeprefix(f"{entry.path}: ")
            left_out.append((entry.path, reason))
            say(f"left out {entry.path.name}: {reason}")
    tracks = tuple(found.values())
    lost = {entry.label for entry in task.entries} - {one.entry.label for one in tracks}
    for label in sorted(lost):
        say(f"left out class {label}: none of its files gives an item")
    return Items(cut, tracks, _table(task, tracks), tuple(left_out))


def _of_file(cut: Cut, number: int) -> Cut:
    """For one file of a task: no two are disturbed alike."""
    if cut.disturbance is None:
        return cut
    return replace(cut, disturbance=cut.disturbance + NEXT_FILE * number)


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
