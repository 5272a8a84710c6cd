"""`immersions train`: an ear from one's own folder of music."""

from __future__ import annotations

import math
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from immersions.cli import LARGEST_SEED
from immersions.cli.places import check_folder, check_tensorboard, place_for_ear
from immersions.cli.training_music import Asked, listen
from immersions.cli.training_signals import said_once, signals

if TYPE_CHECKING:
    from immersions.cli.training_display import Display
    from immersions.training.loop import Trainer

INTERRUPTED = 130


def train(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders (or files) of music; no labels are needed.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the ear's folder goes.")],
    preset: Annotated[
        str | None, typer.Option(help="Architecture: small (the default), h20, h19 or m19.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Updates in all.")] = 4000,
    items: Annotated[int, typer.Option(min=2, help="Excerpts a batch: the candidates.")] = 32,
    crops: Annotated[int, typer.Option(min=1, help="Excerpts of the same track a batch.")] = 4,
    singles: Annotated[
        int, typer.Option(min=0, help="Of the items, those that are alone of their track.")
    ] = 0,
    accumulate: Annotated[
        int, typer.Option(min=1, help="Parts a batch is encoded in: less memory, more time.")
    ] = 1,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Begin with the weights, and the architecture, of this ear or of a run's folder.",
        ),
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(min=0, max=0.99, help="In place of the architecture's own.")
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="Of Adam, after the warm-up.")] = 5e-4,
    loss: Annotated[str, typer.Option(help="cpc as in the paper, or sat.")] = "cpc",
    gain: Annotated[float, typer.Option(help="Excerpts louder or softer by up to this, dB.")] = 0.0,
    equaliser: Annotated[
        float, typer.Option(help="Their colour bent by up to this, smoothly, dB.")
    ] = 0.0,
    pitch: Annotated[float, typer.Option(help="Moved by up to so many semitones.")] = 0.0,
    stretch: Annotated[float, typer.Option(help="Faster or slower by up to this share.")] = 0.0,
    mix: Annotated[
        float, typer.Option(help="Share of tracks to which another's music is added.")
    ] = 0.0,
    held_out: Annotated[float, typer.Option(help="Share of the tracks kept to validate.")] = 0.08,
    validate_on: Annotated[
        list[Path] | None,
        typer.Option(help="Folders to validate on, in place of tracks held out; repeatable."),
    ] = None,
    validate_every: Annotated[int, typer.Option(min=1, help="Steps between validations.")] = 100,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Steps a crash may cost.")] = 100,
    snapshot_every: Annotated[
        int, typer.Option(min=0, help="Steps between ears kept on the way; 0: none.")
    ] = 0,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Same seed, same machine: same ear.")
    ] = 0,
    device: Annotated[
        str, typer.Option(help="What is trained on: cpu, cuda, cuda:N or mps.")
    ] = "cpu",
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that decode; 0: none but this. [default: one a core]"),
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads; 0: torch's choice.")] = 0,
    precision: Annotated[str, typer.Option(help="float32 or bfloat16.")] = "float32",
    work: Annotated[
        Path, typer.Option(help="Folder for checkpoints and metrics; ignored by git.")
    ] = Path("runs"),
    cache: Annotated[Path, typer.Option(help="Folder for scalograms, computed once.")] = Path(
        "data/cache/scalograms"
    ),
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write the figures for TensorBoard too.")
    ] = False,
    note: Annotated[
        Path | None, typer.Option(help="Text for the model card: credits, licences.")
    ] = None,
) -> None:
    """Train an ear by contrastive predictive coding, from any folder of sound files.

    Ctrl-C keeps a checkpoint; the same command goes on from it. Several processes share the work
    when started by `torchrun --nproc-per-node N -m immersions.cli train …`.
    """
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"--precision: expected float32 or bfloat16, got {precision!r}")
    if not 0 < learning_rate < math.inf:
        raise ValueError(f"--learning-rate: expected a number above 0, got {learning_rate:g}")
    if not 0 <= held_out < 1:
        raise ValueError(f"--held-out: expected 0 or more and less than 1, got {held_out:g}")
    if start is not None and preset is not None:
        raise ValueError("--from brings its own architecture: expected no --preset with it")
    if tensorboard:
        check_tensorboard()
    output = place_for_ear(output)
    for folder in (work, cache):
        check_folder(folder)
    card_note = _text_of(note) if note else ""

    from immersions.training.memory import keep_large_blocks

    keep_large_blocks()  # before torch is imported

    import torch

    from immersions.cli.training_display import display, waited_line
    from immersions.ears import presets
    from immersions.training.augmentation import Augmentation
    from immersions.training.config import TrainingConfig, averaging
    from immersions.training.cpc import item_frames
    from immersions.training.devices import device_named
    from immersions.training.index import index_rows, write_index
    from immersions.training.loop import Trainer
    from immersions.training.ranks import joined
    from immersions.training.run import flat_for, ship, waited_for_data
    from immersions.training.start import start_from

    if threads:
        torch.set_num_threads(threads)
    with joined(device) as ranks, said_once(ranks), display(ranks.first) as shown:
        place = device_named(device, ranks.size)
        begin = start_from(start) if start else None
        ear = begin.network.config if begin else presets.config(preset or "small")
        if dropout is not None:
            ear = replace(ear, dropout=dropout)
        settings = TrainingConfig(
            steps=steps,
            items=items,
            crops=crops,
            singles=singles,
            learning_rate=learning_rate,
            warmup_steps=min(200, max(1, steps // 10)),
            average=averaging(steps),
            loss=loss,
            seed=seed,
            validate_every=validate_every,
            checkpoint_every=checkpoint_every,
            snapshot_every=snapshot_every,
            bfloat16=precision == "bfloat16",
            accumulate=accumulate,
            augmentation=Augmentation(gain, equaliser, pitch, stretch, mix),
        )
        asked = Asked(folders, validate_on or [], held_out, cache, workers)
        frames = item_frames(ear, settings.contexts)
        music = listen(asked, ear.scalogram, frames, place, shown, ranks)
        sides = music.training, music.validation
        trainer = Trainer(work / output.name, ear, settings, *sides, begin, ranks, place)
        if ranks.first:
            rows = index_rows(music.library, ear.scalogram, music.training)
            write_index(trainer.folder, rows)
        _train(trainer, shown, tensorboard)
        if not ranks.first:
            return
        ship(trainer, output, output.name, music.training, card_note, shown.say)
        if music.validation:
            flat = 100 * flat_for(trainer.rows())
            shown.say(f"held-out accuracy has not risen for the last {flat:.0f} % of the steps")
        shown.say(waited_line(waited_for_data(trainer.rows())))


def _text_of(path: Path) -> str:
    """The text for a model card. Raises `ValueError` or `OSError` with one line."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"--note: expected text in UTF-8, got {path}") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"--note: expected a text file, found no {path}") from None
    except OSError as error:
        raise OSError(f"--note: {path}: cannot be read ({error.strerror})") from None


def _train(trainer: Trainer, shown: Display, tensorboard: bool) -> None:
    """Take the steps that are left; a signal ends the command with what was reached kept."""
    from immersions.training.board import Board
    from immersions.training.loop import run

    board = Board(trainer.folder, trainer.step) if tensorboard and trainer.ranks.first else None

    def report(row: dict[str, float]) -> None:
        shown.trained(row)
        if board:
            board.add(row, trainer.optimiser.param_groups[0]["lr"])

    if trainer.step:
        shown.say(f"going on from step {trainer.step}")
    shown.train(trainer.step, trainer.config.steps)
    with signals() as came, closing(board) if board else nullcontext():
        try:
            run(trainer, report, stop=lambda: bool(came))
        except ArithmeticError as error:
            kept = "; the last checkpoint is kept" if trainer.has_checkpoint else ""
            raise ValueError(
                f"{error}; a lower --learning-rate may help, or leaving out a file{kept}"
            ) from None
        except ConnectionError as error:
            on = "; the last checkpoint is kept, and the same command goes on from there"
            kept = on if trainer.has_checkpoint else "; no checkpoint had been written yet"
            raise ConnectionError(f"{error} at step {trainer.step}{kept}") from error
    if came:
        shown.say(f"stopped at step {trainer.step}; the same command goes on from there")
        raise typer.Exit(INTERRUPTED)
