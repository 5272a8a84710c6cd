"""What helps an ear to learn? Variants of `small`, each trained from scratch with the same budget.

    python benchmarks/ablation.py [--steps 400] [--only baseline sat] [--folder runs/ablation]

The budget of a variant is that many steps of 32 excerpts: with more excerpts a step it takes fewer,
and `h20` as many as the multiply-adds of the baseline's steps allow. Each is measured on the tracks
held out (how often the z that follows is found among the whole batch, other tracks, the same track)
and by a linear probe on the mean of c, as in `probe_tracks15.py --skip 15`: 15 tracks of other
music, split by time, five draws of the training items; the items are cut from whole tracks'
scalograms. One seed is one seed: `baseline` is there with three, whose spread is a row's doubt.

A variant's training goes on where it was stopped, and its result is kept as soon as it is there.
Prints a table; the last line is one JSON document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from immersions.training.memory import keep_large_blocks

keep_large_blocks()  # before torch is imported, as `immersions train` does

import torch  # noqa: E402

from _measure import finish, machine  # noqa: E402
from _trials import (  # noqa: E402
    HELD_OUT,
    arguments,
    items_of,
    music,
    probed,
    step_multiply_adds,
)
from immersions.ears import presets  # noqa: E402
from immersions.ears.contrastive import ContrastiveConfig, ContrastiveEar  # noqa: E402
from immersions.training import probe_features  # noqa: E402
from immersions.training.augmentation import Augmentation  # noqa: E402
from immersions.training.config import TrainingConfig, averaging  # noqa: E402
from immersions.training.kept import CHECKPOINT, write_whole  # noqa: E402
from immersions.training.library import Track, find_sounds  # noqa: E402
from immersions.training.loop import Trainer, run  # noqa: E402
from immersions.training.sampling import split  # noqa: E402
from probe_tracks15 import longest  # noqa: E402

ITEMS = 32
SKIPPED, PROBED, DRAWS = 15, 15, 5
Row = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """How a trial differs from the baseline."""

    training: Mapping[str, Any] = field(default_factory=dict)
    ear: Callable[[ContrastiveConfig], ContrastiveConfig] = lambda config: config
    trained: bool = True


def changed(**changes: Any) -> Callable[[ContrastiveConfig], ContrastiveConfig]:
    return lambda config: replace(config, **changes)


def with_phase(config: ContrastiveConfig) -> ContrastiveConfig:
    return replace(config, scalogram=replace(config.scalogram, phase=True))


VARIANTS = {
    "baseline": Variant(),
    "baseline, seed 1": Variant({"seed": 1}),
    "baseline, seed 2": Variant({"seed": 2}),
    "untrained": Variant(trained=False),
    "sat": Variant({"loss": "sat"}),
    "phase": Variant(ear=with_phase),
    "blur 3": Variant(ear=changed(blur=3)),
    "relu": Variant(ear=changed(slope=0.0)),
    "gain and equaliser": Variant({"augmentation": Augmentation(gain=6, equaliser=6)}),
    "pitch and stretch": Variant({"augmentation": Augmentation(pitch=1, stretch=0.05)}),
    "mix": Variant({"augmentation": Augmentation(mix=0.3)}),
    "32 of 32 tracks": Variant({"crops": 1}),
    "32 of 20 tracks": Variant({"singles": 16}),
    "128 of 32 tracks": Variant({"items": 128}),
    "128 of 116 tracks": Variant({"items": 128, "singles": 112}),
    "h20": Variant(ear=lambda config: presets.config("h20")),
    "h20 without dropout": Variant(ear=lambda config: replace(presets.config("h20"), dropout=0)),
}


def main() -> None:
    parser = arguments((__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--other-music", type=Path, default=Path("data/music/evaluation"))
    parser.add_argument("--folder", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    rows: dict[str, Row] = {}
    for name in given.only:
        rows[name] = row = kept(name, given)
        cells = "".join(f"{key} {value}  " for key, value in row.items())
        print(f"{name:<20}  {cells}".rstrip(), flush=True)
    print(table(rows))
    finish(
        {
            "benchmark": "ablation",
            "machine": machine(),
            "steps": given.steps,
            "items": ITEMS,
            "rows": rows,
        }
    )


def kept(name: str, given: argparse.Namespace) -> Row:
    """The result of a variant; that of an earlier run if nothing has changed since."""
    variant = VARIANTS[name]
    small = presets.config("small")
    config, settings = variant.ear(small), training_of(variant, given.steps)
    if name.startswith("h20"):
        share = step_multiply_adds(small, settings) / step_multiply_adds(config, settings)
        settings = training_of(variant, max(1, round(given.steps * share)))
    heard = music(config, given.music, given.cache)
    others = longest(find_sounds([given.other_music]), SKIPPED, PROBED)
    tracks = music(config, given.other_music, given.cache, others)
    told = [asdict(config), asdict(settings), [track.key for track in (*heard, *tracks)]]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    folder = given.folder / f"{name.replace(',', '').replace(' ', '-')}-{digest}"
    result = folder / "result.json"
    if not result.exists():
        folder.mkdir(parents=True, exist_ok=True)
        measure = tried if variant.trained else untrained
        write_whole(result, json.dumps(measure(config, settings, heard, tracks, folder)) + "\n")
    return json.loads(result.read_text())


def training_of(variant: Variant, steps: int) -> TrainingConfig:
    """As `immersions train` would have it."""
    settings = replace(TrainingConfig(items=ITEMS, bfloat16=True), **variant.training)
    steps = max(1, steps * ITEMS // settings.items)
    return replace(
        settings,
        steps=steps,
        warmup_steps=min(200, max(1, steps // 10)),
        average=averaging(steps),
        checkpoint_every=25,
        validate_every=10**6,
    )


def tried(
    config: ContrastiveConfig,
    settings: TrainingConfig,
    heard: list[Track],
    tracks: list[Track],
    folder: Path,
) -> Row:
    """Train a variant, or go on with it, and measure what it became."""
    training, held_out = split(heard, HELD_OUT)
    trainer = Trainer(folder, config, settings, training, held_out)
    begun, spent = trainer.step, time.process_time()
    run(trainer)
    seconds = (time.process_time() - spent) / max(1, trainer.step - begun)
    told = trainer.validate()
    ear = ContrastiveEar("trial", trainer.mean_model.network)
    row = {
        **{key: round(100 * told[f"validation_{key}"], 1) for key in ("all", "across", "within")},
        **probed(ear, tracks, DRAWS),
        "steps": trainer.step,
        "giga_multiply_adds_a_step": round(step_multiply_adds(config, settings) / 1e9, 1),
        "processor_seconds_a_step": round(seconds, 2),
    }
    (folder / CHECKPOINT).unlink()
    return row


def untrained(
    config: ContrastiveConfig,
    settings: TrainingConfig,
    heard: list[Track],
    tracks: list[Track],
    folder: Path,
) -> Row:
    """The same readouts of random weights, whose batch norms are calibrated on the probed items."""
    levels, _, training = items_of(config, tracks)
    ear = probe_features.untrained(config, levels[training], settings.seed)
    return probed(ear, tracks, DRAWS)


def table(rows: Mapping[str, Row]) -> str:
    """In Markdown, of accuracies in %."""
    columns = ["all", "across", "within", "mean of c", "steps", "giga_multiply_adds_a_step"]
    lines = [f"| | {' | '.join(columns)} |", f"|{'---|' * (len(columns) + 1)}"]
    for name, row in rows.items():
        lines.append(f"| {name} | {' | '.join(str(row.get(key, '')) for key in columns)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
