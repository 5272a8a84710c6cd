"""A run of the tests in a process of its own: FOLDER SOUNDS [step at which it kills itself]."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import torch
from tiny_music import EAR, SCALE, TRAINING

from immersions.training.library import find_sounds, load_library
from immersions.training.loop import Trainer, run


def main(folder: Path, sounds: Path, dies_at: int) -> None:
    torch.set_num_threads(1)
    library = load_library(find_sounds([sounds]), SCALE, sounds.parent / "cache", 100)
    trainer = Trainer(folder, EAR, TRAINING, library.tracks[1:], library.tracks[:1])

    def report(row: dict[str, float]) -> None:
        if row["step"] == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    run(trainer, report)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
