"""From folders of music to an ear on disk: what `immersions train` does, without a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from immersions.ears.checkpoint import CONFIG, WEIGHTS, save_pretrained
from immersions.ears.contrastive import ContrastiveEar, parameter_counts
from immersions.training.kept import Row
from immersions.training.library import Track
from immersions.training.loop import Trainer
from immersions.training.precision import TOLERANCE, half_precision_error
from immersions.training.statistics import take_statistics


def ship(
    trainer: Trainer,
    folder: Path,
    name: str,
    tracks: Sequence[Track],
    card_note: str = "",
    progress: Callable[[str], None] = lambda line: None,
) -> ContrastiveEar:
    """Take the averaged weights' statistics on `tracks` and write the ear's folder."""
    ear = ContrastiveEar(name, trainer.mean_model.network).to(trainer.device)
    progress("listening for the statistics of every neuron")
    statistics = take_statistics(ear, tracks)
    error = half_precision_error(trainer.mean_model.network, tracks)
    half = error <= TOLERANCE
    kept = (
        f"- weights: in {'half' if half else 'single'} precision; halved, its neurons answer "
        f"within {error:.1g} of their deviation"
    )
    card = model_card(name, trainer, len(tracks), card_note, kept)
    save_pretrained(folder, name, trainer.mean_model.network, statistics, card, half)
    (folder / "curve.json").write_text(json.dumps(curve(trainer)) + "\n")
    progress(f"{folder / WEIGHTS}, {folder / CONFIG}")
    return ear


def model_card(name: str, trainer: Trainer, tracks: int, note: str, kept: str = "") -> str:
    """What was trained, how and how well, in the words of its own metrics."""
    rows = [row for row in trainer.rows() if "validation_all" in row]
    last = rows[-1] if rows else {}
    counts = parameter_counts(trainer.ear)
    scale = trainer.ear.scalogram
    lines = [
        f"# {name}",
        "",
        "An ear of `immersions`: a network that learned to listen to music without labels, by",
        "contrastive predictive coding.",
        "",
        f"- sound: mono at {scale.sample_rate} Hz; {scale.bins} bins from {scale.fmin:g} Hz, "
        f"{scale.bins_per_octave} an octave",
        f"- numbers: encoder {counts['encoder']}, context {counts['context']} "
        f"(prediction maps, {counts['prediction']}, are not kept)",
        *([kept] if kept else []),
        f"- training: {trainer.step} steps of {trainer.config.items} items from {tracks} tracks",
        f"- settings: `{json.dumps(asdict(trainer.config))}`",
    ]
    if trainer.start:
        rows_before = trainer.start.rows
        after = f", after {rows_before[-1]['step']:.0f} steps" if rows_before else ""
        lines.append(f"- begun with: the weights of {Path(trainer.start.name).name}{after}")
    if last:
        lines += [
            "",
            "| tell the coming sound from | accuracy | nearest spectrum | chance |",
            "|---|---|---|---|",
        ]
        for key, words in (
            ("all", "the whole batch"),
            ("across", "other tracks"),
            ("within", "other places of the same track"),
        ):
            if f"validation_{key}" not in last:
                continue
            metrics = f"validation_{key}", f"validation_spectrum_{key}", f"chance_{key}"
            cells = (f"{100 * last[each]:.1f} %" if each in last else "–" for each in metrics)
            lines.append(f"| {words} | {' | '.join(cells)} |")
        lines += [
            "",
            "Measured on tracks that were never trained on; the curve is in curve.json. Nearest",
            "spectrum: the sound whose mean spectrum is most like what was heard before.",
        ]
    return "\n".join([*lines, "", note]).rstrip() + "\n"


def thinned(rows: Sequence[Row]) -> list[Row]:
    """The rows at which the ear was validated, with the training loss averaged since the last."""
    kept, losses = [], []
    for row in rows:
        losses.append(row["loss"])
        if "validation_all" in row:
            of_the_ear = row.keys() - {"seconds", "waited"}
            chosen = {key: round(row[key], 5) for key in row if key in of_the_ear}
            kept.append(chosen | {"loss": round(sum(losses) / len(losses), 5)})
            losses = []
    return kept


def curve(trainer: Trainer) -> list[Row]:
    """The thinned rows of the run, after those of the run that it began with."""
    before = thinned(trainer.start.rows) if trainer.start else []
    steps = trainer.start.rows[-1]["step"] if before and trainer.start else 0.0
    return [*before, *(row | {"step": row["step"] + steps} for row in thinned(trainer.rows()))]


def flat_for(rows: Sequence[Row], tolerance: float = 0.01) -> float:
    """The share of all steps since held-out accuracy last rose by more than `tolerance`."""
    held_out = [(row["step"], row["validation_all"]) for row in rows if "validation_all" in row]
    if not held_out:
        return 0.0
    best, since = -1.0, held_out[0][0]
    for step, value in held_out:
        if value > best + tolerance:
            best, since = value, step
    return (held_out[-1][0] - since) / held_out[-1][0]


def waited_for_data(rows: Sequence[Row]) -> float:
    """The share of all steps' time in which their excerpts were still being read."""
    seconds = sum(row["seconds"] for row in rows)
    return sum(row.get("waited", 0.0) * row["seconds"] for row in rows) / seconds if seconds else 0
