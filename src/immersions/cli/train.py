"""`immersions train`: an ear from one's own folder of music."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer


def train(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders (or files) of music; no labels are needed.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the ear's folder goes.")],
    preset: Annotated[str, typer.Option(help="Architecture: small, h20, h19 or m19.")] = "small",
    steps: Annotated[int, typer.Option(min=1, help="Updates in all.")] = 4000,
    items: Annotated[int, typer.Option(min=2, help="Excerpts a batch: the candidates.")] = 32,
    crops: Annotated[int, typer.Option(min=1, help="Excerpts of the same track a batch.")] = 4,
    learning_rate: Annotated[float, typer.Option(help="Of Adam, after the warm-up.")] = 5e-4,
    loss: Annotated[str, typer.Option(help="cpc as in the paper, or sat.")] = "cpc",
    held_out: Annotated[float, typer.Option(help="Share of the tracks kept to validate.")] = 0.08,
    seed: Annotated[int, typer.Option(help="Same seed, same machine: same ear.")] = 0,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads; 0: torch's choice.")] = 0,
    precision: Annotated[str, typer.Option(help="float32 or bfloat16.")] = "float32",
    work: Annotated[
        Path, typer.Option(help="Folder for checkpoints and metrics; ignored by git.")
    ] = Path("runs"),
    cache: Annotated[Path, typer.Option(help="Folder for scalograms, computed once.")] = Path(
        "data/cache/scalograms"
    ),
    note: Annotated[
        Path | None, typer.Option(help="Text for the model card: credits, licences.")
    ] = None,
) -> None:
    """Train an ear by contrastive predictive coding, from any folder of sound files.

    Ctrl-C keeps a checkpoint; the same command goes on from it.
    """
    import torch

    from immersions.cli.training_display import Display
    from immersions.ears import presets
    from immersions.training.library import find_sounds, load_library
    from immersions.training.loop import Trainer, TrainingConfig, run
    from immersions.training.run import flat_for, item_frames, read_metrics, ship, summary
    from immersions.training.sampling import split

    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"--precision: expected float32 or bfloat16, got {precision!r}")
    if threads:
        torch.set_num_threads(threads)
    ear = presets.config(preset)
    settings = TrainingConfig(
        steps=steps,
        items=items,
        crops=crops,
        learning_rate=learning_rate,
        warmup_steps=min(200, max(1, steps // 10)),
        loss=loss,
        seed=seed,
        bfloat16=precision == "bfloat16",
    )
    card_note = note.read_text(encoding="utf-8") if note else ""
    with Display() as display:
        paths = find_sounds(folders)
        display.listen(len(paths))
        library = load_library(paths, ear.scalogram, cache, item_frames(ear), display.listened)
        for path, reason in library.left_out:
            display.say(f"left out {path.name}: {reason}")
        display.say(summary(library))
        training, validation = split(library.tracks, held_out)
        if not training:
            raise ValueError(f"expected music to train on in {folders[0]}, found no usable track")
        trainer = Trainer(work / output.name, ear, settings, training, validation)
        if trainer.step:
            display.say(f"going on from step {trainer.step}")
        stopped = _stop_on_signals()
        display.train(trainer.step, steps)
        run(trainer, display.trained, stop=lambda: bool(stopped))
        if stopped:
            display.say(f"stopped at step {trainer.step}; the same command goes on from there")
            raise typer.Exit(130)
        ship(trainer, output, output.name, training, card_note, display.say)
        flat = flat_for(read_metrics(trainer.folder / "metrics.jsonl"))
        display.say(f"held-out accuracy has not risen for the last {100 * flat:.0f} % of the steps")


def _stop_on_signals() -> list[int]:
    """A list that is no longer empty once Ctrl-C or SIGTERM came; a second one ends at once."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return came
