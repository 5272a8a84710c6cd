"""Which settings of the dreamer are good, over layers and clips: what the defaults are chosen by.

    python benchmarks/dreaming_study.py [--ear small] [--steps 60] [--clips house pads …]
        [--layers encoder.2 context.1 …] [--setting 'slow: learning_rate=0.01, momentum=0.5' …]
        [--keep FOLDER]

Each setting dreams on every clip towards one channel and towards eight channels of every layer.
Measured on the finished loop: gain in standard deviations; the share of it that is kept under time
and pitch shifts never used in the ascent; and what the sound is like beside the start clip:
spectral flatness, share of power above 5 kHz, crest factor. `--keep` writes the sounds. The last
line is one JSON document.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from _measure import finish, machine
from immersions.dreaming import Dream, dream
from immersions.ears import available, load, presets
from immersions.ears.ear import Ear

CLIPS = ("house", "breakbeat", "pads", "noise")
CHANNELS = (1, 8)
SETTINGS: dict[str, dict[str, float]] = {
    "defaults": {},
    "rate 0.01": {"learning_rate": 0.01},
    "rate 0.1": {"learning_rate": 0.1},
    "momentum 0": {"momentum": 0.0},
    "momentum 0.9": {"momentum": 0.9},
    "follow 0": {"follow": 0.0},
    "follow 1": {"follow": 1.0},
    "no time shift": {"time_shift": 0.0},
    "no transforms": {
        "time_shift": 0.0,
        "pitch_shift": 0.0,
        "time_mask": 0.0,
        "pitch_mask": 0.0,
        "gradient_noise": 0.0,
    },
    "no masks": {"time_mask": 0.0, "pitch_mask": 0.0},
    "input noise 0.03": {"input_noise": 0.03},
    "no denoise": {"denoise": 0.0},
    "no brightness": {"brightness": 0.0},
    "waveform": {"fourier": 0.0},
}
TARGET = {"gain": 2.0, "kept_in_time": 0.8, "kept_in_pitch": 0.8}
"""Of the means over all dreams of 60 steps, for the defaults."""
COLUMNS = {
    "gain": "gain",
    "reached_two": ">= 2",
    "kept_in_time": "kept t",
    "kept_in_pitch": "kept p",
    "flatness_db": "flat dB",
    "above_5_khz": ">5 kHz",
    "crest_db": "crest dB",
    "seconds_per_step": "s/step",
}
Loop = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    add_choices(parser)
    parser.add_argument("--setting", action="append", default=[], help="'NAME: PARAMETER=VALUE, …'")
    parser.add_argument("--only", nargs="*", help="of the built-in settings, these")
    parser.add_argument("--keep", type=Path, help="a folder for the sounds")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    ear = find(given.ear)
    settings = dict(map(parsed, given.setting)) or {
        name: values
        for name, values in SETTINGS.items()
        if given.only in (None, []) or name in given.only
    }
    layers = given.layers or some_layers(ear)
    rows: dict[str, Any] = {}
    print(f"{'setting':<22}" + "".join(f"{title:>10}" for title in COLUMNS.values()))
    for name, values in settings.items():
        found = [
            told
            for told, sound in dreams(ear, layers, given.clips, values, given.steps)
            if keep(given.keep, name, told, sound)
        ]
        rows[name] = {"parameters": values, **summary(found), "dreams": found}
        print(f"{name:<22}" + "".join(f"{rows[name][key]:>10.3f}" for key in COLUMNS), flush=True)
    finish(
        {
            "benchmark": "dreaming_study",
            "machine": machine(),
            "ear": given.ear,
            "steps": given.steps,
            "clips": given.clips,
            "layers": layers,
            "target": TARGET,
            "reached": {
                name: {key: row[key] >= least for key, least in TARGET.items()}
                for name, row in rows.items()
            },
            "settings": rows,
        }
    )


class _Plain(argparse.RawDescriptionHelpFormatter):
    """The description as it stands."""


def add_choices(parser: argparse.ArgumentParser) -> None:
    """What any benchmark of dreams lets one choose."""
    parser.add_argument("--ear", default="small", help="a bundled ear, a folder, or a preset")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--clips", nargs="+", default=list(CLIPS))
    parser.add_argument("--layers", nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=2)


def find(name: str) -> Ear:
    """An ear; presets without trained weights get random ones, and say so."""
    if name in presets.PRESETS and name not in available():
        print(f"{name} is untrained: activations are plain, gains mean little")
        return presets.build(name)
    return load(name)


def some_layers(ear: Ear) -> list[str]:
    """Four whole blocks, from the second to the last."""
    blocks = [layer.name for layer in ear.layers[1:] if not layer.name.endswith(".conv1")]
    picked = np.linspace(min(1, len(blocks) - 1), len(blocks) - 1, 4).round().astype(int)
    return [blocks[number] for number in dict.fromkeys(picked.tolist())]


def parsed(text: str) -> tuple[str, dict[str, float]]:
    """`NAME: PARAMETER=VALUE, …` as a name and a mapping."""
    name, _, rest = text.partition(":")
    pairs = (pair.partition("=") for pair in rest.split(",") if pair.strip())
    return name.strip(), {key.strip(): float(value) for key, _, value in pairs}


def dreams(
    ear: Ear,
    layers: Sequence[str],
    clips: Iterable[str],
    values: Mapping[str, float],
    steps: int,
) -> Iterable[tuple[dict[str, Any], Dream]]:
    """Every dream of a setting: what is told of it, and its sound."""
    for clip in clips:
        for number, layer in enumerate(layers):
            for width in CHANNELS:
                # Spread over the channels, and the same for every setting.
                first = (37 * number + 11 * width) % max(1, _channels(ear, layer) - width)
                target = f"{layer}[{first}:{first + width}]"
                result = dream(clip, ear, target, steps=steps, parameters=values, seconds=None)
                yield {"clip": clip, "target": target, **measured(result)}, result


def _channels(ear: Ear, name: str) -> int:
    return next(layer.channels for layer in ear.layers if layer.name == name)


def measured(result: Dream) -> dict[str, float]:
    """Gain, what is kept of it, and the sound in numbers."""
    told = result.report
    before = told["standardised_before"]
    numbers = {
        "gain": told["standardised_after"] - before,
        "gain_in_time": told["after_time_shift"] - before,
        "gain_in_pitch": (told["after_pitch_shift"] or told["standardised_after"]) - before,
        "seconds_per_step": told["seconds_per_step"],
    }
    for name, loop in (("", result.sound), ("start_", result.start)):
        numbers[f"{name}flatness_db"] = flatness_db(loop, result.sample_rate)
        numbers[f"{name}above_5_khz"] = share_above(loop, result.sample_rate, 5000.0)
        numbers[f"{name}crest_db"] = crest_db(loop)
    return {name: round(float(value), 5) for name, value in numbers.items()}


def summary(found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Means over dreams; what is kept is kept of the whole gain, so that small gains count less."""

    def mean(key: str) -> float:
        return statistics.fmean(told[key] for told in found)

    gain = mean("gain")
    return {
        "gain": gain,
        "least_gain": min(told["gain"] for told in found),
        "reached_two": statistics.fmean(told["gain"] >= 2 for told in found),
        "kept_in_time": mean("gain_in_time") / gain,
        "kept_in_pitch": mean("gain_in_pitch") / gain,
        **{key: mean(key) for key in ("flatness_db", "above_5_khz", "crest_db")},
        **{f"start_{key}": mean(f"start_{key}") for key in ("flatness_db", "above_5_khz")},
        "seconds_per_step": statistics.median(told["seconds_per_step"] for told in found),
    }


