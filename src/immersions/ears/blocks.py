"""The building blocks of the ears: causal convolutions that know how to run on a loop.

Shapes are (batch, channels, pitches, frames) in the encoder and (batch, channels, 1, frames) in the
context network, so both use the same parts. Time is padded only at its start: with zeros on a
stream, with the loop's own end on a loop. Blocks know no configuration; presets assemble them.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from immersions.ears.dropout import Dropout
from immersions.ears.pooling import Activity, Pool, crop_pitches, pad_start


class CausalConv(nn.Conv2d):
    """A convolution over (pitch, time), padded in time at the start only.

    `pad_pitches` zeros surround the pitch axis (none in the reference ear). A batch norm that
    follows may be folded in for listening, see `fold`.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        pitches: int,
        frames: int,
        pad_pitches: int = 0,
        bias: bool = True,
    ) -> None:
        super().__init__(
            channels_in, channels_out, (pitches, frames), padding=(pad_pitches, 0), bias=bias
        )

    def run(self, x: Activity, circular: bool) -> Activity:
        return self(pad_start(x, self.kernel_size[1] - 1, circular))


class NormedConv(nn.Module):
    """A causal convolution and its batch norm without affine parameters."""

    def __init__(self, conv: CausalConv) -> None:
        super().__init__()
        self.conv = conv
        self.norm: nn.Module = nn.BatchNorm2d(conv.out_channels, affine=False)

    def run(self, x: Activity, circular: bool) -> Activity:
        return self.norm(self.conv.run(x, circular))

    @property
    def folded(self) -> bool:
        return not isinstance(self.norm, nn.BatchNorm2d)

    @torch.no_grad()
    def fold(self) -> None:
        """Move the batch norm into the convolution: the same answers in evaluation, for less."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d):
            return
        if self.conv.bias is None or norm.running_var is None or norm.running_mean is None:
            raise ValueError("expected a convolution with bias and a batch norm with statistics")
        scale = torch.rsqrt(norm.running_var + norm.eps)
        self.conv.weight.mul_(scale[:, None, None, None])
        self.conv.bias.copy_((self.conv.bias - norm.running_mean) * scale)
        self.norm = nn.Identity()


class EncoderBlock(nn.Module):
    """Two convolutions with a shortcut around them; two layers of neurons.

    conv 1, batch norm, max-pool, nonlinearity (layer one); conv 2, batch norm, nonlinearity; plus
    the shortcut: max-pool, 1x1 convolution where the channels change, centre of the pitch axis;
    sum, nonlinearity (layer two). `slope` 0 is a ReLU, above 0 a leaky one.
    """

    def __init__(
        self,
        conv1: CausalConv,
        conv2: CausalConv,
        pool: Pool,
        dropout: float = 0.0,
        slope: float = 0.0,
    ) -> None:
        super().__init__()
        self.conv1, self.conv2 = NormedConv(conv1), NormedConv(conv2)
        self.pool = pool
        self.dropout = Dropout(dropout)
        self.slope = slope
        changes = conv1.in_channels != conv2.out_channels
        self.shortcut = (
            CausalConv(conv1.in_channels, conv2.out_channels, 1, 1, bias=False) if changes else None
        )

    @property
    def frame_stride(self) -> int:
        return self.pool.frames

    def first(self, x: Activity, circular: bool) -> Activity:
        """The neurons after conv 1's nonlinearity."""
        return self._bend(self.pool.run(self.conv1.run(x, circular), circular))

    def second(self, x: Activity, inner: Activity, circular: bool) -> Activity:
        """The block's output from its input `x` and its first layer `inner`."""
        main = self.dropout(self._bend(self.conv2.run(self.dropout(inner), circular)))
        around = crop_pitches(self.pool.run(x, circular), main.shape[2])
        if self.shortcut is not None:
            # A single channel looks like any layout of memory: torch would answer in another one.
            around = self.shortcut(around.to(memory_format=torch.channels_last))
        return self._bend(main + around)

    def pitches(self, pitches: int) -> tuple[int, int]:
        """Pitches of the two layers from those of the input."""
        first = -(-_convolved(self.conv1.conv, pitches) // self.pool.pitches)
        return first, _convolved(self.conv2.conv, first)

    def _bend(self, x: Activity) -> Activity:
        return functional.leaky_relu(x, self.slope) if self.slope else functional.relu(x)


class ContextBlock(nn.Module):
    """One causal convolution over time with a shortcut: max-pool, conv, batch norm; sum, ReLU."""

    def __init__(
        self, conv: CausalConv, pool: Pool, dropout: float = 0.0, slope: float = 0.0
    ) -> None:
        super().__init__()
        self.conv = NormedConv(conv)
        self.pool = pool
        self.dropout = Dropout(dropout)
        self.slope = slope
        changes = conv.in_channels != conv.out_channels
        self.shortcut = CausalConv(conv.in_channels, conv.out_channels, 1, 1) if changes else None

    @property
    def frame_stride(self) -> int:
        return self.pool.frames

    def run(self, x: Activity, circular: bool) -> Activity:
        x = self.pool.run(x, circular)
        main = self.dropout(self.conv.run(x, circular))
        summed = main + (x if self.shortcut is None else self.shortcut(x))
        return functional.leaky_relu(summed, self.slope) if self.slope else functional.relu(summed)


def _convolved(conv: CausalConv, pitches: int) -> int:
    left = pitches + 2 * int(conv.padding[0]) - conv.kernel_size[0] + 1
    if left < 1:
        raise ValueError(f"a kernel of {conv.kernel_size[0]} pitches does not fit on {pitches}")
    return left
