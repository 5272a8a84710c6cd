"""Render the piano music that the ear `piano` is trained on.

    python recipes/piano/render.py MUTOPIA [DESTINATION]

MUTOPIA is the archive or folder of MIDI files that pieces.json lists. Every piece is performed once
for each sound font, each time in another manner; DESTINATION/train and DESTINATION/held-out
receive the sound. Run it again to render what is missing. Asks for `make dev` and FluidSynth
(apt install fluidsynth).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from archives import opened, verified
from notes import read_notes
from performing import manner, pedalled, perform, write
from rendering import TRAINING, debian, fetch_font, render

PIECES = Path(__file__).resolve().parent / "pieces.json"
HELD_OUT = 12
"""One piece of so many is held out, in all its takes."""


@dataclass(frozen=True)
class Take:
    """A performance of a piece with one sound font."""

    piece: dict[str, str]
    number: int

    @property
    def place(self) -> Path:
        """Below the destination."""
        piece = Path(self.piece["path"])
        side = "train" if int(self.piece["sha256"][:8], 16) % HELD_OUT else "held-out"
        return Path(side) / piece.parent / f"{piece.stem}-{TRAINING[self.number].name}.flac"

    def make(self, source: Path, font: Path, destination: Path) -> None:
        """Perform and render it. The same take is the same performance anywhere."""
        random = np.random.default_rng([int(self.piece["sha256"][:8], 16), self.number])
        how = manner(random)
        notes = perform(read_notes(source), how, random)
        pedal = pedalled(notes, random) if how.pedal else []
        room, wet = random.uniform(0.1, 0.8), random.uniform(0.05, 0.5)
        peak = 10 ** (random.uniform(-15, -2) / 20)
        with tempfile.TemporaryDirectory() as scratch:
            midi = Path(scratch) / f"{source.stem}.mid"
            write(midi, notes, pedal, how.programme)
            render(midi, font, destination / self.place, room, wet, peak)


def takes(share: float = 1.0) -> list[Take]:
    """Every piece with the first font, then every piece with the second; the first `share`."""
    rows = json.loads(PIECES.read_text(encoding="utf-8"))["pieces"]
    taken = [row for row in rows if not row["left_out"]]
    chosen = taken[: max(1, round(share * len(taken)))]
    return [Take(piece, number) for number in range(len(TRAINING)) for piece in chosen]


def render_all(wanted: Sequence[Take], mutopia: Path, destination: Path, workers: int) -> None:
    """Render what is missing. Raises `RuntimeError` if something could not be."""
    fonts = [fetch_font(font, destination / "fonts") for font in TRAINING]
    missing = [take for take in wanted if not (destination / take.place).is_file()]
    print(f"{len(wanted) - len(missing)} of {len(wanted)} takes are there already", flush=True)
    lost = 0

    def one(take: Take) -> str:
        try:
            listed = take.piece["path"], take.piece["sha256"], PIECES.name
            take.make(verified(mutopia, *listed), fonts[take.number], destination)
        except (RuntimeError, ValueError, OSError) as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(workers) as pool:
        for number, said in enumerate(pool.map(one, missing), 1):
            lost += bool(said)
            if said or number % 20 == 0 or number == len(missing):
                print(said or f"{number} of {len(missing)} rendered", flush=True)
    if lost:
        raise RuntimeError(f"{lost} takes could not be rendered (lines above)")


def main() -> None:
    """Parse the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutopia", type=Path)
    parser.add_argument("destination", nargs="?", default="data/piano", type=Path)
    parser.add_argument("--share", default=1.0, type=float, help="of the pieces, to try it")
    parser.add_argument("--workers", default=2, type=int, help="renderings at once")
    given = parser.parse_args()
    try:
        debian.require("apt-get", "dpkg-deb", "fluidsynth")
        with opened(given.mutopia) as mutopia:
            render_all(takes(given.share), mutopia, given.destination, given.workers)
    except (RuntimeError, OSError) as error:
        sys.exit(f"render.py: {error}")


if __name__ == "__main__":
    main()
