"""Colours of the picture, from OKLCH so that their order and their brightness look as intended."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

Light = Float[NDArray[np.float32], "*shape 3"]
"""Linear light, 0 to 1 and above, red, green, blue."""

NIGHT = (0.0030, 0.0026, 0.0052)
"""The background, in linear light."""
FIRST_HUE, LAST_HUE = 42.0, -188.0
"""Degrees: from the sound's orange through red, violet and blue to the context's sea green."""
FIRST_LIGHTNESS, LAST_LIGHTNESS = 0.64, 0.88
ALTERNATION = 0.05
"""Of lightness: what every second layer is lighter than its neighbours."""
CHANNEL_HUE, CHANNEL_LIGHTNESS = 6.0, 0.045
"""How far the channels of a layer differ from its colour, up and down."""
CANDLE = (0.93, 0.085, 85.0)
"""Lightness, chroma and hue of the scalogram, which is sound and not yet a neuron."""


def oklch(
    lightness: Float[NDArray[np.float64], "*shape"],
    chroma: Float[NDArray[np.float64], "*shape"],
    hue: Float[NDArray[np.float64], "*shape"],
) -> Float[NDArray[np.float32], "*shape 3"]:
    """Linear light of colours given by lightness 0 to 1, chroma and hue in degrees."""
    a = chroma * np.cos(np.radians(hue))
    b = chroma * np.sin(np.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short
    return np.clip(np.stack([red, green, blue], -1), 0, 1).astype(np.float32)


def layer_colours(count: int) -> Float[NDArray[np.float32], "count 3"]:
    """Linear light of each layer; the first, the scalogram, has a colour of its own."""
    lightness, chroma, hue = _scale(np.arange(count), count)
    return oklch(lightness, chroma, hue)


def vertex_colours(
    layer: Int[NDArray[np.int32], " vertices"], channel: Int[NDArray[np.int32], " vertices"]
) -> Float[NDArray[np.float32], "vertices 3"]:
    """Linear light of each vertex: its layer's colour, tinted a little by channel."""
    count = int(layer.max(initial=0)) + 1
    lightness, chroma, hue = _scale(layer, count)
    most = np.zeros(count, np.int64)
    np.maximum.at(most, layer, channel)
    # Neighbouring channels get different tints: the golden ratio spreads them.
    tint = np.where(most[layer] > 0, 2 * ((channel * 0.6180339887) % 1.0) - 1, 0.0)
    return oklch(lightness + CHANNEL_LIGHTNESS * tint, chroma, hue + CHANNEL_HUE * tint)


def scalogram_colours(
    values: Float[NDArray[np.floating], "*shape"],
) -> Float[NDArray[np.float32], "*shape 3"]:
    """Linear light of values from 0 to 1, from night to candle light, as on the stage."""
    x = np.clip(np.asarray(values, np.float64), 0, 1)
    chroma = 0.19 * np.sin(np.pi * np.minimum(1, 1.02 * x)).clip(0) ** 0.8
    return oklch(0.09 + 0.87 * x**0.9, chroma * np.minimum(1, x / 0.03), 285 + 155 * x)


def _scale(
    layer: NDArray[np.integer], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Lightness, chroma and hue of layers."""
    depth = np.clip((layer - 1) / max(1, count - 2), 0, 1)
    lightness = FIRST_LIGHTNESS + (LAST_LIGHTNESS - FIRST_LIGHTNESS) * depth
    lightness = lightness + ALTERNATION * (layer % 2 - 0.5)
    chroma = 0.2 - 0.1 * depth
    hue = FIRST_HUE + (LAST_HUE - FIRST_HUE) * depth
    sound = (layer == 0) & (count > 1)
    return (
        np.where(sound, CANDLE[0], lightness),
        np.where(sound, CANDLE[1], chroma),
        np.where(sound, CANDLE[2], hue),
    )


def encoded(light: Light) -> NDArray[np.uint8]:
    """sRGB bytes of linear light; what is brighter than white turns white, not another colour."""
    excess = np.maximum(light - 1, 0).sum(-1, keepdims=True) / 2
    x = np.minimum(light + excess, 1)
    steps = (x * (len(TABLE) - 1) + 0.5).astype(np.uint16)
    return TABLE[steps]


def _table() -> NDArray[np.uint8]:
    x = np.linspace(0, 1, 1 << 14)
    curve = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.round(255 * curve).astype(np.uint8)


TABLE = _table()
