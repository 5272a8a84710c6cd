"""Has the ear learned? A linear probe tells 15 tracks apart that were never trained on.

    python benchmarks/probe_tracks15.py                       # the bundled ear `small`
    python benchmarks/probe_tracks15.py --checkpoint runs/small   # a run that is not finished
    python benchmarks/probe_tracks15.py --skip 15             # on the next 15 tracks

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
import dataclasses
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from immersions import ears
from immersions.ears.checkpoint import config_to_dict
from immersions.ears.contrastive import ContrastiveConfig, ContrastiveEar
from immersions.scalogram import Scalogram
from immersions.training import probe_features, probe_items
from immersions.training.kept import CHECKPOINT, averaged_network, saved_step
from immersions.training.library import content_key, find_sounds
from immersions.training.probe import draw, fit, score

DISTURBANCE_SEED = 15
FEW = 5
SETTINGS = ("all", "all, disturbed", "five", "five, disturbed")
Arrays = dict[str, np.ndarray]
Sides = dict[str, list[tuple[torch.Tensor, torch.Tensor]]]
Pairs = dict[str, tuple[torch.Tensor, torch.Tensor]]
Result = dict[str, dict[str, dict[str, float]]]


def main() -> None:
    asked = arguments()
    torch.set_num_threads(asked.threads)
    ear = ear_of(asked)
    shape = probe_items.item_shape(ear.config)
    paths = longest(find_sounds([asked.music]), asked.skip, asked.tracks)
    tracks = [heard(path, number, ear.config, asked.cache) for number, path in enumerate(paths)]
    data, labels, training = joined(tracks)
    sides = ear_features(ear, data, training, asked.seeds, asked.cache)
    print(f"{ear.name}: {len(labels)} items of {shape.seconds:.2f} s from {len(paths)} tracks")
    for path, track in zip(paths, tracks, strict=True):
        name = path.relative_to(asked.music.resolve())
        print(f"  {len(track['mel']):3d} items  {name}", flush=True)
    result = compare(sides, labels, training, asked.settings)
    show(result)
    described = {
        "benchmark": "probe_tracks15",
        "ear": ear.name,
        "item_seconds": round(shape.seconds, 3),
        "tracks": [path.name for path in paths],
        "items": len(labels),
        "seeds": asked.seeds,
        "settings": result,
    }
    print(json.dumps(described))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ear", nargs="?", default="small", help="bundled name, or an ear's folder")
    parser.add_argument("--checkpoint", type=Path, help="instead: folder of a run")
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


def ear_of(asked: argparse.Namespace) -> ContrastiveEar:
    if asked.checkpoint:
        step = saved_step(asked.checkpoint / CHECKPOINT)
        name = f"{asked.checkpoint.name} at step {step}"
        return ContrastiveEar(name, averaged_network(asked.checkpoint))
    ear = ears.load(asked.ear)
    if not isinstance(ear, ContrastiveEar):
        raise ValueError(f"{asked.ear}: expected an ear with a context network")
    return ear


def longest(paths: list[Path], skip: int, count: int) -> list[Path]:
    """The longest tracks by decoded length but for the first `skip`, in order of their names."""
    import soundfile

    lengths = {path: soundfile.info(str(path)).duration for path in paths}
    if len(lengths) < skip + count:
        raise ValueError(f"expected {skip + count} tracks or more, found {len(lengths)}")
    return sorted(sorted(paths, key=lambda path: -lengths[path])[skip : skip + count])


def heard(path: Path, number: int, ear: ContrastiveConfig, cache: Path) -> Arrays:
    """What a track's items sound like to both sides, plain and disturbed; kept on disk."""
    shape = probe_items.item_shape(ear)
    config = dataclasses.asdict(ear.scalogram) | dataclasses.asdict(shape)
    settings = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    kept = cache / f"{content_key(path)}-{settings}-{number}.npz"
    if kept.exists():
        with np.load(kept, allow_pickle=False) as file:
            return dict(file)
    scalogram, sound = Scalogram(ear.scalogram), probe_items.cut(path, shape)
    other = probe_items.disturbed(sound, shape.sample_rate, DISTURBANCE_SEED + 1000 * number)
    found: Arrays = {}
    for suffix, items in (("", sound), ("_disturbed", other)):
        parts = list(probe_items.batches(items))
        mel = [probe_features.log_mel(torch.from_numpy(p), shape.sample_rate) for p in parts]
        levels = [probe_items.levels(p, scalogram, shape).half() for p in parts]
        found["mel" + suffix] = torch.cat(mel).numpy()
        found["levels" + suffix] = torch.cat(levels).numpy()
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(kept, **found)  # type: ignore[arg-type]
    print(f"heard {path.name}", file=sys.stderr)
    return found


