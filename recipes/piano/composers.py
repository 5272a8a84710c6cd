"""Render the task `composers`: who wrote what is played, told from human performances.

    python recipes/piano/composers.py ASAP [DESTINATION]

ASAP is the archive or folder of the data set (CC-BY-NC-SA 4.0: for evaluation only, no ear that
ships learns from it). The sound font is one that no training used. Writes the sound and
DESTINATION/composers.csv (path, label: the composer, group: the piece) for `immersions probe`.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from archives import opened
from notes import Note, read_notes, read_pedal
from performing import write
from rendering import EVALUATION, debian, fetch_font, render

FEWEST_PIECES = 4
"""A composer with fewer cannot be told by piece."""
MINUTES = 20.0
"""Of each composer, so that all have about as many items."""
LONGEST = 150.0
"""Seconds of a performance that are taken."""


def chosen(folder: Path) -> dict[str, list[tuple[str, Path]]]:
    """(piece, performance) of every composer: one of each piece, then another of each …"""
    by_composer: defaultdict[str, defaultdict[str, list[Path]]] = defaultdict(
        lambda: defaultdict(list)
    )
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / row["midi_performance"]
            if path.is_file():
                by_composer[row["composer"]][row["title"]].append(path)
    return {
        composer: in_turn(pieces)
        for composer, pieces in sorted(by_composer.items())
        if len(pieces) >= FEWEST_PIECES
    }


def in_turn(pieces: Mapping[str, Sequence[Path]]) -> list[tuple[str, Path]]:
    """The first performance of every piece, then the second of every piece that has one …"""
    columns = [[(title, path) for path in sorted(pieces[title])] for title in sorted(pieces)]
    return [pair for row in zip_longest(*columns) for pair in row if pair]


@dataclass(frozen=True)
class Performance:
    """What is played of a piece, from its first note, and with which pedal."""

    piece: str
    path: Path
    notes: tuple[Note, ...]
    pedal: tuple[tuple[float, bool], ...]


def beginning(piece: str, path: Path, seconds: float = LONGEST) -> Performance:
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
    return Performance(piece, path, tuple(kept), (*pedal, (last, False)))


def plan(performances: Sequence[tuple[str, Path]]) -> list[Performance]:
    """As many performances as make `MINUTES`, all of them no longer than `LONGEST`."""
    planned, seconds = list[Performance](), 0.0
    for piece, path in performances:
        if seconds >= 60 * MINUTES:
            break
        planned.append(beginning(piece, path))
        seconds += planned[-1].pedal[-1][0]
    return planned


def render_task(folder: Path, destination: Path, workers: int) -> int:
    """Render what is missing, write the table and return the number of performances."""
    font = fetch_font(EVALUATION, destination / "fonts")
    rows: list[tuple[str, str, str]] = []
    jobs: list[tuple[Performance, Path]] = []
    for composer, performances in chosen(folder).items():
        for played in plan(performances):
            name = "-".join(played.path.relative_to(folder).with_suffix(".flac").parts)
            rows.append((f"composers/{name}", composer, f"{composer} {played.piece}"))
            jobs.append((played, destination / "composers" / name))

    def one(job: tuple[Performance, Path]) -> None:
        played, target = job
        if not target.is_file():
            with tempfile.TemporaryDirectory() as scratch:
                midi = Path(scratch) / "performance.mid"
                write(midi, played.notes, played.pedal, programme=0)
                render(midi, font, target)

    with ThreadPoolExecutor(workers) as pool:
        for number, _ in enumerate(pool.map(one, jobs), 1):
            if number % 20 == 0 or number == len(jobs):
                print(f"{number} of {len(jobs)} performances", flush=True)
    with (destination / "composers.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("path", "label", "group"))
        table.writerows(rows)
    return len(rows)


def main() -> None:
    """Parse the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("asap", type=Path)
    parser.add_argument("destination", nargs="?", default="data/piano", type=Path)
    parser.add_argument("--workers", default=2, type=int, help="renderings at once")
    given = parser.parse_args()
    try:
        debian.require("apt-get", "dpkg-deb", "fluidsynth")
        with opened(given.asap) as asap:
            count = render_task(asap, given.destination, given.workers)
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        sys.exit(f"composers.py: {error}")
    print(f"{count} performances, {given.destination / 'composers.csv'}")


if __name__ == "__main__":
    main()
