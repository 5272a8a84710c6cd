"""What an excerpt sounds like, in numbers that are computed from its scalogram alone."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from immersions.scalogram import ScalogramConfig
from immersions.scalogram.transform import LOG_FLOOR, LOG_OFFSET, LOG_SCALE

NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
A4_HZ, A4_NUMBER = 440.0, 69
BASS_HZ, TREBLE_HZ = 200.0, 2000.0
HIGHEST_NOTE_HZ = 5000.0
"""What lies above says little of harmony, and has no name in a score."""
QUIETEST = 1e-6
"""Power of a frame, 60 dB below a full-scale sine: what is quieter counts as silence."""

DESCRIPTORS = (
    "level",
    "level changes",
    "onsets",
    "spectral centroid",
    "noisiness",
    "bass",
    "middle",
    "treble",
    *(f"pitch class {note}" for note in NOTES),
)
"""Names of the columns of `described`, in order.

`level` is the mean level of the frames in dB and `level changes` its deviation; `onsets` the mean
rise of a bin from frame to frame; the centroid is in octaves; `noisiness` is the spectral flatness
of the frames. The shares of power below 200 Hz, between, and above 2000 Hz; and that of each pitch
class, below 5000 Hz.
"""


@torch.no_grad()
def described(
    levels: Float[Tensor, "excerpts parts bins frames"], scale: ScalogramConfig
) -> Float[Tensor, "excerpts descriptors"]:
    """The descriptors of excerpts; of two parts the first counts, which is the level."""
    level = levels[:, 0]
    power = ((level / LOG_SCALE - LOG_OFFSET).exp() - LOG_FLOOR).clamp_min(0)
    frequencies = torch.tensor(scale.frequencies).to(power)
    octaves = (frequencies / A4_HZ).log2()
    frames = power.sum(1)
    decibels = 10 * frames.clamp_min(QUIETEST).log10()
    bins = power.sum(2)
    whole = bins.sum(1, keepdim=True).clamp_min(QUIETEST)
    flatness = (power + LOG_FLOOR).log().mean(1) - (power + LOG_FLOOR).mean(1).log()
    columns = [
        decibels.mean(1),
        decibels.std(1),
        level.diff(dim=2).clamp_min(0).mean((1, 2)),
        (bins * octaves).sum(1) / whole[:, 0],
        (flatness * frames).sum(1) / frames.sum(1).clamp_min(QUIETEST),
        *(
            (bins[:, among].sum(1) / whole[:, 0])
            for among in (
                frequencies < BASS_HZ,
                (frequencies >= BASS_HZ) & (frequencies < TREBLE_HZ),
                frequencies >= TREBLE_HZ,
            )
        ),
    ]
    low = frequencies < HIGHEST_NOTE_HZ
    classes = torch.zeros(len(bins), len(NOTES)).to(bins)
    numbers = ((12 * octaves[low]).round().long() + A4_NUMBER) % len(NOTES)
    classes.index_add_(1, numbers, bins[:, low])
    classes /= classes.sum(1, keepdim=True).clamp_min(QUIETEST)
    return torch.cat([torch.stack(columns, 1), classes], 1)


def note_of(hertz: float) -> str:
    """The nearest note of equal temperament, such as A4 for 440 Hz."""
    number = round(12 * math.log2(hertz / A4_HZ)) + A4_NUMBER
    return f"{NOTES[number % 12]}{number // 12 - 1}"
