"""The credits of the music that the ear `piano` was trained on, as Markdown for its model card.

python recipes/piano/credits.py > CREDITS.md
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from rendering import TRAINING

PIECES = Path(__file__).resolve().parent / "pieces.json"


def composer(path: str) -> str:
    """The archive's name of a composer, initials in brackets."""
    folder = path.split("/")[0].replace("-", " ")
    return re.sub(r"(?<=[a-z])([A-Z][A-Za-z]{0,2})$", r" (\1)", folder)


def credits_markdown(pieces: list[dict[str, str]]) -> str:
    """A table of every piece that was taken: composer, title, file, length."""
    taken = [piece for piece in pieces if not piece["left_out"]]
    hours = sum(float(piece["seconds"]) for piece in taken) / 3600
    fonts = " and ".join(f"{font.name} ({font.package}, {font.licence})" for font in TRAINING)
    lines = [
        f"{len(taken)} pieces, {hours:.1f} hours of scores, from the Mutopia Project "
        "(mutopiaproject.org), whose editors put them in the public domain; each performed once "
        f"with each of the sound fonts {fonts}, in two manners drawn at random.",
        "",
        "| composer | title | file | min:s |",
        "|---|---|---|---|",
    ]
    for piece in taken:
        minutes, seconds = divmod(round(float(piece["seconds"])), 60)
        title = " ".join(piece["title"].split()).replace("|", "\\|")
        name = piece["path"].split("/")[1]
        cells = (composer(piece["path"]), title, name, f"{minutes}:{seconds:02d}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the credits."""
    sys.stdout.write(credits_markdown(json.loads(PIECES.read_text(encoding="utf-8"))["pieces"]))


if __name__ == "__main__":
    main()
