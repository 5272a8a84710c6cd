"""The architectures by name: `h20`, `h19`, `m19` after the papers, and `small`, our own."""

from __future__ import annotations

from immersions.ears.contrastive import (
    ContextBlockConfig,
    ContrastiveConfig,
    ContrastiveEar,
    ContrastiveNetwork,
    EncoderBlockConfig,
)
from immersions.scalogram import ScalogramConfig

_CHANNELS = (8, 16, 32, 64, 128, 256, 512, 512)
_HALVE = (2, 2)


def h20() -> ContrastiveConfig:
    """The reference ear of Herrmann (2020).

    Its table prints 1x25 in block 4; only 1x15, as in the earlier implementation, lets 216 bins
    reach exactly one pitch without padding.
    """
    spans = ((3, 3), (3, 1), (3, 3), (3, 1), (3, 3), (3, 1), (3, 3), (3, 1))
    second = (25, 3, 15, 3, 15, 3, 5, 3)
    encoder = tuple(
        EncoderBlockConfig(channels, kernel1, (pitches, 1), _HALVE if number in (0, 4) else (1, 1))
        for number, (channels, kernel1, pitches) in enumerate(
            zip(_CHANNELS, spans, second, strict=True)
        )
    )
    kernels = (4, 4, 1, 4, 4, 1, 4, 1, 4)
    return ContrastiveConfig(
        scalogram=ScalogramConfig(phase=True),
        encoder=encoder,
        context=_context(kernels, (512,) * 4 + (256,) * 5),
        dropout=0.2,
    )


def h19() -> ContrastiveConfig:
    """Herrmann (2019), made causal in time; square kernels are padded in pitch by one.

    The last block's first kernel is not padded, so that z has a single pitch.
    """
    second = ((25, 1), (3, 3), (25, 1), (3, 3), (25, 1), (3, 3), (4, 1), (3, 3))
    encoder = tuple(
        EncoderBlockConfig(
            channels,
            (3, 3),
            kernel2,
            _HALVE if number in (0, 4) else (1, 1),
            pad_pitches1=0 if number == 7 else 1,
            pad_pitches2=1 if kernel2 == (3, 3) else 0,
        )
        for number, (channels, kernel2) in enumerate(zip(_CHANNELS, second, strict=True))
    )
    kernels = (5, 4, 1, 3, 3, 1, 3, 1, 6)
    return ContrastiveConfig(
        scalogram=ScalogramConfig(phase=True),
        encoder=encoder,
        context=_context(kernels, (512,) * 4 + (256,) * 5),
        dropout=0.2,
    )


def m19() -> ContrastiveConfig:
    """Herrmann (MuC 2019): 256 pitches at 125 Hz, z at 16 Hz; the kernels are our choice."""
    second = ((25, 1), (3, 3), (25, 1), (3, 3), (9, 1), (3, 3), (4, 1), (3, 3))
    encoder = tuple(
        EncoderBlockConfig(
            channels,
            (3, 3),
            kernel2,
            _HALVE if number in (0, 2, 4) else (1, 1),
            pad_pitches1=0 if number == 7 else 1,
            pad_pitches2=1 if kernel2 == (3, 3) else 0,
        )
        for number, (channels, kernel2) in enumerate(zip(_CHANNELS, second, strict=True))
    )
    kernels = (5, 5, 1, 4, 4, 1, 4, 1, 7)
    return ContrastiveConfig(
        scalogram=ScalogramConfig(
            sample_rate=16000,
            hop=128,
            bins=256,
            bins_per_octave=32,
            fmin=30.0,
            filter_scale=0.5,
            phase=True,
        ),
        encoder=encoder,
        context=_context(kernels, (512,) * 4 + (256,) * 5),
        dropout=0.2,
    )


def small() -> ContrastiveConfig:
    """An ear of our own that dreams fluently on two laptop cores.

    One scalogram part, early pooling in pitch, and a leaky nonlinearity, so that a neuron at rest
    still passes a gradient to the sound.
    """
    encoder = (
        EncoderBlockConfig(16, (3, 3), (9, 1), (2, 2)),
        EncoderBlockConfig(32, (3, 3), (9, 1), (2, 2)),
        EncoderBlockConfig(64, (3, 3), (9, 1)),
        EncoderBlockConfig(128, (3, 3), (5, 1), (2, 1)),
        EncoderBlockConfig(256, (3, 3), (9, 1)),
    )
    context = (
        ContextBlockConfig(256, 4),
        ContextBlockConfig(256, 4, pool=2),
        ContextBlockConfig(256, 4),
        ContextBlockConfig(256, 4, pool=2),
    )
    return ContrastiveConfig(
        scalogram=ScalogramConfig(),
        encoder=encoder,
        context=context,
        visible_steps=40,
        gap_steps=4,
        predicted_steps=16,
        slope=0.1,
    )


PRESETS = {"small": small, "h20": h20, "h19": h19, "m19": m19}


def config(name: str) -> ContrastiveConfig:
    """The configuration of a preset. Raises `ValueError` naming the presets."""
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}; presets: {', '.join(PRESETS)}")
    return PRESETS[name]()


def build(name: str) -> ContrastiveEar:
    """An untrained ear: random weights, no statistics."""
    return ContrastiveEar(name, ContrastiveNetwork(config(name)), trained=False)


def _context(kernels: tuple[int, ...], channels: tuple[int, ...]) -> tuple[ContextBlockConfig, ...]:
    return tuple(
        ContextBlockConfig(width, kernel, pool=2 if number in (2, 5) else 1)
        for number, (kernel, width) in enumerate(zip(kernels, channels, strict=True))
    )