def joined(tracks: list[Arrays]) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
    """All items of all tracks that are trained or tested on; their tracks; which train."""
    kept, labels, training = [], [], []
    for number, track in enumerate(tracks):
        first, last = probe_items.split_by_time(len(track["mel"]))
        kept.append([*first, *last])
        labels += [number] * len(kept[-1])
        training += [True] * len(first) + [False] * len(last)
    data = {
        key: torch.from_numpy(
            np.concatenate([track[key][rows] for track, rows in zip(tracks, kept, strict=True)])
        )
        for key in tracks[0]
    }
    return data, torch.tensor(labels), torch.tensor(training)


def ear_features(
    ear: ContrastiveEar,
    data: dict[str, torch.Tensor],
    training: torch.Tensor,
    seeds: int,
    cache: Path,
) -> Sides:
    """For each side, of each seed, tables (items, features) of plain and of disturbed items."""
    plain, other = data["levels"], data["levels_disturbed"]
    ours = both_features(ear, plain, other)
    random = [untrained(ear, plain, other, training, seed, cache) for seed in range(seeds)]
    found = {"log-mel": [(data["mel"], data["mel_disturbed"])] * seeds}
    spectra = [probe_features.mean_and_deviation(table.float()) for table in (plain, other)]
    found["scalogram"] = [(spectra[0], spectra[1])] * seeds
    for name in probe_features.readouts(ear.config):
        found[f"trained, {name}"] = [ours[name]] * seeds
        found[f"untrained, {name}"] = [one[name] for one in random]
    return found


def both_features(ear: ContrastiveEar, plain: torch.Tensor, other: torch.Tensor) -> Pairs:
    first, second = (probe_features.features(ear, table) for table in (plain, other))
    return {name: (first[name], second[name]) for name in first}


def untrained(
    ear: ContrastiveEar,
    plain: torch.Tensor,
    other: torch.Tensor,
    training: torch.Tensor,
    seed: int,
    cache: Path,
) -> Pairs:
    """Readouts of the untrained network, plain and disturbed; kept, since no run changes them."""
    names = list(probe_features.readouts(ear.config))
    digest = hashlib.sha256(json.dumps([config_to_dict(ear.config), names]).encode())
    digest.update(other.numpy().tobytes())
    kept = cache / f"untrained-{digest.hexdigest()[:16]}-{seed}.npz"
    if not kept.exists():
        one = probe_features.untrained(ear.config, plain[training], seed)
        pairs = both_features(one, plain, other)
        np.savez(kept, **{name: torch.stack(pair).numpy() for name, pair in pairs.items()})  # type: ignore[arg-type]
        print(f"heard by the untrained ear of seed {seed}", file=sys.stderr)
    with np.load(kept, allow_pickle=False) as file:
        tables = {name: torch.from_numpy(file[name]) for name in names}
    return {name: (table[0], table[1]) for name, table in tables.items()}


def compare(
    sides: Sides, labels: torch.Tensor, training: torch.Tensor, settings: Sequence[str]
) -> Result:
    """Accuracy of each side in each setting, and how far the trained ear is ahead."""
    everything = int(0.8 * min(int((training & (labels == k)).sum()) for k in labels.unique()))
    result: Result = {}
    for words, per_label in (("all", everything), ("five", FEW)):
        if not {words, f"{words}, disturbed"} & set(settings):
            continue
        plain: dict[str, list[float]] = {}
        other: dict[str, list[float]] = {}
        for side, tables in sides.items():
            both = [
                accuracies(*pair, labels, training, per_label, seed)
                for seed, pair in enumerate(tables)
            ]
            plain[side], other[side] = map(list, zip(*both, strict=True))
        result[words] = summary(plain, per_label)
        result[f"{words}, disturbed"] = summary(other, per_label)
    return {setting: row for setting, row in result.items() if setting in settings}


def accuracies(
    plain: torch.Tensor,
    disturbed: torch.Tensor,
    labels: torch.Tensor,
    training: torch.Tensor,
    per_label: int,
    seed: int,
) -> tuple[float, float]:
    """On test items as they are, and disturbed, of a classifier fitted to items as they are."""
    drawn = draw(labels, training, per_label, seed)
    classifier = fit(plain[drawn], labels[drawn], seed)
    test = ~training
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
