"""From a start clip to a finished dream in one call, with a report of what was reached."""

from __future__ import annotations

import base64
import io
import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from immersions import audio
from immersions.dreaming.ascent import StepReport
from immersions.dreaming.dreamer import Dreamer
from immersions.dreaming.evaluation import PITCH_SHIFTS, TIME_SHIFTS, Evaluation
from immersions.dreaming.starts import start_clip
from immersions.dreaming.target import Target
from immersions.ears.ear import Ear

STEPS = 60
TOLERANCE_LU = 1.0
"""How much softer than it should be a dream may be without a word."""
FULL_SCALE_24 = 2.0**23


@dataclass(frozen=True, eq=False)
class Dream:
    """A finished dream: sound, where it came from, and what was measured. In a notebook, a player.

    `sound` and `start` are mono float32 loops in -1 to 1; `sound` has 24-bit values, so that what
    was measured is exactly what is written.
    """

    sound: NDArray[np.float32]
    start: NDArray[np.float32]
    sample_rate: int
    report: dict[str, Any] = field(repr=False)

    def save(self, path: Path | str) -> None:
        """Write the loop as a 24-bit WAV or FLAC file. Raises `OSError` or `ValueError`."""
        audio.write(path, self.sound, self.sample_rate)

    def _repr_html_(self) -> str:
        """A player that loops, with what was reached; needs nothing but a browser."""
        before, after = self.report["standardised_before"], self.report["standardised_after"]
        return (
            f"<figure><figcaption>{escape(' + '.join(self.report['target']))}: "
            f"{before:.2f} &rarr; {after:.2f} standard deviations</figcaption>"
            f'<audio controls loop src="data:audio/wav;base64,{_wav(self)}"></audio></figure>'
        )


def dream(
    start: str | Path | NDArray[np.float32],
    ear: Ear,
    target: str | list[str] | Target | None = None,
    *,
    steps: int = STEPS,
    seed: int = 0,
    parameters: Mapping[str, object] | None = None,
    seconds: float | None = None,
    mix: str | Path | NDArray[np.float32] | None = None,
    on_step: Callable[[StepReport], bool | None] | None = None,
    notice: Callable[[str], None] = lambda line: None,
) -> Dream:
    """Dream `steps` steps from `start` towards `target`, and measure what came of it.

    `start` and `mix` as for `start_clip`; `target` as for `Target.parse`, without one
    `default_target`. `on_step` is called after every step; when it returns False the dream ends
    there. `notice` is told what had to be helped in a file, which layers hear more than the loop,
    and when peaks did not let the loop be loud enough. Raises `ValueError` or `OSError` with one
    line.
    """
    if steps < 0:
        raise ValueError(f"steps: expected 0 or more, got {steps}")
    clip = start_clip(start, ear.sample_rate, seconds, seed, ear.loop_seconds, notice)
    layers = ear.layers_for(len(clip))
    if not isinstance(target, Target):
        target = Target.parse(target or default_target(ear), layers)
    tell_of_long_ears(target, len(clip) / ear.sample_rate, notice)
    mixed = None
    if mix is not None:
        length = len(clip) / ear.sample_rate
        mixed = start_clip(mix, ear.sample_rate, length, seed, ear.loop_seconds, notice)
    dreamer = Dreamer(ear, clip, target, parameters, seed, mixed)
    times = []
    for _ in range(steps):
        told = dreamer.step()
        times.append(told.seconds)
        if on_step is not None and on_step(told) is False:
            break
    finished = dreamer.finished()
    sound = in_24_bits(finished.samples)
    report = _report(ear, dreamer, seed, clip, sound, times)
    if missed := missed_loudness(finished):
        report["loudness_note"] = missed
        notice(missed)
    return Dream(sound, clip, ear.sample_rate, report)


def default_target(ear: Ear) -> str:
    """What is dreamed of when nobody says: four channels of a whole block, half way down."""
    blocks = [layer for layer in ear.layers[1:] if not layer.name.endswith(".conv1")]
    layer = blocks[len(blocks) // 2] if blocks else ear.layers[-1]
    return f"{layer.name}[0:{min(4, layer.channels)}]"


def tell_of_long_ears(target: Target, seconds: float, notice: Callable[[str], None]) -> None:
    """Say which layers asked for hear more than a loop of `seconds`: it is repeated for them."""
    for layer in dict.fromkeys(part.layer for part in target.parts):
        if layer.hears is not None and layer.hears > seconds:
            notice(
                f"{layer.name} hears {layer.hears:.1f} s, more than the loop of {seconds:.1f} s: "
                "it hears it again and again"
            )


def missed_loudness(finished: audio.Finished) -> str:
    """By how much a loop is softer than it should be, and why; nothing within 1 LU."""
    if finished.missed_lu >= -TOLERANCE_LU:
        return ""
    wanted = finished.loudness_lufs - finished.missed_lu
    return (
        f"the loop is {-finished.missed_lu:.1f} LU short of the {wanted:.1f} LUFS to be held: "
        "its true peak may not be above -1 dBTP"
    )


def in_24_bits(loop: NDArray[np.float32]) -> NDArray[np.float32]:
    """The loop with the values that a 24-bit file holds."""
    return np.asarray(np.round(loop * FULL_SCALE_24) / FULL_SCALE_24, np.float32)


def _report(
    ear: Ear,
    dreamer: Dreamer,
    seed: int,
    clip: NDArray[np.float32],
    sound: NDArray[np.float32],
    times: list[float],
) -> dict[str, Any]:
    measure = Evaluation(ear, dreamer.target)
    moved = measure.after_time_shifts(sound)
    transposed = measure.after_pitch_shifts(sound)
    report = {
        "ear": ear.name,
        "target": [str(part) for part in dreamer.target.parts],
        "seed": seed,
        "steps": len(times),
        "parameters": dreamer.parameters,
        "sample_rate": ear.sample_rate,
        "frames": len(sound),
        "seconds_per_step": statistics.median(times) if times else None,
        "activation_before": measure.plain(clip),
        "activation_after": measure.plain(sound),
        "standardised_before": measure.standardised(clip),
        "standardised_after": measure.standardised(sound),
        "after_time_shift": _mean(moved),
        "after_pitch_shift": _mean(transposed),
        "peak_dbtp": _finite(audio.true_peak_dbtp(sound)),
        "loudness_lufs": _finite(audio.loudness_lufs(sound, ear.sample_rate)),
        "start_loudness_lufs": _finite(audio.loudness_lufs(clip, ear.sample_rate)),
        "time_shifts": _each("seconds", TIME_SHIFTS, moved),
        "pitch_shifts": _each("semitones", PITCH_SHIFTS, transposed),
    }
    if any(name not in ear.statistics for name in dreamer.target.layers):
        report["note"] = (
            f"the ear {ear.name} has no statistics: standardised values are plain activations"
        )
    return report


def _mean(values: list[float] | None) -> float | None:
    return None if values is None else statistics.fmean(values)


def _each(
    unit: str, amounts: tuple[float, ...], values: list[float] | None
) -> list[dict[str, float]]:
    pairs = zip(amounts, values or [], strict=bool(values))
    return [{unit: amount, "standardised": value} for amount, value in pairs]


def _finite(value: float) -> float | None:
    """JSON knows no infinity, which is what the levels of silence are."""
    return value if math.isfinite(value) else None


def _wav(dream: Dream) -> str:
    buffer = io.BytesIO()
    soundfile.write(buffer, dream.sound, dream.sample_rate, subtype="PCM_16", format="WAV")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