def keep(folder: Path | None, setting: str, told: Mapping[str, Any], sound: Dream) -> bool:
    """Write the sound where it can be listened to beside its neighbours."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{told['clip']} {told['target']} {setting}".replace(":", "-").replace("/", "-")
        sound.save(folder / f"{name}.flac")
    return True


def flatness_db(loop: Loop, rate: int) -> float:
    """Spectral flatness from 50 Hz to 16 kHz: geometric over arithmetic mean; 0 dB is white."""
    power = _power(loop, rate, 50.0, 16000.0).reshape(-1)
    grouped = np.array([group.mean() for group in np.array_split(power, 400)]) + 1e-20
    return float(10 * (np.log10(grouped).mean() - np.log10(grouped.mean())))


def share_above(loop: Loop, rate: int, hertz: float) -> float:
    """The share of the power above a frequency; 0 for silence."""
    return float(
        _power(loop, rate, hertz, rate).sum() / max(_power(loop, rate, 0, rate).sum(), 1e-20)
    )


def crest_db(loop: Loop) -> float:
    """Peak over RMS; 0 for silence."""
    rms = float(np.sqrt(np.mean(loop.astype(np.float64) ** 2)))
    return 20 * float(np.log10(np.abs(loop).max() / rms)) if rms else 0.0


def _power(loop: Loop, rate: int, low: float, high: float) -> NDArray[np.float64]:
    frequencies = np.fft.rfftfreq(len(loop), 1 / rate)
    power = np.abs(np.fft.rfft(loop.astype(np.float64))) ** 2
    return power[(frequencies >= low) & (frequencies < high)]


if __name__ == "__main__":
    main()
