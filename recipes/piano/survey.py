"""Write pieces.json anew: which pieces of the archive are taken, and why the others are not.

    python recipes/piano/survey.py MUTOPIA ASAP

Both are folders or .tar.gz archives of MIDI files. A piece is left out if another of the archive
holds it (the longer is kept), if it is among the performances of ASAP, on which the ear is
evaluated, or if it is short.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path

import mido
from archives import opened
from notes import Note, phrases, read_notes, shared

PIECES = Path(__file__).resolve().parent / "pieces.json"
SAME = 0.14
"""Share of phrases in common from which two files hold the same music. The least of those that do
reached 0.16 (an intermezzo by Brahms), the most of those that do not 0.12."""
SHORTEST = 30.0
EVALUATED, SHORT = "in ASAP", f"shorter than {SHORTEST:.0f} s"


def title(path: Path) -> str:
    """The name of the first track that has one and is no staff's, else the file's."""
    for track in mido.MidiFile(path, clip=True).tracks:
        name = _decoded(track.name).strip().strip("\x00")
        if name and not name.endswith(":") and name.lower() not in ("control track", "up", "down"):
            return name
    return path.stem


def _decoded(text: str) -> str:
    """LilyPond writes UTF-8, which the reader takes for Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def left_out(music: dict[str, list[Note]], evaluated: list[list[Note]]) -> dict[str, str]:
    """Why pieces are not taken, by their names."""
    heard = {name: phrases(notes) for name, notes in music.items()}
    beside = [phrases(notes) for notes in evaluated]
    reasons: dict[str, str] = {}
    by_length = sorted(music, key=lambda name: (-len(heard[name]), name))
    found: defaultdict[tuple[int, ...], set[str]] = defaultdict(set)
    for name in by_length:
        if not music[name] or music[name][-1].end < SHORTEST:
            reasons[name] = SHORT
            continue
        if any(shared(heard[name], other) >= SAME for other in beside):
            reasons[name] = EVALUATED
            continue
        near = {other for phrase in heard[name] for other in found[phrase]}
        twin = next((o for o in sorted(near) if shared(heard[name], heard[o]) >= SAME), None)
        if twin:
            reasons[name] = f"also in {twin}"
            continue
        for phrase in heard[name]:
            found[phrase].add(name)
    return reasons


def survey(mutopia: Path, asap: Path) -> list[dict[str, object]]:
    """A row for each file of the archive, by name."""
    files = {str(path.relative_to(mutopia)): path for path in sorted(mutopia.rglob("*.mid*"))}
    music = {name: read_notes(path) for name, path in files.items()}
    reasons = left_out(music, [read_notes(path) for path in sorted(asap.rglob("*.mid"))])
    return [
        {
            "path": name,
            "title": title(path),
            "seconds": round(music[name][-1].end, 1) if music[name] else 0.0,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "left_out": reasons.get(name, ""),
        }
        for name, path in files.items()
    ]


def main() -> None:
    """Parse the command line, write pieces.json, say what is taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutopia", type=Path)
    parser.add_argument("asap", type=Path)
    given = parser.parse_args()
    try:
        with opened(given.mutopia) as mutopia, opened(given.asap) as asap:
            rows = survey(mutopia, asap)
    except (OSError, ValueError) as error:
        sys.exit(f"survey.py: {error}")
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    PIECES.write_text(f'{{\n "pieces": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    taken = [row for row in rows if not row["left_out"]]
    hours = sum(float(str(row["seconds"])) for row in taken) / 3600
    print(f"{len(taken)} of {len(rows)} pieces, {hours:.1f} hours, in {PIECES}")


if __name__ == "__main__":
    main()
