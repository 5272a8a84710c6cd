"""Is the same recording found in any file, is other music left alone, and how long does it take?

    python benchmarks/fingerprints.py [--music data/music/train] [--every 12] [--cache FOLDER]

Every twelfth track is encoded anew by ffmpeg in several ways, and each file's likeness with its
original is measured. Then all tracks of the folder are compared with all, which should find none
(`data/music/train` has no duplicates), and the time is taken for two thousand fingerprints: those
of the folder, again and again with the bands in another order. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _measure import finish, machine
from immersions.ears import presets
from immersions.training.duplicates import MAY_BE, SAME, same_recordings
from immersions.training.fingerprint import FINE, Print, fingerprint, likeness
from immersions.training.library import Track, find_sounds, load_library

FILES: dict[str, list[str]] = {
    "mp3, 64 kbit/s": [".mp3", "-c:a", "libmp3lame", "-b:a", "64k"],
    "mp3, 96 kbit/s, 7.77 s cut off": [".mp3", "-ss", "7.77", "-c:a", "libmp3lame", "-b:a", "96k"],
    "vorbis, quality 0": [".ogg", "-c:a", "libvorbis", "-q:a", "0"],
    "opus, 24 kbit/s, 3.13 s cut off": [".opus", "-ss", "3.13", "-c:a", "libopus", "-b:a", "24k"],
    "wav, 20 dB softer": [".wav", "-af", "volume=-20dB"],
    "wav, 2.3 s cut off": [".wav", "-ss", "2.3"],
    "wav, mono, 22.05 kHz, 0.125 s cut off": [".wav", "-ss", "0.125", "-ar", "22050", "-ac", "1"],
    "vorbis, one minute from 15.4 s": [".ogg", "-ss", "15.4", "-t", "60", "-c:a", "libvorbis"],
}
MANY = 2000
SCALE = presets.config("small").scalogram


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--music", type=Path, default=Path("data/music/train"))
    parser.add_argument("--cache", type=Path, default=Path("data/cache/scalograms"))
    parser.add_argument("--every", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    library = load_library(find_sounds([given.music]), SCALE, given.cache, 1)
    alike = {name: sorted(of_files(name, library.tracks[:: given.every])) for name in FILES}
    rows = {
        name: {
            "lowest": round(values[0], 2),
            "median": round(statistics.median(values), 2),
            "found": sum(value >= SAME for value in values),
            "of": len(values),
        }
        for name, values in alike.items()
    }
    for name, row in rows.items():
        print(f"{name:<40}{row}", flush=True)
    coarse = [source.coarse for source in library.sources]
    finish(
        {
            "benchmark": "fingerprints",
            "machine": machine(),
            "same_from": SAME,
            "same_recordings": rows,
            "tracks": len(library.sources),
            "called_the_same": sum(source.twin_of is not None for source in library.sources),
            "closest_others": closest(library.tracks, [one for one in coarse if one.any()]),
            "seconds_for_2000": round(seconds_for(coarse, MANY), 1),
        }
    )


def of_files(name: str, tracks: tuple[Track, ...]) -> list[float]:
    """The likeness of each track with a file of it that was made so."""
    ending, *arguments = FILES[name]
    found = []
    for track in tracks:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / f"again{ending}"
            command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(track.path), "-map", "0:a:0"]
            subprocess.run([*command, *arguments, str(path)], check=True)
            (again,) = load_library([path], SCALE, Path(scratch) / "cache", 1).tracks
            found.append(likeness(fine(track), fine(again)))
    return found


def closest(tracks: tuple[Track, ...], coarse: list[Print]) -> dict[str, Any]:
    """The fine likeness of all pairs of different tracks whose coarse one lets them through."""
    passed = [
        (likeness(fine(tracks[one]), fine(tracks[other])), tracks[one], tracks[other])
        for other in range(len(tracks))
        for one in range(other)
        if likeness(coarse[one], coarse[other]) >= MAY_BE
    ]
    best = max(passed, key=lambda row: row[0], default=None)
    names = [best[1].path.name, best[2].path.name] if best else []
    return {"pairs": len(passed), "likeness": round(best[0], 2) if best else None, "of": names}


def fine(track: Track) -> Print:
    return fingerprint(track.levels, SCALE, FINE)


def seconds_for(coarse: list[Print], count: int) -> float:
    """Processor time to compare so many fingerprints, most of which no music has."""
    random = np.random.default_rng(0)
    many = [
        coarse[number % len(coarse)][:, random.permutation(coarse[0].shape[1])]
        for number in range(count)
    ]
    began = time.process_time()
    same_recordings(many, lambda number: many[number])
    return time.process_time() - began


if __name__ == "__main__":
    main()
