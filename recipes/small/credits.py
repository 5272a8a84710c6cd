"""The credits of the music an ear was trained on, as Markdown for its model card.

python recipes/small/credits.py > CREDITS.md
"""

import json
import sys
from pathlib import Path

TRACKS = Path(__file__).resolve().parent / "tracks.json"


def credits_markdown(tracks: list[dict], split: str = "train") -> str:
    """A table of every track of `split` that was taken: title, by whom, length, licence, package.

    `tracks` is the list in tracks.json; tracks left out as duplicates are not credited.
    """
    taken = [t for t in tracks if t["split"] == split and not t["duplicate_of"]]
    hours = sum(track["seconds"] for track in taken) / 3600
    versions = dict.fromkeys((track["package"], track["version"]) for track in taken)
    lines = [
        f"{len(taken)} tracks, {hours:.1f} hours, from {len(versions)} Debian packages.",
        "",
        "| title | by | min:s | licence | package |",
        "|---|---|---|---|---|",
        *(_row(track) for track in taken),
        "",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in versions) + ".",
    ]
    return "\n".join(lines) + "\n"


def author(track: dict) -> str:
    """Whom to credit: the artist of the file's tags, else who holds the copyright."""
    return track["artist"] or ", ".join(track["holders"]) or "not named in the package"


def _row(track: dict) -> str:
    """One row of the table."""
    minutes, seconds = divmod(round(track["seconds"]), 60)
    cells = (_cell(track["title"]), _cell(author(track)), f"{minutes}:{seconds:02d}",
             track["licence"], track["package"])  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    """Text that cannot break a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Print the credits of the training tracks."""
    tracks = json.loads(TRACKS.read_text(encoding="utf-8"))["tracks"]
    sys.stdout.write(credits_markdown(tracks))


if __name__ == "__main__":
    main()
