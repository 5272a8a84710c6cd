"""Render the task `composers`: who wrote what is played, told from human performances.

    python recipes/piano/composers.py ASAP [DESTINATION]

ASAP is the archive or folder of the data set (CC-BY-NC-SA 4.0: for evaluation only, no ear that
ships learns from it); exactly the performances that composers.json lists are taken of it. The sound
font is one that no training used. Writes the sound and DESTINATION/composers.csv (path, label: the
composer, group: the piece) for `immersions probe`; of a part of it, composers-trial.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from archives import opened, verified
from notes import Note, read_notes, read_pedal
from performing import write
from rendering import EVALUATION, debian, fetch_font, render

LIST = Path(__file__).resolve().parent / "composers.json"
LONGEST = 150.0
"""Seconds of a performance that are taken."""


@dataclass(frozen=True)
class Performance:
    """What is played, from its first note, and with which pedal."""

    notes: tuple[Note, ...]
    pedal: tuple[tuple[float, bool], ...]

    @property
    def seconds(self) -> float:
        return self.pedal[-1][0]


def beginning(path: Path, seconds: float = LONGEST) -> Performance:
    """The first `seconds` after the first note; notes that go on are cut, the pedal is let go."""
    notes = read_notes(path)
    first = notes[0].start
    end = first + seconds
    kept = [
        Note(note.start - first, min(note.end, end) - first, note.pitch, note.velocity)
        for note in notes
        if note.start < end
    ]
    pedal = [(max(0.0, at - first), down) for at, down in read_pedal(path) if at < end]
    last = max(note.end for note in kept)
    return Performance(tuple(kept), (*pedal, (last, False)))


def listed(composers: int | None = None, pieces: int | None = None) -> list[dict[str, str]]:
    """The performances of composers.json; of the first composers and pieces alone, to try it."""
    rows: list[dict[str, str]] = json.loads(LIST.read_text(encoding="utf-8"))["performances"]
    names = list(dict.fromkeys(row["composer"] for row in rows))[:composers]
    each = {name: [row for row in rows if row["composer"] == name] for name in names}
    of = {name: list(dict.fromkeys(row["piece"] for row in each[name]))[:pieces] for name in names}
    return [row for name in names for row in each[name] if row["piece"] in of[name]]


def render_task(wanted: Sequence[dict[str, str]], folder: Path, table: Path, workers: int) -> None:
    """Verify all that is `wanted`, render what is missing of it beside the `table` and write that.

    Raises `ValueError`, `OSError` or `RuntimeError` with one line.
    """
    destination = table.parent
    font = fetch_font(EVALUATION, destination / "fonts")
    jobs: list[tuple[Path, Path]] = []
    rows: list[tuple[str, str, str]] = []
    for row in wanted:
        source = verified(folder, row["path"], row["sha256"], LIST.name)
        name = "-".join(Path(row["path"]).with_suffix(".flac").parts)
        rows.append((f"composers/{name}", row["composer"], f"{row['composer']} {row['piece']}"))
        jobs.append((source, destination / "composers" / name))

    def one(job: tuple[Path, Path]) -> None:
        source, target = job
        if not target.is_file():
            played = beginning(source)
            with tempfile.TemporaryDirectory() as scratch:
                midi = Path(scratch) / "performance.mid"
                write(midi, played.notes, played.pedal, programme=0)
                render(midi, font, target)

    with ThreadPoolExecutor(workers) as pool:
        for number, _ in enumerate(pool.map(one, jobs), 1):
            if number % 20 == 0 or number == len(jobs):
                print(f"{number} of {len(jobs)} performances", flush=True)
    with table.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(("path", "label", "group"))
        written.writerows(rows)


def main() -> None:
    """Parse the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("asap", type=Path)
    parser.add_argument("destination", nargs="?", default="data/piano", type=Path)
    parser.add_argument("--workers", default=2, type=int, help="renderings at once")
    parser.add_argument("--composers", type=int, help="only so many, to try it")
    parser.add_argument("--pieces", type=int, help="of each, to try it")
    given = parser.parse_args()
    part = given.composers or given.pieces
    table = given.destination / ("composers-trial.csv" if part else "composers.csv")
    try:
        debian.require("apt-get", "dpkg-deb", "fluidsynth")
        wanted = listed(given.composers, given.pieces)
        with opened(given.asap) as asap:
            render_task(wanted, asap, table, given.workers)
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        sys.exit(f"composers.py: {error}")
    print(f"{len(wanted)} performances, {table}")


if __name__ == "__main__":
    main()
