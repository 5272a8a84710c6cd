"""Has the ear learned? A linear probe tells 15 tracks apart that were never trained on.

    python benchmarks/probe_tracks15.py               # the bundled ear `small`
    python benchmarks/probe_tracks15.py runs/small    # a run that is not finished
    python benchmarks/probe_tracks15.py --skip 15     # on the next 15 tracks

`immersions probe` with `recipes/tasks/tracks15.csv` asks the same tracks with its own splits; here
test items are disturbed too, and labels are few.

Items are as long as the ear's visible steps and do not overlap. The first 70 % of each track train,
the last 30 % test, and the item across the border is left out. Each item gives one vector. Readouts
of the ear, and of the same network untrained (other weights for each seed, its batch norms
calibrated on 256 training items):

- `last c`: the paper's readout, one c an item; `mean of c`; `c, mean and deviation` over time
- `encoder.4 (z)` and `encoder.3` (of `small`; the last two blocks of any encoder), mean and
  deviation over time of every neuron, channels times pitches

Earlier layers are not listed as evidence of learning: they are near the raw scalogram, trained or
not, and a track's plain spectrum tells it well (`encoder.0` of `small`, in an exploration: 88.7 %
trained, 89.7 % untrained). Choose a readout, or the settings of a training, on the next 15 tracks
(`--skip 15`); the first 15 are for what is reported. Beside them stand mean and deviation of 64
log-mel bands, and of the bins of the scalogram that the ear hears. A seed draws the training items
(and the untrained weights). Settings:

- `all`: as many items of each track as four fifths of the shortest track's training items
- `five`: five labelled items of each track
- `all, disturbed` and `five, disturbed`: the test items at another gain and through a gentle
  equaliser, each its own, so that level and colour alone do not tell the track

`sd` is how far the trained ear is ahead of the same readout untrained, and of log-mel, in units of
the pooled standard deviation over the seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from immersions.ears.contrastive import ContrastiveEar
from immersions.training import probe_features
from immersions.training.library import find_sounds
from immersions.training.probe import draw, fit, score
from immersions.training.probing.folds import folds_of
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.reading import heard_by, load_ear, untrained
from immersions.training.probing.splits import SHARE, Table, by_time
from immersions.training.probing.tasks import Entry, Task

DISTURBANCE_SEED = 15
FEW = 5
SETTINGS = ("all", "all, disturbed", "five", "five, disturbed")
Pair = tuple[torch.Tensor, torch.Tensor]
"""Features (items, features) of the plain items and of the disturbed ones."""
Sides = dict[str, list[Pair]]
Result = dict[str, dict[str, dict[str, float]]]


def main() -> None:
    asked = arguments()
    torch.set_num_threads(asked.threads)
    ear = load_ear(asked.ear)
    paths = longest(find_sounds([asked.music]), asked.skip, asked.tracks)
    task = task_of(paths)
    plain = hear(task, ear.config, asked.cache, say)
    other = hear(task, ear.config, asked.cache, say, disturbance=DISTURBANCE_SEED)
    if plain.left_out:
        raise ValueError(f"expected {len(paths)} tracks, could not hear {plain.left_out[0][0]}")
    table = plain.table
    parts = by_time(table, torch.arange(len(table)), SHARE)
    rows = torch.cat([parts.training, parts.test]).sort().values
    training = torch.isin(rows, parts.training)
    sides = ear_features(ear, plain, other, parts.training, asked)
    sides = {name: [(a[rows], b[rows]) for a, b in pairs] for name, pairs in sides.items()}
    print(f"{ear.name}: {len(rows)} items of {plain.seconds:.2f} s from {len(paths)} tracks")
    for number, path in enumerate(paths):
        count = int((table.tracks == number).sum())
        print(f"  {count:3d} items  {path.relative_to(asked.music.resolve())}", flush=True)
    result = compare(sides, table, rows, training, asked.settings)
    show(result)
    described = {
        "benchmark": "probe_tracks15",
        "ear": ear.name,
        "item_seconds": round(plain.seconds, 3),
        "tracks": [path.name for path in paths],
        "items": len(rows),
        "seeds": asked.seeds,
        "settings": result,
    }
    print(json.dumps(described))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "ear", nargs="?", default="small", help="bundled name, folder of an ear or run"
    )
    parser.add_argument("--music", type=Path, default=Path("data/music/evaluation"))
    parser.add_argument("--tracks", type=int, default=15)
    parser.add_argument(
        "--skip", type=int, default=0, help="leave out the longest: 15 gives tracks to choose on"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--settings", nargs="+", choices=SETTINGS, default=SETTINGS, help="default: all four"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("data/cache/probe"))
    return parser.parse_args()


def longest(paths: list[Path], skip: int, count: int) -> list[Path]:
    """The longest tracks by decoded length but for the first `skip`, in order of their names."""
    import soundfile

    lengths = {path: soundfile.info(str(path)).duration for path in paths}
    if len(lengths) < skip + count:
        raise ValueError(f"expected {skip + count} tracks or more, found {len(lengths)}")
    return sorted(sorted(paths, key=lambda path: -lengths[path])[skip : skip + count])


def task_of(paths: Sequence[Path]) -> Task:
    """Each track is a class, in the order of the paths."""
    names = [f"{number:03d} {path.name}" for number, path in enumerate(paths)]
    return Task("tracks15", tuple(map(Entry, paths, names, names)))


def ear_features(
    ear: ContrastiveEar,
    plain: Items,
    other: Items,
    training: torch.Tensor,
    asked: argparse.Namespace,
) -> Sides:
    """For each side, of each seed, features of plain and of disturbed items."""
    names, seeds = list(probe_features.readouts(ear.config)), asked.seeds
    ours = [heard_by(ear, items, names, "cpu") for items in (plain, other)]
    found = {"log-mel": [(plain.log_mel, other.log_mel)] * seeds}
    found["scalogram"] = [(spectra(plain), spectra(other))] * seeds
    for name in names:
        found[f"trained, {name}"] = [(ours[0][name], ours[1][name])] * seeds
        found[f"untrained, {name}"] = []
    for seed in range(seeds):
        one, two = (
            untrained(ear, items, training, seed, names, asked.cache, say, plain)
            for items in (plain, other)
        )
        for name in names:
            found[f"untrained, {name}"].append((one[name], two[name]))
    return found


def spectra(items: Items) -> torch.Tensor:
    """Mean and deviation over time of the scalogram's bins."""
    parts = torch.arange(len(items.table)).split(64)
    return torch.cat([probe_features.mean_and_deviation(items.levels(rows)) for rows in parts])


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def compare(
    sides: Sides,
    table: Table,
    rows: torch.Tensor,
    training: torch.Tensor,
    settings: Sequence[str],
) -> Result:
    """Accuracy of each side in each setting, and how far the trained ear is ahead."""
    labels = table.labels[rows]
    everything = int(0.8 * min(int((training & (labels == k)).sum()) for k in labels.unique()))
    result: Result = {}
    for words, per_label in (("all", everything), ("five", FEW)):
        if not {words, f"{words}, disturbed"} & set(settings):
            continue
        plain: dict[str, list[float]] = {}
        other: dict[str, list[float]] = {}
        for side, tables in sides.items():
            both = [
                accuracies(*pair, table, rows, training, per_label, seed)
                for seed, pair in enumerate(tables)
            ]
            plain[side], other[side] = map(list, zip(*both, strict=True))
        result[words] = summary(plain, per_label)
        result[f"{words}, disturbed"] = summary(other, per_label)
    return {setting: row for setting, row in result.items() if setting in settings}


