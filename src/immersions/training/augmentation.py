"""Changes to the excerpts of a batch, so that an ear relies less on what a recording adds.

They are computed on the scalogram, and are a function of (seed, step) and the track alone. The
crops of a track are changed alike: the ear would else tell them apart by the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.scalogram import ScalogramConfig
from immersions.scalogram.transform import LOG_SCALE
from immersions.training.library import Track
from immersions.training.sampling import Batch, Excerpt, batched, excerpt_levels

Levels = Float[NDArray[np.float32], "parts bins frames"]
Decibels = Float[NDArray[np.float64], " bins"]

GAIN, EQUALISER, PITCH, STRETCH, MIX = range(5)
"""Each draws from numbers of its own: one more kind of change leaves the others as they were."""
OCTAVES_A_BEND = 2.0
"""How gentle the equaliser is: its curve has a turning point at most so often."""
QUIETEST_MIX_DB = -12.0
"""The other track's music is between this and as loud as it is."""
MOST = {"gain": 60.0, "equaliser": 60.0, "pitch": 12.0, "stretch": 0.5, "mix": 1.0}


@dataclass(frozen=True)
class Augmentation:
    """How far excerpts are changed at most, in either direction. At zero nothing is."""

    gain: float = 0.0
    """Of the level, in dB."""
    equaliser: float = 0.0
    """Of the level at a frequency, in dB."""
    pitch: float = 0.0
    """In semitones, in steps of the scalogram's bins."""
    stretch: float = 0.0
    """Of the tempo, as a share; the pitch stays."""
    mix: float = 0.0
    """The share of tracks to which another's music is added."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), MOST[field.name]
            if not 0 <= value <= most:
                raise ValueError(f"{field.name}: expected 0 to {most:g}, got {value:g}")


UNCHANGED = Augmentation()


@dataclass(frozen=True)
class Changer:
    """Reads the excerpts of the batch of (seed, step) changed."""

    augmentation: Augmentation
    scale: ScalogramConfig
    tracks: Sequence[Track]
    seed: int
    step: int

    def read(self, excerpts: Sequence[Excerpt], frames: int) -> Batch:
        """As `sampling.read`; the same to the last bit without augmentation."""
        return batched(self.tracks, excerpts, [self._levels(e, frames) for e in excerpts])

    def _levels(self, excerpt: Excerpt, frames: int) -> Levels:
        asked, track = self.augmentation, excerpt.track
        if asked.stretch:
            change = self._random(STRETCH, track).uniform(-asked.stretch, asked.stretch)
            excerpt = replace(excerpt, rate=1 + change)
        levels = excerpt_levels(self.tracks, excerpt, frames)
        random = self._random(MIX, track)
        if asked.mix and len(self.tracks) > 1 and random.random() < asked.mix:
            other = (track + int(random.integers(1, len(self.tracks)))) % len(self.tracks)
            factor = 10 ** (random.uniform(QUIETEST_MIX_DB, 0) / 10)
            random = self._random(MIX, track, excerpt.start)
            start = int(random.integers(0, self.tracks[other].frames - frames + 1))
            levels = mixed(
                levels, excerpt_levels(self.tracks, Excerpt(other, start), frames), factor
            )
        if asked.pitch:
            semitones = self._random(PITCH, track).uniform(-asked.pitch, asked.pitch)
            levels = shifted(levels, round(semitones * self.scale.bins_per_octave / 12), self.scale)
        if asked.gain or asked.equaliser:
            gain = self._random(GAIN, track).uniform(-asked.gain, asked.gain)
            curve = equaliser(self.scale, asked.equaliser, self._random(EQUALISER, track))
            levels = louder(levels, gain + curve)
        return levels

    def _random(self, *what: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, self.step, *what))


def louder(levels: Levels, decibels: Decibels) -> Levels:
    """The levels of a sound that is so much louder at each bin; phases stay."""
    factors = (10 ** (decibels / 10)).astype(np.float32)
    return _with_power(levels, _power(levels) * factors[:, None])


def mixed(levels: Levels, other: Levels, factor: float) -> Levels:
    """The levels of both sounds, `factor` times the power of the other; phases are the louder's.

    Powers are added, which is right on average: where both sound in a bin they may also beat.
    """
    power, added = _power(levels), np.float32(factor) * _power(other)
    louder_one = np.where(added > power, other, levels)
    return _with_power(louder_one, power + added)


def shifted(levels: Levels, bins: int, scale: ScalogramConfig) -> Levels:
    """Everything so many bins higher; at the edge that this leaves open the last bin is repeated.

    A phase is how much further a bin turned than its own frequency does, in parts of that
    frequency's logarithm. It grows with the frequency; what was beyond half a turn is lost.
    """
    source = np.clip(np.arange(scale.bins) - bins, 0, scale.bins - 1)
    moved = levels[:, source]
    if len(moved) > 1 and bins:
        frequencies = np.asarray(scale.frequencies, np.float32)[:, None]
        further = moved[1] * np.log(frequencies[source]) * (frequencies / frequencies[source])
        moved[1] = ((further + np.pi) % (2 * np.pi) - np.pi) / np.log(frequencies)
    return moved


def equaliser(scale: ScalogramConfig, most: float, random: np.random.Generator) -> Decibels:
    """A smooth curve over the bins, in dB, nowhere beyond `most`."""
    knots = 2 + int((scale.bins - 1) / scale.bins_per_octave / OCTAVES_A_BEND)
    heights = random.uniform(-most, most, knots)
    place = np.linspace(0, knots - 1, scale.bins)
    left = np.minimum(place.astype(int), knots - 2)
    weight = (1 - np.cos(np.pi * (place - left))) / 2
    return heights[left] * (1 - weight) + heights[left + 1] * weight


def _power(levels: Levels) -> Float[NDArray[np.float32], "bins frames"]:
    """Power in parts of the logarithm's floor."""
    return np.expm1(levels[0] / LOG_SCALE)


def _with_power(levels: Levels, power: Float[NDArray[np.float32], "bins frames"]) -> Levels:
    changed = levels.copy()
    changed[0] = LOG_SCALE * np.log1p(np.maximum(power, 0))
    return changed
