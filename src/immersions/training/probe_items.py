"""Items to probe: pieces of tracks that do not overlap, split by time within the track.

An item is the sound that an ear's `visible_steps` see, or a sound of a given length: its scalogram
frames, and half the longest window before and after them, so that nothing outside the item is
heard and no edge is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveNetwork
from immersions.scalogram import Scalogram

Sound = NDArray[np.float32]
"""(items, samples)"""


@dataclass(frozen=True)
class ItemShape:
    """Sizes of an item for one ear: of its `samples`, `frames` are heard after a `margin`."""

    frames: int
    margin: int
    samples: int
    sample_rate: int

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


def item_shape(config: ContrastiveConfig, seconds: float | None = None) -> ItemShape:
    """The item of an ear: as long as its visible steps, in whole steps of c.

    With `seconds` every ear of one sample rate gets the same sound, and hears as many whole steps
    of c as fit. Raises `ValueError` where none does.
    """
    with torch.device("meta"):
        network = ContrastiveNetwork(config)
    step, scale = network.stride, config.scalogram
    margin = Scalogram(scale).margin_frames
    if seconds is None:
        frames = -(-config.visible_steps * network.encoder_stride // step) * step
        samples = (frames + 2 * margin) * scale.hop
    else:
        least = (step + 2 * margin) * scale.hop / scale.sample_rate
        if not seconds >= least:
            raise ValueError(
                f"--item-seconds: expected {least:.3f} or more, a step of c, got {seconds:g}"
            )
        samples = round(seconds * scale.sample_rate)
        frames = (samples // scale.hop - 2 * margin) // step * step
    return ItemShape(frames, margin, samples, scale.sample_rate)


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


def disturbed(
    sound: Sound, sample_rate: int, random: np.random.Generator, decibels: float = 6.0
) -> Sound:
    """Each item at another gain, and through a gentle equaliser of its own.

    Gain and the equaliser's value at every octave from 31 Hz are drawn evenly within `decibels`
    up and down; between octaves the equaliser is linear in decibels over the logarithm of
    frequency. Tells what recognises a track by its level and colour from what does not.
    """
    octaves = 31.25 * 2.0 ** np.arange(10)
    frequencies = np.fft.rfftfreq(sound.shape[-1], 1 / sample_rate)
    place = np.log2(np.maximum(frequencies, octaves[0]) / octaves[0])
    changed = []
    for item in sound:
        gains = random.uniform(-decibels, decibels) + random.uniform(-decibels, decibels, 10)
        curve = 10 ** (np.interp(place, np.arange(10), gains) / 20)
        changed.append(np.fft.irfft(np.fft.rfft(item) * curve, len(item)))
    return np.stack(changed).astype(np.float32) if changed else sound
