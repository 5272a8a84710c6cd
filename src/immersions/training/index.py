"""What a run was trained on: every sound file that was found, in a line of its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from immersions.scalogram import ScalogramConfig
from immersions.training.fingerprint import digest
from immersions.training.kept import write_whole
from immersions.training.library import Library, Track

INDEX = "index.jsonl"


def index_rows(
    library: Library, scale: ScalogramConfig, training: Collection[Track]
) -> list[dict[str, Any]]:
    """A row for each file: `path`, `key` (a hash of its bytes), `seconds`, `fingerprint`, `side`
    (training, held out or left out), `left_out` (the reason) and `warnings`.

    What is not known of a file that could not be read is null.
    """
    trained = {track.path for track in training}
    rows = []
    for source in library.sources:
        side = "training" if source.path in trained else "held out"
        rows.append(
            {
                "path": str(source.path),
                "key": source.key or None,
                "seconds": round(source.frames * scale.hop / scale.sample_rate, 2) or None,
                "fingerprint": digest(source.coarse) if source.coarse.any() else None,
                "side": "left out" if source.left_out else side,
                "left_out": source.left_out,
                "warnings": list(source.flaws),
            }
        )
    return rows


def write_index(folder: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write them beside a run's metrics. Raises `OSError` with one line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_whole(folder / INDEX, text)


def summary(library: Library, scale: ScalogramConfig) -> str:
    """One line on what was found."""
    seconds = sum(track.frames for track in library.tracks) * scale.hop / scale.sample_rate
    long = f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.1f} minutes"
    twins = sum(source.twin_of is not None for source in library.sources)
    others = len(library.left_out) - twins
    return (
        f"{len(library.tracks)} tracks, {long}; left out: "
        f"{twins} duplicate{'' if twins == 1 else 's'}, {others} other file"
        f"{'' if others == 1 else 's'}"
    )
