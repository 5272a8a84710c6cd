"""How fast is the scalogram beside nnAudio2 and a plain strided convolution?

One question, at the reference ear's setting: 4 s at 44.1 kHz, 216 bins, hop 512 pooled to 1024,
sound to logarithmic levels and back by gradient. The strided convolution is given its best form:
one dense kernel bank an octave, both as `conv1d` and as a product of windows and kernels. All take
turns in one run; ours and the convolution must agree with it in double precision to 1e-3 of each
bin's maximum. nnAudio2 rounds its windows to whole samples and hears silence around the loop: how
far it is off, away from the ends, is said, not judged.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from _measure import both_clocks, finish, machine
from immersions import assets, audio
from immersions.scalogram import Scalogram, ScalogramConfig

CONFIG = ScalogramConfig()
FRAMES = 172
SAMPLES = FRAMES * CONFIG.hop
"""A whole hop, which is all that the others know."""
LOOP_FRAMES, LOOP_SAMPLES = 176, 4 * CONFIG.sample_rate
LOOP = "ours, a loop of exactly 4 s in 176 frames"
HOP = CONFIG.hop // 2
TARGET, TOLERANCE = 4.0, 1e-3
PLAIN = ("nnaudio2", "convolution")
Transform = Callable[[Tensor], Tensor]


def strided_banks() -> list[Tensor]:
    """Dense kernels (2 * 24, window), octave by octave: cosines, then sines."""
    banks = []
    for first in range(0, CONFIG.bins, CONFIG.bins_per_octave):
        frequency = torch.tensor(CONFIG.frequencies[first : first + CONFIG.bins_per_octave])[
            :, None
        ]
        half = math.ceil(CONFIG.cycles / float(frequency[0]) * CONFIG.sample_rate / 2)
        seconds = torch.arange(-half, half + 1, dtype=torch.float64) / CONFIG.sample_rate
        phase = seconds * frequency
        window = torch.cos(math.pi * phase / CONFIG.cycles).square()
        window = torch.where((phase / CONFIG.cycles).abs() < 0.5, window, 0)
        window /= window.sum(1, keepdim=True)
        angle = 2 * math.pi * phase
        banks.append(torch.cat([window * angle.cos(), -window * angle.sin()]))
    return banks


def pooled(power: Tensor, first: int) -> Tensor:
    """Log power at the reference's frames, of an octave from bin `first` on.

    The louder of two answers where the octave's windows are shorter than the reference's hop.
    """
    short = CONFIG.cycles / CONFIG.frequencies[first] < CONFIG.hop / CONFIG.sample_rate
    return torch.log((functional.max_pool1d(power, 2) if short else power[..., ::2]) + 1e-9)


def strided(banks: list[Tensor], as_product: bool) -> Transform:
    def transform(sound: Tensor) -> Tensor:
        rows = []
        for number, bank in enumerate(banks):
            half = bank.shape[1] // 2
            padded = functional.pad(sound[:, None], (half, half), mode="circular")
            if as_product:
                windows = padded[:, 0].unfold(1, bank.shape[1], HOP)[:, : 2 * FRAMES]
                answers = (windows @ bank.T).transpose(1, 2)
            else:
                answers = functional.conv1d(padded, bank[:, None], stride=HOP)[..., : 2 * FRAMES]
            rows.append(pooled(answers.square().unflatten(1, (2, -1)).sum(1), 24 * number))
        return torch.cat(rows, 1)

    return transform


def nnaudio() -> Transform:
    os.environ.setdefault("NNAUDIO_DISABLE_CITATION_REMINDER", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nnAudio2.features import CQT1992v2

        peer = CQT1992v2(
            sr=CONFIG.sample_rate,
            hop_length=HOP,
            fmin=CONFIG.fmin,
            n_bins=CONFIG.bins,
            bins_per_octave=CONFIG.bins_per_octave,
            filter_scale=CONFIG.filter_scale,
            norm=1,
            window="hann",
            pad_mode="constant",
            trainable=False,
            verbose=False,
            output_format="Complex",
        )

    def transform(sound: Tensor) -> Tensor:
        answers = peer(sound, normalization_type="convolutional")
        octaves = answers.square().sum(-1)[..., : 2 * FRAMES].split(CONFIG.bins_per_octave, 1)
        return torch.cat([pooled(power, 24 * n) for n, power in enumerate(octaves)], 1)

    return transform


def ours(frames: int = FRAMES) -> Transform:
    scalogram = Scalogram(CONFIG)
    return lambda sound: scalogram.loop(sound, frames)[:, 0]


def sound_of_music() -> Tensor:
    clip = next(clip for clip in assets.clips() if clip.name == "breakbeat")
    samples = torch.from_numpy(audio.read(clip.path, CONFIG.sample_rate).samples)
    return samples.repeat(2)[:SAMPLES][None]


def difference(got: Tensor, expected: Tensor) -> float:
    """The largest difference of |X| in parts of the bin's own maximum."""
    return float(((got - expected).abs().amax(-1) / expected.amax(-1)).max())


