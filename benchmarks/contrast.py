"""What should a batch contrast? Tracks with tracks, or places of the same track?

    python benchmarks/contrast.py --from runs/small-first [--minutes 5] [--music data/music/train]

From the same weights every kind of batch trains for as long by the clock. Then the held-out tracks
are told apart by a linear probe, split by time (as in `probe_tracks15.py`, three seeds), and z that
follow are told from others. A short training says in which direction a kind of batch leads, not
how far. One line a kind; the last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from _measure import finish, machine
from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features, probe_items
from immersions.training.cpc import item_frames
from immersions.training.library import Track, find_sounds, load_library
from immersions.training.loop import Trainer, TrainingConfig
from immersions.training.memory import keep_large_blocks
from immersions.training.probe import draw, fit, score
from immersions.training.sampling import split
from immersions.training.start import Start, start_from

KINDS: dict[str, dict[str, int]] = {
    "as it was": {},
    "32 of 8 tracks": {"items": 32, "crops": 4},
    "128 of 128 tracks": {"items": 128, "crops": 1},
    "128 of 64 tracks": {"items": 128, "crops": 2},
    "128 of 116 tracks": {"items": 128, "crops": 4, "singles": 112},
}
READOUTS = ("last c", "mean of c")
HELD_OUT, PROBED, SEEDS = 0.08, 15, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="start", required=True, help="an ear, or a run's folder")
    parser.add_argument("--minutes", type=float, default=5.5)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--music", type=Path, default=Path("data/music/train"))
    parser.add_argument("--cache", type=Path, default=Path("data/cache/scalograms"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=KINDS, default=list(KINDS))
    given = parser.parse_args()
    keep_large_blocks()
    torch.set_num_threads(given.threads)
    start = start_from(given.start)
    config = start.network.config
    frames = item_frames(config, TrainingConfig().contexts)
    library = load_library(
        find_sounds([given.music]), config.scalogram, given.cache, frames, lambda path: None
    )
    training, held_out = split(library.tracks, HELD_OUT)
    rows = {}
    for kind in given.only:
        rows[kind] = tried(kind, start, training, held_out, given)
        print(f"{kind:<20}{json.dumps(rows[kind])}", flush=True)
    finish({"benchmark": "contrast", "machine": machine(), "minutes": given.minutes, "rows": rows})


def tried(
    kind: str,
    start: Start,
    training: Sequence[Track],
    held_out: Sequence[Track],
    given: argparse.Namespace,
) -> dict[str, Any]:
    """Train one kind of batch, and measure what it became."""
    settings = TrainingConfig(
        steps=10**6,
        warmup_steps=10,
        learning_rate=given.learning_rate,
        average=0.95,
        bfloat16=True,
        **KINDS[kind],
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(Path(folder), start.network.config, settings, training, held_out, start)
        end = time.monotonic() + (60 * given.minutes if KINDS[kind] else 0)
        while time.monotonic() < end:
            trainer.advance()
        told = trainer.validate()
        ear = ContrastiveEar(kind, trainer.mean_model.network)
        return {
            "steps": trainer.step,
            **{key: round(100 * told[f"validation_{key}"], 1) for key in ("across", "within")},
            **probed(ear, sorted(held_out, key=lambda track: -track.frames)[:PROBED]),
        }


def probed(ear: ContrastiveEar, tracks: Sequence[Track]) -> dict[str, float]:
    """Accuracy in % of telling tracks apart, split by time, of c and of z."""
    length = probe_items.item_shape(ear.config).frames
    levels, labels, training = [], [], []
    for number, track in enumerate(tracks):
        first, last = probe_items.split_by_time(track.frames // length)
        for item in (*first, *last):
            levels.append(np.asarray(track.levels[..., item * length : (item + 1) * length]))
        labels += [number] * (len(first) + len(last))
        training += [True] * len(first) + [False] * len(last)
    sides = torch.tensor(training)
    tables = probe_features.features(ear, torch.from_numpy(np.stack(levels)))
    z = next(name for name in tables if "(z)" in name)
    names = {**{name: name for name in READOUTS}, "z": z}
    return {key: _told(tables[name], torch.tensor(labels), sides) for key, name in names.items()}


def _told(table: Tensor, labels: Tensor, training: Tensor) -> float:
    least = min(int((training & (labels == label)).sum()) for label in labels.unique())
    found = []
    for seed in range(SEEDS):
        drawn = draw(labels, training, int(0.8 * least), seed)
        classifier = fit(table[drawn], labels[drawn], seed)
        found.append(score(classifier, table[~training], labels[~training]).accuracy)
    return round(100 * statistics.fmean(found), 1)


if __name__ == "__main__":
    main()
