"""A long run in a process of its own: FOLDER SOUNDS. Prints its memory in kB every 100 steps."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from immersions.training.memory import keep_large_blocks

keep_large_blocks()  # as the command does, before torch is imported

import torch  # noqa: E402
from tiny_music import EAR, SCALE, TRAINING  # noqa: E402

from immersions.training.library import find_sounds, load_library  # noqa: E402
from immersions.training.loop import Trainer, run  # noqa: E402

STEPS = 1100


def private_memory() -> int:
    """Without the pages of memory-mapped scalograms, which are the system's to drop."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if "RssAnon" in line).split()[1])


def main(folder: Path, sounds: Path) -> None:
    torch.set_num_threads(1)
    library = load_library(find_sounds([sounds]), SCALE, sounds.parent / "cache", 100)
    config = replace(TRAINING, steps=STEPS, validate_every=100, checkpoint_every=100)
    trainer = Trainer(folder, EAR, config, library.tracks[1:], library.tracks[:1])

    def report(row: dict[str, float]) -> None:
        if row["step"] % 100 == 0:
            print(private_memory(), flush=True)

    run(trainer, report)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
