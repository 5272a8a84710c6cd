"""Write composers.json anew: which performances of ASAP the task `composers` takes.

    python recipes/piano/composers_survey.py ASAP

ASAP is the archive or folder of the data set, or of a part of it: what its metadata.csv names and
it does not hold is passed over. Other performances are another task, with other scores.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from archives import opened
from composers import LIST, beginning

FEWEST_PIECES = 4
"""A composer with fewer cannot be told by piece."""
MINUTES = 20.0
"""Of each composer, so that all have about as many items."""


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


def plan(performances: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """As many performances as make `MINUTES`, as much of each as the task takes."""
    planned, seconds = list[tuple[str, Path]](), 0.0
    for piece, path in performances:
        if seconds >= 60 * MINUTES:
            break
        planned.append((piece, path))
        seconds += beginning(path).seconds
    return planned


def survey(asap: Path) -> list[dict[str, str]]:
    """A row for each performance that is taken, by composer."""
    return [
        {
            "path": path.relative_to(asap).as_posix(),
            "composer": composer,
            "piece": piece,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for composer, performances in chosen(asap).items()
        for piece, path in plan(performances)
    ]


def main() -> None:
    """Parse the command line, write composers.json, say what is taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("asap", type=Path)
    given = parser.parse_args()
    try:
        with opened(given.asap) as asap:
            rows = survey(asap)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"composers_survey.py: {error}")
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    LIST.write_text(f'{{\n "performances": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    composers = len({row["composer"] for row in rows})
    print(f"{len(rows)} performances of {composers} composers, in {LIST}")


if __name__ == "__main__":
    main()
