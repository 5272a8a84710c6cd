"""How the ears pad, crop and pool: causal in time, symmetrical in pitch.

Shapes are (batch, channels, pitches, frames). Time is padded only at its start: with zeros on a
stream, with the loop's own end on a loop.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

Activity = Float[Tensor, "batch channels pitches frames"]

FEW_CHANNELS = 2
"""Of so few torch's max-pooling is far slower than the maximum of slices, which has no gradient."""


def pad_start(x: Activity, frames: int, circular: bool) -> Activity:
    """Prepend `frames`: what an endless repetition would have there, or zeros.

    The index is taken modulo the loop's length, so that a loop may be shorter than `frames`.
    """
    if frames == 0:
        return x
    if not circular:
        return functional.pad(x, (frames, 0))
    length = x.shape[-1]
    if frames <= length:
        return torch.cat([x[..., length - frames :], x], -1)
    index = torch.arange(-frames, length, device=x.device).remainder(length)
    return x.index_select(-1, index)


def crop_pitches(x: Activity, pitches: int) -> Activity:
    """The central `pitches` of the pitch axis."""
    before = (x.shape[2] - pitches) // 2
    if x.shape[2] == pitches:
        return x
    # As padding by less than nothing: its gradient is laid out in memory as x is, a slice's is not.
    return functional.pad(x, (0, 0, -before, before + pitches - x.shape[2]))


@dataclass(frozen=True)
class Pool:
    """Max-pooling by so many pitches and frames, rounding the pitch axis up.

    With `blur` above 1 little is aliased (Zhang 2019): the maximum is taken at every place, and a
    binomial low-pass of so many taps follows before places are left out. `blur` is odd, so that
    the low-pass reaches equally far to both sides in pitch. There, and at the start of a stream,
    what lies at the edge is repeated.
    """

    pitches: int = 1
    frames: int = 1
    blur: int = 1

    @property
    def taps(self) -> tuple[int, int]:
        """Of the low-pass over pitches and over frames."""
        return self.blur if self.pitches > 1 else 1, self.blur if self.frames > 1 else 1

    @property
    def past_frames(self) -> int:
        """Frames that are heard beside the last one."""
        return self.frames - 1 + self.taps[1] - 1

    def run(self, x: Activity, circular: bool) -> Activity:
        """A step ends with the last frame that it hears, so time stays causal."""
        pitches, frames = self.pitches, self.frames
        if pitches == frames == 1:
            return x
        if early := -x.shape[-1] % frames:
            x = functional.pad(x, (early, 0, 0, 0), mode="replicate")
        slices = x.shape[1] <= FEW_CHANNELS and not (x.requires_grad and torch.is_grad_enabled())
        if self.blur == 1 and not slices:
            return functional.max_pool2d(x, (pitches, frames), ceil_mode=True)
        x = self._widened(x, circular)
        step = (pitches, frames) if self.blur == 1 else (1, 1)
        if slices:
            x = _maximum(_maximum(x, 2, pitches, step[0]), 3, frames, step[1])
        else:
            x = functional.max_pool2d(x, (pitches, frames), step)
        return x if self.blur == 1 else _low_pass(x, self.taps, (pitches, frames))

    def _widened(self, x: Activity, circular: bool) -> Activity:
        """With what the low-pass hears beyond the edges, and whole windows of pitches."""
        beside, before = self.taps[0] // 2, self.taps[1] - 1
        if circular:
            x, before = pad_start(x, before, circular), 0
        sides = (before, 0, beside, -x.shape[2] % self.pitches + beside)
        if not any(sides):
            return x
        with torch.autocast(x.device.type, enabled=False):  # it would double the precision
            return functional.pad(x, sides, mode="replicate")


def _maximum(x: Activity, axis: int, window: int, step: int) -> Activity:
    """The maximum of `window` neighbours on an axis, at every `step`."""
    last = (x.shape[axis] - window) // step * step
    along = x.transpose(axis, -1)
    shifted = [along[..., place : place + last + 1 : step] for place in range(window)]
    return functools.reduce(torch.maximum, shifted).transpose(axis, -1)


def _low_pass(x: Activity, taps: tuple[int, int], step: tuple[int, int]) -> Activity:
    """Each channel by itself through binomial taps that add up to one.

    In single precision: on a processor its gradient then takes a third of the time.
    """
    rows = [[math.comb(count - 1, k) / 2 ** (count - 1) for k in range(count)] for count in taps]
    kernel = torch.outer(*(torch.tensor(row, device=x.device) for row in rows))
    kernels = kernel.repeat(x.shape[1], 1, 1, 1)
    with torch.autocast(x.device.type, enabled=False):
        smooth = functional.conv2d(x.float(), kernels, stride=step, groups=x.shape[1])
    return smooth.to(x.dtype)
