"""A decoded sound, and what becomes of a file's samples before anyone hears them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from immersions.audio.header import Header
from immersions.audio.resampling import resample

PADDING_SECONDS = 0.1
"""MP3 headers count an encoder's padding that decoders leave out."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A decoded sound: mono, float32, within -1 to 1."""

    samples: NDArray[np.float32]
    sample_rate: int
    replaced: int
    """How many samples of the file were not finite (or absurdly large) and became 0."""
    source: Header
    warning: str = ""
    """What was wrong with the file and could be helped, in one line; empty when all was well."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


def prepared(
    samples: NDArray[np.float32],
    header: Header,
    found: Mapping[str, Any],
    sample_rate: int | None,
    *,
    loop: bool,
) -> Sound:
    """Resample, bring into -1 to 1, and say what had to be helped.

    `found` is what decoding found: `frames`, `replaced`, and `damage` in words.
    """
    warnings = flaws(header, found["frames"], found["replaced"], found["damage"])
    rate = sample_rate or header.sample_rate
    samples = resample(samples, header.sample_rate, rate, loop=loop)
    peak = float(np.max(np.abs(samples)))
    if peak > 1.0:
        samples = samples / np.float32(peak)
        decibels = 20 * float(np.log10(peak))
        if decibels > 1.0:  # less is what resampling adds to any loud sound
            warnings.append(f"turned down by {decibels:.1f} dB to fit within full scale")
    return Sound(samples, rate, found["replaced"], header, "; ".join(warnings))


def flaws(header: Header, frames: int, replaced: int, damage: str) -> list[str]:
    """What was wrong with a file of which `frames` were decoded, each in a few words."""
    told = []
    had, promised = frames / header.sample_rate, header.seconds
    if damage:
        told.append(damage)
    elif promised - had > PADDING_SECONDS and not header.open_length:
        told.append(f"the file ends early: {had:.2f} s of the {promised:.2f} s it promises")
    if replaced:
        told.append(not_finite(replaced))
    return told


def not_finite(replaced: int) -> str:
    return f"{replaced} sample{'s were' if replaced > 1 else ' was'} not finite and became 0"
