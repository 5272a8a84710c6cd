"""Play the patterns of patterns.toml with CC0 samples: the start clips that the project ships.

    python recipes/clips/sequence.py [NAME ...] [--packages FOLDER]

Writes src/immersions/assets/clips/NAME.flac (44.1 kHz, mono, 16 bit, an exact number of bars, no
seam when repeated), clips.json and CREDITS.md. Needs numpy, scipy, soundfile, soxr and pyloudnorm.
"""

import argparse
import json
import sys
import tempfile
import tomllib
from pathlib import Path

import circular
import mastering
import notation
import numpy as np
import soundfile
from samples import Samples
from voices import voice

import debian

HERE = Path(__file__).resolve().parent
CLIPS = HERE.parents[1] / "src/immersions/assets/clips"
LICENCE = "CC0-1.0"


class Grid:
    """Where the steps of a clip lie, in samples."""

    def __init__(self, clip: dict) -> None:
        self.bars = clip.get("bars", 2)
        self.steps_per_bar = clip.get("steps_per_bar", 16)
        self.swing = clip.get("swing", 0.0)
        self.samples = round(self.bars * 4 * 60 / clip["bpm"] * circular.RATE_HZ)
        self.step = self.samples / (self.bars * self.steps_per_bar)

    def place(self, step: int, late_ms: float = 0.0) -> int:
        """First sample of a step; every second one comes late by `swing` of a step."""
        swung = step + self.swing * (step % 2)
        return round(swung * self.step + late_ms / 1000 * circular.RATE_HZ)


def render_part(part: dict, grid: Grid, samples: Samples) -> tuple[np.ndarray, list[int]]:
    """One part alone, dry, at its level; and where its events start (samples)."""
    read = notation.rhythm if "rhythm" in part else notation.melody
    events = read(part.get("rhythm") or part["melody"], grid.bars, grid.steps_per_bar)
    loop = np.zeros(grid.samples)
    starts = []
    for event in events:
        start = grid.place(event.step, part.get("late_ms", 0.0))
        played = voice(samples[part["sample"]], part, event, grid.step / circular.RATE_HZ)
        circular.add_wrapped(loop, played, start)
        starts.append(start)
    return loop * 10 ** (part.get("gain_db", 0.0) / 20), starts


def treat(loop: np.ndarray, part: dict, grid: Grid, beats: list[int]) -> np.ndarray:
    """A part through the effects that it names."""
    if "drive" in part:
        loop = circular.drive(loop, part["drive"])
    loop = circular.band(loop, part.get("lowest_hz", 0.0), part.get("highest_hz", 0.0))
    if "swell" in part:
        loop = circular.swell(loop, **part["swell"])
    if "echo" in part:
        heard = part["echo"]
        loop = circular.echo(loop, heard["steps"] * grid.step, heard["feedback"], heard["level"])
    if "room" in part:
        loop = circular.room(loop, **part["room"])
    if "duck" in part:
        loop = circular.duck(loop, beats, **part["duck"])
    return loop


def render(clip: dict, samples: Samples) -> np.ndarray:
    """A whole clip, mastered: float64 [samples], exact in 16 bits."""
    grid = Grid(clip)
    beats = [grid.place(round(beat * grid.steps_per_bar / 4)) for beat in range(grid.bars * 4)]
    mix = np.zeros(grid.samples)
    for part in clip["parts"]:
        loop, _ = render_part(part, grid, samples)
        mix += treat(loop, part, grid, beats)
    if "drive" in clip:
        mix = circular.drive(mix, clip["drive"])
    return mastering.master(mix)


def describe(clip: dict, samples: Samples) -> dict:
    """The entry of a clip in clips.json."""
    names = sorted({part["sample"] for part in clip["parts"]})
    grid = Grid(clip)
    return {
        "name": clip["name"],
        "title": clip["title"],
        "file": f"{clip['name']}.flac",
        "bpm": clip["bpm"],
        "bars": grid.bars,
        "seconds": grid.samples / circular.RATE_HZ,
        "kind": clip["kind"],
        "samples": names,
        "licence": LICENCE,
        "credits": [samples.credit(name) for name in names],
    }


def credits_markdown(entries: list[dict]) -> str:
    """CREDITS.md: who recorded each sample, and which clips it is heard in."""
    rows: dict[str, tuple[dict, list[str]]] = {}
    for entry in entries:
        for credit in entry["credits"]:
            rows.setdefault(credit["sample"], (credit, []))[1].append(entry["name"])
    lines = [
        "# Credits of the start clips",
        "",
        "The clips are CC0 1.0 (public domain). `recipes/clips/sequence.py` makes them from these",
        "samples, each put under CC0 by its author and collected by Sonic Pi (Debian package",
        "`sonic-pi-samples`). CC0 asks for no credit; here it is with thanks.",
        "",
        "| sample | by | source | heard in |",
        "|---|---|---|---|",
    ]
    for name, (credit, heard) in sorted(rows.items()):
        lines.append(f"| {name} | {credit['author']} | <{credit['source']}> | {', '.join(heard)} |")
    return "\n".join(lines) + "\n"


def sequence(names: list[str], packages: Path) -> None:
    """Render the named clips (all if none is named) and write what describes them all."""
    clips = tomllib.loads((HERE / "patterns.toml").read_text(encoding="utf-8"))["clip"]
    unknown = set(names) - {clip["name"] for clip in clips}
    if unknown:
        raise RuntimeError(f"no such clip in patterns.toml: {', '.join(sorted(unknown))}")
    samples = Samples(packages)
    CLIPS.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        if names and clip["name"] not in names:
            continue
        loop = render(clip, samples)
        step, usual = mastering.seam(loop)
        if step > usual:
            raise RuntimeError(f"{clip['name']}: a seam of {step:.4f}, steps near it {usual:.4f}")
        soundfile.write(CLIPS / f"{clip['name']}.flac", loop, circular.RATE_HZ, subtype="PCM_16")
        print(
            f"{clip['name']:20s} {len(loop) / circular.RATE_HZ:.3f} s  "
            f"{mastering.loudness(loop):6.2f} LUFS  {mastering.true_peak_db(loop):5.2f} dBTP"
        )
    entries = [describe(clip, samples) for clip in clips]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (CLIPS / "clips.json").write_text(text + "\n", encoding="utf-8")
    (CLIPS / "CREDITS.md").write_text(credits_markdown(entries), encoding="utf-8")


def main() -> None:
    """Parse the command line and sequence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these clips")
    parser.add_argument("--packages", type=Path, help="keep the .deb file in this folder")
    given = parser.parse_args()
    try:
        debian.require("apt-get", "dpkg-deb")
        with tempfile.TemporaryDirectory() as scratch:
            sequence(given.names, (given.packages or Path(scratch)).resolve())
    except (RuntimeError, ValueError, OSError) as error:
        sys.exit(f"sequence.py: {error}")


if __name__ == "__main__":
    main()
