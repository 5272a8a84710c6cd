"""Write tracks.json anew: look into the packages, read licences, leave duplicates out.

    python recipes/small/survey.py [DESTINATION] --packages FOLDER

Needs `make dev` (the environment) besides what fetch.py needs. Only for whoever changes
packages.toml; everybody else runs fetch.py with the tracks.json of the repository.
"""

import argparse
import json
import sys
import tempfile
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import fetch  # also makes the folder of debian.py and licences.py importable
import media
import numpy as np

import debian
import licences
from immersions import audio
from immersions.ears import presets
from immersions.training.library import load_library
from immersions.training.workers import cores

SHORTEST_S = 60.0
MOSTLY_SILENT = 0.5
SILENT_RMS = 0.001  # -60 dB relative to full scale


def inventory(package: dict, folder: Path, version: str) -> tuple[list[dict], list[str]]:
    """The tracks of one unpacked package that are long enough and may be used; notes."""
    found = _grants(package, debian.copyright_text(folder, package["name"]))
    titles = _album_titles(folder)
    tracks, notes = [], []
    for path in _music_files(package, folder):
        source = path.relative_to(folder).as_posix()
        seconds, tags = media.probe(path)
        if seconds < SHORTEST_S:
            continue
        known = package.get("source_prefix", "") + source.removeprefix(package.get("strip", ""))
        grant = licences.grant_of(known, found)
        if grant is None or (package["split"] == "train" and not licences.trainable(grant.licence)):
            notes.append(f"left out: {source}: licence {grant.licence if grant else 'not found'}")
            continue
        named = titles.get(path, (tags.get("title", ""), tags.get("artist", "")))
        title, artist = (text.split(";")[0] for text in named)  # the first where a tag is repeated
        rendered = media.is_module(path)
        name = path.with_suffix(".flac").name if rendered else path.name
        tracks.append({
            "path": f"{package['split']}/{package['name']}/{name}",
            "split": package["split"], "package": package["name"], "version": version,
            "source": source, "title": title or path.stem, "artist": artist,
            "holders": list(grant.holders), "licence": grant.licence,
            "seconds": round(seconds, 2), "rendered": rendered, "sha256": fetch.sha256(path),
            "duplicate_of": None,
        })  # fmt: skip
    _refuse_clashes(tracks)
    return tracks, notes


def silent_share(path: Path) -> float:
    """The share of a file's quarters of a second that are below -60 dB."""
    loudness = [float(np.sqrt(np.mean(np.square(b)))) for b in audio.stream(path, 8000, 0.25)]
    return float(np.mean([value < SILENT_RMS for value in loudness]))


def leave_out_silent(tracks: list[dict], destination: Path) -> list[dict]:
    """The tracks that are not mostly silence; deletes the others."""
    kept = []
    for track in tracks:
        path = destination / track["path"]
        if silent_share(path) > MOSTLY_SILENT:
            print(f"left out: {track['source']}: mostly silence")
            path.unlink()
        else:
            kept.append(track)
    return kept


def mark_duplicates(tracks: list[dict], destination: Path, cache: Path) -> None:
    """Set `duplicate_of` where a track is the same recording as an earlier one."""
    paths = [(destination / track["path"]).resolve() for track in tracks]
    scale = presets.config("small").scalogram
    found = load_library(paths, scale, cache, 1, workers=cores())
    named = dict(zip(paths, (track["path"] for track in tracks), strict=True))
    for track, source in zip(tracks, found.sources, strict=True):
        if source.twin_of is not None:
            track["duplicate_of"] = named[source.twin_of]
            print(f"{track['path']}: {source.left_out}")


def survey(destination: Path, packages: Path, cache: Path) -> None:
    """Inventory all packages, place the tracks, mark duplicates, write tracks.json."""
    tracks: list[dict] = []
    listed = tomllib.loads((fetch.HERE / "packages.toml").read_text(encoding="utf-8"))
    for package in listed["package"]:
        deb = debian.download(package["name"], packages)
        with tempfile.TemporaryDirectory() as scratch:
            folder = debian.unpack(deb, Path(scratch))
            found, notes = inventory(package, folder, debian.version(deb))
            for track in found:
                if not (destination / track["path"]).exists():
                    fetch.place(folder / track["source"], destination / track["path"])
        tracks += found
        hours = sum(track["seconds"] for track in found) / 3600
        print(
            *notes, f"{package['name']}: {len(found)} tracks, {hours:.2f} h", sep="\n", flush=True
        )
    tracks = leave_out_silent(tracks, destination)
    mark_duplicates(tracks, destination, cache)
    for track in tracks:
        if track["duplicate_of"]:
            (destination / track["path"]).unlink()
    text = json.dumps({"tracks": tracks}, ensure_ascii=False, indent=1)
    fetch.TRACKS.write_text(text + "\n", encoding="utf-8")


def _grants(package: dict, text: str) -> list[licences.Grant]:
    """The grants of a package: from its copyright file, or as a person read it there."""
    if "licence" not in package:
        return licences.grants(text)
    if package["evidence"] not in " ".join(text.split()):
        raise RuntimeError(f"{package['name']}: its copyright file changed, read it again")
    return [licences.Grant(("*",), package["licence"], tuple(package["holders"]))]


def _music_files(package: dict, folder: Path) -> list[Path]:
    """The files that `files` names and `leave_out` does not, sorted."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        source = path.relative_to(folder).as_posix()
        if any(fnmatchcase(source, glob) for glob in package["files"]) and not any(
            fnmatchcase(source, glob) for glob in package.get("leave_out", [])
        ):
            found.append(path)
    return found


def _album_titles(folder: Path) -> dict[Path, tuple[str, str]]:
    """Title and artist of the files that an album.json beside them lists."""
    found = {}
    for album in folder.rglob("album.json"):
        for entry in json.loads(album.read_text(encoding="utf-8"))["tracks"]:
            path = (album.parent / entry["filename"]).resolve()
            found[path] = (entry.get("title", ""), entry.get("author", ""))
    return found


def _refuse_clashes(tracks: list[dict]) -> None:
    """Two files of one package must not land on one path."""
    paths = [track["path"] for track in tracks]
    clashing = {path for path in paths if paths.count(path) > 1}
    if clashing:
        raise RuntimeError(f"two files would be stored as {', '.join(sorted(clashing))}")


def main() -> None:
    """Parse the command line and survey."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("destination", nargs="?", default="data/music", type=Path)
    parser.add_argument("--packages", type=Path, required=True, help="keep the .deb files here")
    parser.add_argument("--cache", default="data/cache/scalograms", type=Path)
    given = parser.parse_args()
    try:
        debian.require("apt-get", "dpkg-deb", "ffmpeg", "ffprobe")
        survey(given.destination, given.packages.resolve(), given.cache)
    except (RuntimeError, OSError) as error:
        sys.exit(f"survey.py: {error}")


if __name__ == "__main__":
    main()
