"""Started by torchrun: FOLDER SOUNDS. First steps of several kinds, and a run that a rank stops."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from tiny_music import EAR, SCALE, TRAINING

from immersions.training.library import find_sounds, load_library
from immersions.training.loop import Trainer, run
from immersions.training.ranks import joined

STILL = replace(EAR, dropout=0.0)
STOPPED_AT = 10
FIRST_STEPS = {
    "cpc": TRAINING,
    "sat": replace(TRAINING, loss="sat"),
    "in parts": replace(TRAINING, accumulate=2),
}


def first_step(trainer: Trainer) -> None:
    """Take it, and keep its figures, its gradients and the weights after it."""
    row = trainer.advance()
    kept = {f"gradient.{name}": p.grad for name, p in trainer.model.named_parameters()}
    kept |= trainer.model.state_dict()
    kept |= {key: torch.tensor(row[key]) for key in ("loss", "accuracy", "gradient_norm")}
    whole = {key: value.contiguous() for key, value in kept.items() if value is not None}
    save_file(whole, trainer.folder / f"rank{trainer.ranks.rank}.safetensors")


def main(folder: Path, sounds: Path) -> None:
    torch.set_num_threads(1)
    library = load_library(find_sounds([sounds]), SCALE, sounds.parent / "cache", 100)
    tracks = library.tracks[1:], library.tracks[:1]
    with joined() as ranks:
        for name, config in FIRST_STEPS.items():
            first_step(Trainer(folder / name, STILL, config, *tracks, ranks=ranks))
        trainer = Trainer(folder / "run", STILL, TRAINING, *tracks, ranks=ranks)
        run(trainer, stop=lambda: ranks.rank == 1 and trainer.step == STOPPED_AT)
        try:
            ranks.check_same("a number", ranks.rank)
        except ValueError as error:
            if ranks.speaks():
                print(error)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
