"""What is to be told apart: sound files, each with a label and a group."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from immersions.training.library import SOUND_SUFFIXES, find_sounds

COLUMNS = ("path", "label", "group")


@dataclass(frozen=True)
class Entry:
    """A sound file, its class, and what it must not be parted from (a piece, a record)."""

    path: Path
    label: str
    group: str


@dataclass(frozen=True)
class Task:
    """Files and their classes; nothing has been opened yet."""

    name: str
    entries: tuple[Entry, ...]


def read_task(path: Path) -> Task:
    """A folder of class folders, a folder of sound files (each its own class), or a CSV.

    A CSV has the columns `path,label,group`: paths relative to it, the group optional (the path
    stands for it). Raises `ValueError` or `OSError` with one line that names the row or the folder.
    """
    if path.is_dir():
        task = Task(path.resolve().name, tuple(_folder(path)))
    elif path.is_file():
        task = Task(path.stem, tuple(_rows(path)))
    else:
        raise FileNotFoundError(f"{path}: expected a folder of class folders or a CSV, got nothing")
    classes = {entry.label for entry in task.entries}
    if len(classes) < 2:
        got = f"only {min(classes)!r}" if classes else "none"
        raise ValueError(f"{path}: expected 2 classes or more, got {got}")
    return task


def _folder(folder: Path) -> Iterator[Entry]:
    inside = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    classes = {path.name: find_sounds([path]) for path in inside if path.is_dir()}
    classes = {name: sounds for name, sounds in classes.items() if sounds}
    loose = [p for p in inside if p.is_file() and p.suffix.lower() in SOUND_SUFFIXES]
    if classes and loose:
        raise ValueError(
            f"{folder}: expected class folders or sound files, got both: "
            f"{min(classes)} and {loose[0].name}"
        )
    for path in loose:
        yield Entry(path, path.name, path.name)
    for name, sounds in classes.items():
        for path in sounds:
            yield Entry(path, name, str(path))


def _rows(path: Path) -> Iterator[Entry]:
    """The rows of a CSV; its first may name the columns, in any order."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file, strict=True), 1)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: expected a CSV of {','.join(COLUMNS)}, got: {error}") from None
    columns: Sequence[str] = COLUMNS
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if number == 1 and {"path", "label"} <= {cell.lower() for cell in cells}:
            columns = [cell.lower() for cell in cells]
            continue
        found = dict(zip(columns, cells, strict=False))
        if len(cells) > len(columns) or not found.get("path") or not found.get("label"):
            said = ",".join(row)
            raise ValueError(
                f"{path}: row {number}: expected {','.join(columns)} with a path and a label, "
                f"got {said!r:.100}"
            )
        yield Entry(
            path.parent / found["path"], found["label"], found.get("group") or found["path"]
        )
