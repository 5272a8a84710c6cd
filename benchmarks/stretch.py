"""How sharp do attacks stay, and how long does it take, when a loop gets another length?

    python benchmarks/stretch.py [--every 3] [--ratios 0.5 0.8 1.25 2]

Every third bundled clip is stretched by each ratio: by `audio.stretch`, by librosa's phase vocoder,
and by resampling, which changes the pitch. For clips with attacks it is measured how much weaker
the rise of power is at each attack than in the clip, and how much more power there is 3 to 23 ms
before it (medians over a clip's attacks, means over clips, in dB); for all clips, how far the power
in mel bands is from the clip's at corresponding times, and the step at the loop's seam beside the
99th percentile of the steps near it. Ours is asserted to have the length asked for and no seam.
The last line is one JSON document.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import librosa
import numpy as np
import torch
from numpy.typing import NDArray

from _measure import both_clocks, finish, machine
from immersions import assets, audio

RATE = 44_100
WIDTH = 1024
Loop = NDArray[np.float32]


def by_librosa(loop: Loop, count: int) -> Loop:
    out = librosa.effects.time_stretch(loop, rate=len(loop) / count)
    return np.resize(out, count)


def by_resampling(loop: Loop, count: int) -> Loop:
    return audio.resample(loop, len(loop), count, loop=True)


WAYS: dict[str, Callable[[Loop, int], Loop]] = {
    "ours": lambda loop, count: audio.stretch(loop, count, RATE),
    "librosa's phase vocoder": by_librosa,
    "resampling": by_resampling,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ratios", type=float, nargs="+", default=[0.5, 0.8, 1.25, 2.0])
    given = parser.parse_args()
    torch.set_num_threads(1)
    clips = {
        each.name: audio.read(each.path, RATE, loop=True).samples
        for each in assets.clips()[:: given.every]
    }
    rows = [
        {"ratio": ratio, "way": name} | measured(way, ratio, clips)
        for ratio in given.ratios
        for name, way in WAYS.items()
    ]
    loop = audio.resample(clips["house"], len(clips["house"]), 4 * RATE, loop=True)
    calls = {
        f"{name}, 4 s to {4 * ratio:g} s": (
            lambda way=way, ratio=ratio: way(loop, round(4 * ratio * RATE))
        )
        for ratio in (0.8, 1.25, 4.0)
        for name, way in WAYS.items()
    }
    wall, processor = both_clocks(calls, given.rounds, of=min)
    finish(
        {
            "benchmark": "stretch",
            "machine": machine(),
            "clips": list(clips),
            "rows": rows,
            "seconds": {name: round(taken, 4) for name, taken in wall.items()},
            "processor_seconds": {name: round(taken, 4) for name, taken in processor.items()},
        }
    )


def measured(
    way: Callable[[Loop, int], Loop], ratio: float, clips: dict[str, Loop]
) -> dict[str, Any]:
    sharper, earlier, away, seams = [], [], [], []
    for name, loop in clips.items():
        count = round(ratio * len(loop))
        out = way(loop, count)
        assert len(out) == count
        assert np.isfinite(out).all()
        step, allowed = audio.seam(out, RATE)
        seams.append(step / max(allowed, 1e-9))
        assert way is not WAYS["ours"] or step <= allowed, name
        away.append(float(np.mean(np.abs(bands(loop) - bands(out)))))
        places, _ = audio.onsets(loop, RATE)
        if len(places) > 3:
            pairs = [(attack(loop, place), attack(out, round(place * ratio))) for place in places]
            sharper.append(float(np.median([after[0] - before[0] for before, after in pairs])))
            earlier.append(float(np.median([after[1] - before[1] for before, after in pairs])))
    return {
        "attack_db": round(float(np.mean(sharper)), 2),
        "before_attack_db": round(float(np.mean(earlier)), 2),
        "bands_db": round(float(np.mean(away)), 2),
        "worst_seam": round(max(seams), 2),
    }


def attack(loop: Loop, place: int) -> tuple[float, float]:
    """In dB: the largest rise of power within 1.5 ms near a place; power before beside after it."""
    near = np.arange(place - 1400, place + 1400) % len(loop)
    powers = np.square(np.diff(loop, prepend=loop[-1])[near].astype(np.float64))
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    width = round(0.0015 * RATE)
    means = (sums[width:] - sums[:-width]) / width
    rises = means[width:] - means[:-width]
    best = int(np.argmax(rises)) + width
    before = powers[max(0, best - 1014) : max(1, best - 132)].mean()
    after = powers[best : best + 882].mean()
    floor = 1e-9 * powers.max() + 1e-30
    return decibels(rises.max()), decibels((before + floor) / (after + floor))


def decibels(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-30)))


def bands(loop: Loop) -> NDArray[np.float64]:
    """(400, 40) power in mel bands in dB, at 400 places of the loop, 50 dB down at most."""
    places = np.round(np.arange(400) * len(loop) / 400).astype(np.int64)
    pieces = loop[(places[:, None] + np.arange(WIDTH) - WIDTH // 2) % len(loop)] * np.hanning(WIDTH)
    mel = librosa.filters.mel(sr=RATE, n_fft=WIDTH, n_mels=40, fmin=60)
    powers = np.square(np.abs(np.fft.rfft(pieces, axis=1))) @ mel.T
    levels: NDArray[np.float64] = 10 * np.log10(powers + 1e-12)
    return np.maximum(levels, levels.max() - 50)


if __name__ == "__main__":
    main()
