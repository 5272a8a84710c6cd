"""`immersions probe`: what an ear knows of labels that it was never told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from immersions.cli.places import check_folder, check_places

MOST_SEEDS = 1000
ROWS = {
    "ear": "the ear, {readout}",
    "untrained": "the same untrained",
    "logmel": "log-mel bands",
    "mfcc": "MFCCs",
    "supervised": "trained on the labels",
}
LONGEST_ITEM = 60.0
"""Seconds: some items are in memory at once."""


def probe(
    ear: Annotated[str, typer.Argument(help="A bundled ear, an ear's folder, or a run's.")],
    task: Annotated[
        Path, typer.Argument(help="A folder of class folders, or a CSV: path,label,group.")
    ],
    split: Annotated[
        str, typer.Option(help="What parts training from test: items, time or groups.")
    ] = "items",
    report: Annotated[Path | None, typer.Option(help="JSON file: every score.")] = None,
    picture: Annotated[
        Path | None, typer.Option(help="PNG file: which class was taken for which.")
    ] = None,
    curve: Annotated[
        Path | None,
        typer.Option(help="PNG file: how a run's ear came on; needs ears that it kept on the way."),
    ] = None,
    item_seconds: Annotated[
        float | None,
        typer.Option(
            max=LONGEST_ITEM, help="Length of an item; else what the ear is meant to hear."
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=1, max=MOST_SEEDS, help="Splits, classifiers, random weights.")
    ] = 5,
    supervised: Annotated[
        bool,
        typer.Option(
            "--supervised/--no-supervised", help="Also train the architecture on the labels."
        ),
    ] = True,
    supervised_steps: Annotated[
        int, typer.Option(min=1, help="Updates at most, for each of three learning rates.")
    ] = 400,
    supervised_seeds: Annotated[
        int,
        typer.Option(min=1, max=MOST_SEEDS, help="How often that is done, each with another seed."),
    ] = 1,
    precision: Annotated[
        str, typer.Option(help="Of that training: float32 or bfloat16.")
    ] = "float32",
    threads: Annotated[int, typer.Option(min=0, help="Processor threads; 0: torch's choice.")] = 0,
    device: Annotated[
        str, typer.Option(help="Where networks run: cpu, cuda, cuda:N or mps.")
    ] = "cpu",
    cache: Annotated[Path, typer.Option(help="Folder for what need not be computed twice.")] = Path(
        "data/cache/probe"
    ),
) -> None:
    """Tell labels apart by a linear classifier on what an ear answers, one vector an item.

    Beside it stand the same network untrained, mean and deviation of log-mel bands and of MFCCs,
    and the architecture trained on the labels alone.
    """
    check_places(report=report, picture=picture, curve=curve)
    check_folder(cache)
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"--precision: expected float32 or bfloat16, got {precision!r}")

    import torch

    from immersions.training.devices import device_named
    from immersions.training.probing.comparison import ProbeConfig, probe_ear
    from immersions.training.probing.curve import snapshots_of
    from immersions.training.probing.reading import load_ear
    from immersions.training.probing.supervised import SupervisedConfig
    from immersions.training.probing.tasks import read_task

    if threads:
        torch.set_num_threads(threads)
    rival = SupervisedConfig(steps=supervised_steps, bfloat16=precision == "bfloat16")
    config = ProbeConfig(
        split=split,
        seeds=seeds,
        supervised=rival if supervised else None,
        supervised_seeds=supervised_seeds,
        item_seconds=item_seconds,
        device=str(device_named(device)),
    )
    asked = read_task(task)
    snapshots = snapshots_of(Path(ear)) if curve is not None else []
    told = probe_ear(load_ear(ear), asked, config, cache, _say, snapshots)
    if report is not None:
        report.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if picture is not None:
        from immersions.cli.probe_picture import draw

        draw(told, picture)
    if curve is not None:
        from immersions.cli import probe_curve

        probe_curve.draw(told, curve)
    print(table(told))


def table(told: dict[str, Any]) -> str:
    """The report as lines to read: accuracy in % with its deviation over the seeds, and loss."""
    lines = [
        f"{told['task']}, split {told['split']}: {told['items']} items of "
        f"{told['item_seconds']:.2f} s, {told['classes']} classes, {told['seeds']} seeds",
        f"{'':<46}{'accuracy':>14}{'loss':>9}",
    ]
    for key, words in ROWS.items():
        if told[key] is not None:
            lines.append(_row(words.format(readout=told["readout"]), told[key]))
    lines.append(f"{'always the largest class':<46}{100 * told['chance']:>7.1f} %")
    lines += [_row(f"the ear, {name}", row) for name, row in told["readouts"].items()]
    return "\n".join(lines)


def _row(words: str, row: dict[str, Any]) -> str:
    deviation = row["accuracy_std"]
    spread = "" if deviation is None else f"± {100 * deviation:.1f}"
    return f"{words:<46}{100 * row['accuracy']:>7.1f} %{spread:>7}{row['loss']:>7.3f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
