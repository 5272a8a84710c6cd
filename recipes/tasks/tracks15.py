"""Write the task `tracks15`: tell apart 15 electronic tracks that no bundled ear was trained on.

    python recipes/tasks/tracks15.py > recipes/tasks/tracks15.csv

They are the evaluation tracks of `recipes/small/tracks.json` of three minutes or more, which
`recipes/small/fetch.py` places in `data/music`; paths are relative to the CSV. Each track is a
class and a group of its own, so the task is for the splits `items` and `time`.
"""

import csv
import json
import sys
from pathlib import Path

TRACKS = Path(__file__).resolve().parents[1] / "small" / "tracks.json"
MUSIC = "../../data/music"
SHORTEST_SECONDS = 180


def rows(tracks: list[dict]) -> list[tuple[str, str, str]]:
    """(path, label, group) of each track of the task, in the order of their paths."""
    taken = [
        track
        for track in tracks
        if track["split"] == "evaluation"
        and not track["duplicate_of"]
        and track["seconds"] >= SHORTEST_SECONDS
    ]
    return [
        (f"{MUSIC}/{track['path']}", " ".join(track["title"].split()), track["path"])
        for track in sorted(taken, key=lambda track: track["path"])
    ]


def main() -> None:
    """Print the CSV."""
    tracks = json.loads(TRACKS.read_text(encoding="utf-8"))["tracks"]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("path", "label", "group"))
    writer.writerows(rows(tracks))


if __name__ == "__main__":
    main()
