"""What shapes a contrastive ear: plain numbers, checked as soon as they are put together.

A configuration may come from a file that somebody else wrote, so that every number has bounds far
above any sensible network and far below what would exhaust a machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from immersions.scalogram import ScalogramConfig
from immersions.scalogram.checks import number, whole

MOST_CHANNELS = 8192
MOST_BLOCKS = 64
MOST_WEIGHTS = 1 << 28
"""Of all convolutions together: 1 GiB in single precision."""


@dataclass(frozen=True)
class EncoderBlockConfig:
    """Kernels and the factors of `pool` are (pitches, frames)."""

    channels: int
    kernel1: tuple[int, int]
    kernel2: tuple[int, int]
    pool: tuple[int, int] = (1, 1)
    pad_pitches1: int = 0
    pad_pitches2: int = 0

    def __post_init__(self) -> None:
        whole("channels", self.channels, 1, MOST_CHANNELS)
        for name, most in (("kernel1", 512), ("kernel2", 512), ("pool", 64)):
            pair = getattr(self, name)
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ValueError(
                    f"{name}: expected two numbers (pitches, frames), got {pair!r:.60}"
                )
            for value in pair:
                whole(name, value, 1, most)
        whole("pad_pitches1", self.pad_pitches1, 0, 512)
        whole("pad_pitches2", self.pad_pitches2, 0, 512)


@dataclass(frozen=True)
class ContextBlockConfig:
    """`kernel` in frames, `pool` the factor by which time is divided before it."""

    channels: int
    kernel: int
    pool: int = 1

    def __post_init__(self) -> None:
        whole("channels", self.channels, 1, MOST_CHANNELS)
        whole("kernel", self.kernel, 1, 512)
        whole("pool", self.pool, 1, 64)


@dataclass(frozen=True)
class ContrastiveConfig:
    """Everything that shapes a contrastive ear. Steps are those of z, the encoder's output.

    Raises `ValueError` for what no ear can be: no blocks, numbers out of bounds, kernels that do
    not fit, too many weights.
    """

    scalogram: ScalogramConfig = field(default_factory=ScalogramConfig)
    encoder: tuple[EncoderBlockConfig, ...] = ()
    context: tuple[ContextBlockConfig, ...] = ()
    loop_seconds: float = 4.0
    visible_steps: int = 64
    gap_steps: int = 4
    predicted_steps: int = 16
    dropout: float = 0.0
    slope: float = 0.0
    blur: int = 1
    """Taps of the low-pass in every pool, against aliasing; odd, and 1 for none."""

    def __post_init__(self) -> None:
        for name in ("encoder", "context"):
            if not 1 <= len(getattr(self, name)) <= MOST_BLOCKS:
                raise ValueError(
                    f"{name}: expected 1 to {MOST_BLOCKS} blocks, got {len(getattr(self, name))}"
                )
        number("loop_seconds", self.loop_seconds, 0.05, 600)
        whole("visible_steps", self.visible_steps, 1, 1 << 16)
        whole("gap_steps", self.gap_steps, 0, 1 << 16)
        whole("predicted_steps", self.predicted_steps, 1, 1 << 16)
        number("dropout", self.dropout, 0, 0.99)
        number("slope", self.slope, 0, 1)
        whole("blur", self.blur, 1, 7)
        if self.blur % 2 == 0:
            raise ValueError(f"blur: expected an odd number of taps, got {self.blur}")
        if (stride := self.stride) > 1 << 12:
            raise ValueError(f"pool: expected at most 4096 frames a step of c, got {stride}")
        if (weights := self.weights) > MOST_WEIGHTS:
            raise ValueError(f"expected at most {MOST_WEIGHTS} weights, got {weights}")

    @property
    def stride(self) -> int:
        """Scalogram frames a step of c."""
        return math.prod(block.pool[1] for block in self.encoder) * math.prod(
            block.pool for block in self.context
        )

    @property
    def weights(self) -> int:
        """Of all convolutions without biases; no network is built to count them."""
        total, channels = 0, self.scalogram.parts
        for block in self.encoder:
            kernels = channels * math.prod(block.kernel1) + block.channels * math.prod(
                block.kernel2
            )
            total += block.channels * (kernels + channels)
            channels = block.channels
        for step in self.context:
            total += step.channels * channels * (step.kernel + 1)
            channels = step.channels
        return total
