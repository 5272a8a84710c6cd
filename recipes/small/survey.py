"""Write tracks.json anew: look into the packages, read licences, leave duplicates out.

    python recipes/small/survey.py [DESTINATION] --packages FOLDER

Needs numpy besides what fetch.py needs. Only for whoever changes packages.toml; everybody else
runs fetch.py with the tracks.json of the repository.
"""

import argparse
import json
import sys
import tempfile
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import fetch  # also makes the folder of debian.py and licences.py importable
import fingerprint
import media
import numpy as np

import debian
import licences

SHORTEST_S = 60.0
MOSTLY_SILENT = 0.5
SAME = 0.42  # pairs above are one piece of music; README.md shows how far both kinds are apart


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


def leave_out_silent(tracks: list[dict], destination: Path) -> tuple[list[dict], list[np.ndarray]]:
    """The tracks that are not mostly silence, and their fingerprints; deletes the others."""
    kept, prints = [], []
    for track in tracks:
        path = destination / track["path"]
        sound = fingerprint.decode(path)
        if fingerprint.silent_share(sound) > MOSTLY_SILENT:
            print(f"left out: {track['source']}: mostly silence")
            path.unlink()
            continue
        kept.append(track)
        prints.append(fingerprint.fingerprint(sound))
    return kept, prints


def mark_duplicates(tracks: list[dict], prints: list[np.ndarray]) -> list[str]:
    """Set `duplicate_of` where a track is the same music as an earlier one; the closest pairs."""
    spectra = fingerprint.Spectra(prints)
    pairs = []
    for later, track in enumerate(tracks):
        for earlier in range(later):
            if tracks[earlier]["duplicate_of"]:
                continue
            likeness = spectra.similarity(earlier, later)
            pairs.append((likeness, tracks[earlier]["path"], track["path"]))
            if likeness >= SAME and not track["duplicate_of"]:
                track["duplicate_of"] = tracks[earlier]["path"]
    return [f"{s:.3f}  {a}  {b}" for s, a, b in sorted(pairs, reverse=True)[:40]]


def survey(destination: Path, packages: Path) -> None:
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
    tracks, prints = leave_out_silent(tracks, destination)
    print("likeness of the closest pairs:", *mark_duplicates(tracks, prints), sep="\n")
    for track in tracks:
        if track["duplicate_of"]:
            (destination / track["path"]).unlink()
            print(f"duplicate: {track['path']} of {track['duplicate_of']}")
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
    given = parser.parse_args()
    try:
        debian.require("apt-get", "dpkg-deb", "ffmpeg", "ffprobe")
        survey(given.destination, given.packages.resolve())
    except (RuntimeError, OSError) as error:
        sys.exit(f"survey.py: {error}")


if __name__ == "__main__":
    main()
