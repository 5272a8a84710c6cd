"""Fetch the music that the small ear is trained and evaluated on.

    python recipes/small/fetch.py [DESTINATION]

Needs a Debian or Ubuntu machine with ffmpeg, no root and no Python packages. `tracks.json` says
which files of which packages are taken; they land in DESTINATION/train/PACKAGE and
DESTINATION/evaluation/PACKAGE. Running it again verifies what is there and fetches the rest.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import media  # noqa: E402

import debian  # noqa: E402

TRACKS = HERE / "tracks.json"


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_tracks(splits: set[str]) -> list[dict]:
    """The tracks of `tracks.json` that are taken (not left out) for `splits`."""
    tracks = json.loads(TRACKS.read_text(encoding="utf-8"))["tracks"]
    return [t for t in tracks if t["split"] in splits and not t.get("duplicate_of")]


def is_intact(track: dict, destination: Path) -> bool:
    """Whether the track's file is there and is what it should be.

    A rendered module differs with the version of ffmpeg, so its length is compared instead.
    """
    path = destination / track["path"]
    if not path.is_file():
        return False
    if not track["rendered"]:
        return sha256(path) == track["sha256"]
    try:
        return abs(media.probe(path)[0] - track["seconds"]) < 2.0
    except RuntimeError:
        return False


def place(source: Path, target: Path) -> None:
    """Copy a recorded file, render a module; `target` appears only when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(".partial-" + target.name)
    if media.is_module(source):
        media.render_module(source, partial)
    else:
        shutil.copyfile(source, partial)
    partial.replace(target)


def strangers(tracks: list[dict], destination: Path) -> list[Path]:
    """Files beside the tracks that tracks.json does not name; nobody would be credited for them."""
    known = {destination / track["path"] for track in tracks}
    folders = {path.parents[1] for path in known}
    found = (path for folder in sorted(folders) for path in sorted(folder.rglob("*")))
    return [path for path in found if path.is_file() and path not in known]


def fetch_package(package: str, wanted: list[dict], destination: Path, packages: Path) -> list[str]:
    """Place the `wanted` tracks of one package; returns one line per thing worth knowing."""
    notes = []
    deb = debian.download(package, packages)
    here, expected = debian.version(deb), wanted[0]["version"]
    if here != expected:
        notes.append(f"{package}: version {here} here, tracks.json was written with {expected}")
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = debian.unpack(deb, Path(scratch))
        for track in wanted:
            source = unpacked / track["source"]
            if not source.is_file():
                notes.append(f"{package}: {track['source']} is not in version {here}")
                continue
            if sha256(source) != track["sha256"]:
                notes.append(f"{package}: {track['source']} differs from the file of {expected}")
            place(source, destination / track["path"])
    return notes


def fetch(destination: Path, splits: set[str], packages: Path) -> None:
    """Verify every track, fetch the missing ones, print one line per package."""
    tracks = read_tracks(splits)
    missing = [track for track in tracks if not is_intact(track, destination)]
    print(f"{len(tracks) - len(missing)} of {len(tracks)} tracks are there already", flush=True)
    for package in dict.fromkeys(track["package"] for track in missing):
        wanted = [track for track in missing if track["package"] == package]
        try:
            notes = fetch_package(package, wanted, destination, packages)
        except RuntimeError as error:
            notes = [f"{package}: skipped, {error}"]
        print(*notes, f"{package}: {len(wanted)} tracks wanted", sep="\n", flush=True)
    for path in strangers(tracks, destination):
        print(f"not in tracks.json, so not part of the data: {path}")
    there = [track for track in tracks if (destination / track["path"]).is_file()]
    hours = sum(track["seconds"] for track in there) / 3600
    print(f"{len(there)} of {len(tracks)} tracks, {hours:.1f} hours, in {destination}")
    if len(there) < len(tracks):
        raise RuntimeError(f"{len(tracks) - len(there)} tracks could not be had (lines above)")


def main() -> None:
    """Parse the command line and fetch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("destination", nargs="?", default="data/music", type=Path)
    parser.add_argument("--split", choices=["train", "evaluation", "both"], default="both")
    parser.add_argument("--packages", type=Path, help="keep the .deb files in this folder")
    given = parser.parse_args()
    splits = {"train", "evaluation"} if given.split == "both" else {given.split}
    try:
        debian.require("apt-get", "dpkg-deb", "ffmpeg", "ffprobe")
        with tempfile.TemporaryDirectory() as scratch:
            fetch(given.destination, splits, (given.packages or Path(scratch)).resolve())
    except (RuntimeError, OSError) as error:
        sys.exit(f"fetch.py: {error}")


if __name__ == "__main__":
    main()