def middle(amplitudes: Tensor) -> Tensor:
    """Without the frames that hear what is around the loop."""
    return amplitudes[..., 12:-12]


def amplitude(levels: Tensor, scaled: bool = False) -> Tensor:
    floor = math.log(1e-9)
    logs = levels.double() * -floor / 4 + floor if scaled else levels.double()
    return (logs.exp() - 1e-9).clamp_min(0).sqrt()


def both_ways(transform: Transform, sound: Tensor) -> Callable[[], object]:
    def call() -> None:
        leaf = sound.clone().requires_grad_()
        transform(leaf).sum().backward()

    return call


def main() -> None:
    sound, banks = sound_of_music(), strided_banks()
    loop = sound.repeat(1, 2)[:, :LOOP_SAMPLES]
    single = [bank.float() for bank in banks]
    transforms = {
        "ours": ours(),
        "nnaudio2": nnaudio(),
        "convolution": strided(single, as_product=False),
        "convolution as a product": strided(single, as_product=True),
    }
    exact = amplitude(strided(banks, as_product=False)(sound.double()))
    off = {
        name: difference(amplitude(transform(sound), name == "ours"), exact)
        for name, transform in transforms.items()
    }
    off["nnaudio2"] = difference(middle(amplitude(transforms["nnaudio2"](sound))), middle(exact))
    assert off["ours"] < TOLERANCE, off
    assert off["convolution"] < TOLERANCE, off
    by_threads: dict[int, dict[str, Any]] = {}
    for threads in (1, 2):
        torch.set_num_threads(threads)
        calls = {name: both_ways(transform, sound) for name, transform in transforms.items()}
        by_threads[threads] = measured(calls | {LOOP: both_ways(ours(LOOP_FRAMES), loop)})
        print(threads, by_threads[threads])
    finish(
        {
            "benchmark": "scalogram",
            "question": "4 s of sound to levels and back by gradient, milliseconds",
            "machine": machine(),
            "largest_difference": {name: round(value, 6) for name, value in off.items()},
            "threads": by_threads,
            "target_times_faster": TARGET,
            "reached": {n: row["times_faster"] >= TARGET for n, row in by_threads.items()},
        }
    )


def measured(calls: dict[str, Callable[[], object]]) -> dict[str, Any]:
    """Medians by the wall clock, and by processor time, which others' work disturbs less."""
    wall, processor = both_clocks(calls, rounds=15)
    return {
        "wall_ms": {name: round(1000 * taken, 2) for name, taken in wall.items()},
        "processor_ms": {name: round(1000 * taken, 2) for name, taken in processor.items()},
        "times_faster": times_faster(wall, PLAIN),
        "times_faster_than_any": times_faster(wall, [n for n in wall if n not in ("ours", LOOP)]),
        "times_less_processor": times_faster(processor, PLAIN),
    }


def times_faster(seconds: Mapping[str, float], others: Sequence[str]) -> float:
    """Than the fastest of the others."""
    return round(min(seconds[name] for name in others) / seconds["ours"], 2)


if __name__ == "__main__":
    main()
