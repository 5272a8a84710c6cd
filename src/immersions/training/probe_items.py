"""Items to probe: pieces of tracks that do not overlap, split by time within the track.

An item is the sound that an ear's `visible_steps` see: their scalogram frames, and half the longest
window before and after them, so that nothing outside the item is heard and no edge is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions import audio
from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.scalogram import Scalogram

Sound = NDArray[np.float32]
"""(items, samples)"""


@dataclass(frozen=True)
class ItemShape:
    """Sizes of an item for one ear: `frames` are heard, `margin` more lie on either side."""

    frames: int
    margin: int
    hop: int
    sample_rate: int

    @property
    def samples(self) -> int:
        return (self.frames + 2 * self.margin) * self.hop

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


def item_shape(config: ContrastiveConfig) -> ItemShape:
    """The item of an ear: as long as its visible steps, in whole steps of c."""
    with torch.device("meta"):
        network = ContrastiveNetwork(config)
    steps = config.visible_steps * network.encoder_stride
    scale = config.scalogram
    return ItemShape(
        frames=-(-steps // network.stride) * network.stride,
        margin=Scalogram(scale).margin_frames,
        hop=scale.hop,
        sample_rate=scale.sample_rate,
    )


def cut(path: Path, shape: ItemShape) -> Sound:
    """All items of a file, one after another from its start; a rest shorter than one is left."""
    blocks = audio.stream(path, shape.sample_rate, shape.seconds)
    items = [block for block in blocks if len(block) == shape.samples]
    return np.stack(items) if items else np.zeros((0, shape.samples), np.float32)


def split_by_time(items: int, share: float = 0.7) -> tuple[list[int], list[int]]:
    """(training, test): those that end before `share` of the track, and those that begin after.

    The item that lies across the border belongs to neither.
    """
    border = share * items
    return (
        [number for number in range(items) if number + 1 <= border],
        [number for number in range(items) if number >= border],
    )


def levels(sound: Sound, scalogram: Scalogram, shape: ItemShape) -> Float[Tensor, "n p b frames"]:
    """The scalogram frames of items that no edge reaches."""
    with torch.no_grad():
        whole = scalogram.stream(torch.from_numpy(sound))
    return whole[..., shape.margin : shape.margin + shape.frames]


def batches(sound: Sound, size: int = 16) -> Iterator[Sound]:
    """The items in groups, to keep memory small."""
    for start in range(0, len(sound), size):
        yield sound[start : start + size]


def disturbed(sound: Sound, sample_rate: int, seed: int, decibels: float = 6.0) -> Sound:
    """Each item at another gain, and through a gentle equaliser of its own.

    Gain and the equaliser's value at every octave from 31 Hz are drawn evenly within `decibels`
    up and down; between octaves the equaliser is linear in decibels over the logarithm of
    frequency. Tells what recognises a track by its level and colour from what does not.
    """
    random = np.random.default_rng(seed)
    octaves = 31.25 * 2.0 ** np.arange(10)
    frequencies = np.fft.rfftfreq(sound.shape[-1], 1 / sample_rate)
    place = np.log2(np.maximum(frequencies, octaves[0]) / octaves[0])
    changed = []
    for item in sound:
        gains = random.uniform(-decibels, decibels) + random.uniform(-decibels, decibels, 10)
        curve = 10 ** (np.interp(place, np.arange(10), gains) / 20)
        changed.append(np.fft.irfft(np.fft.rfft(item) * curve, len(item)))
    return np.stack(changed).astype(np.float32) if changed else sound
