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
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from _measure import finish, machine
from _trials import HELD_OUT, arguments, music, probed
from immersions.ears.contrastive import ContrastiveEar
from immersions.training.library import Track
from immersions.training.loop import Trainer, TrainingConfig
from immersions.training.memory import keep_large_blocks
from immersions.training.sampling import split
from immersions.training.start import Start, start_from

KINDS: dict[str, dict[str, int]] = {
    "as it was": {},
    "32 of 8 tracks": {"items": 32, "crops": 4},
    "128 of 128 tracks": {"items": 128, "crops": 1},
    "128 of 64 tracks": {"items": 128, "crops": 2},
    "128 of 116 tracks": {"items": 128, "crops": 4, "singles": 112},
}
PROBED, SEEDS = 15, 3


def main() -> None:
    parser = arguments((__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="start", required=True, help="an ear, or a run's folder")
    parser.add_argument("--minutes", type=float, default=5.5)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--only", nargs="*", choices=KINDS, default=list(KINDS))
    given = parser.parse_args()
    keep_large_blocks()
    torch.set_num_threads(given.threads)
    start = start_from(given.start)
    training, held_out = split(music(start.network.config, given.music, given.cache), HELD_OUT)
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
            **probed(ear, sorted(held_out, key=lambda track: -track.frames)[:PROBED], SEEDS),
        }


if __name__ == "__main__":
    main()