def accuracies(
    plain: torch.Tensor,
    disturbed: torch.Tensor,
    table: Table,
    rows: torch.Tensor,
    training: torch.Tensor,
    per_label: int,
    seed: int,
) -> tuple[float, float]:
    """On test items as they are, and disturbed, of a classifier fitted to items as they are.

    The penalty is chosen with folds that are parted by time too, as the test items are.
    """
    labels, test = table.labels[rows], ~training
    drawn = draw(labels, training, per_label, seed)
    folds = folds_of("time", table, rows[drawn], seed)
    classifier = fit(plain[drawn], labels[drawn], seed, folds)
    first, second = (score(classifier, table[test], labels[test]) for table in (plain, disturbed))
    return first.accuracy, second.accuracy


def summary(rows: dict[str, list[float]], per_label: int) -> dict[str, dict[str, float]]:
    """Mean and deviation over the seeds; behind or ahead of whom, with the same readout."""
    values = {side: np.array(row) for side, row in rows.items()}
    found: dict[str, dict[str, float]] = {"items": {"per_track": per_label}}
    for side, row in values.items():
        found[side] = {"mean": round(row.mean(), 4), "sd": round(row.std(ddof=1), 4)}
    for name in [side for side in values if side.startswith("trained, ")]:
        ours = values[name]
        for other, theirs in (
            ("untrained", values[f"un{name}"]),
            ("log-mel", values["log-mel"]),
        ):
            pooled = float(np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / 2))
            ahead = (ours.mean() - theirs.mean()) / max(pooled, 1e-9)
            found[name][f"sd_ahead_of_{other}"] = round(ahead, 2)
    return found


def show(result: Result) -> None:
    for setting, row in result.items():
        print(f"\n{setting}, {row['items']['per_track']:.0f} items a track: accuracy in %")
        for side, cell in list(row.items())[1:]:
            ahead = [f"{v:+.1f} sd to {k[12:]}" for k, v in cell.items() if k.startswith("sd_")]
            line = f"  {side:46s}{100 * cell['mean']:6.1f} ± {100 * cell['sd']:4.1f}"
            print(f"{line}   {', '.join(ahead)}".rstrip())


if __name__ == "__main__":
    main()
