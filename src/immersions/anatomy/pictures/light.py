"""What light does on its way to the eye: spreads around bright points, and is held within range."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Image = Float[NDArray[np.float32], "height width 3"]


def toned(light: Image, top: float, contrast: float = 30.0, share: float = 0.995) -> Image:
    """Light compressed by a logarithm, colours kept: the quantile `share` comes to be `top`."""
    # The strongest colour, not what the eye makes of it: else blue threads outshine red ones.
    bright = light.max(-1)
    lit = bright[bright > 0]
    if not lit.size:
        return light
    scale = contrast / max(float(np.quantile(lit, share)), 1e-30)
    # Only a very small number needs its own limit; log1p(x)/x goes to one there.
    factor = np.log1p(scale * bright) / np.maximum(bright, 1e-30) * (top / np.log1p(contrast))
    return light * np.where(bright > 0, factor, 0)[..., None].astype(np.float32)


def glow(light: Image, radius: float) -> Image:
    """The light spread over about `radius` pixels, as lenses and eyes do."""
    by = max(1, int(radius / 3))
    height, width = light.shape[:2]
    rows, columns = -(-height // by), -(-width // by)
    padded = np.zeros((rows * by, columns * by, 3), np.float32)
    padded[:height, :width] = light
    small = padded.reshape(rows, by, columns, by, 3).mean((1, 3))
    around = max(1, round(radius / by))
    for _ in range(3):
        small = _box(_box(small, around, 0), around, 1)
    return _enlarged(small, by)[:height, :width]


def _box(image: Image, radius: int, axis: int) -> Image:
    """The mean over 2 radius + 1 pixels along an axis; dark outside."""
    pad = [(0, 0)] * 3
    pad[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(image, pad), axis=axis, dtype=np.float64)
    high = np.take(sums, np.arange(2 * radius + 1, sums.shape[axis]), axis)
    low = np.take(sums, np.arange(0, sums.shape[axis] - 2 * radius - 1), axis)
    return ((high - low) / (2 * radius + 1)).astype(np.float32)


def _enlarged(image: Image, by: int) -> Image:
    """Every pixel as `by` x `by`, with what is between interpolated."""
    for axis in (0, 1):
        size = image.shape[axis]
        at = np.clip((np.arange(size * by) + 0.5) / by - 0.5, 0, size - 1)
        low = at.astype(np.int64)
        high = np.minimum(low + 1, size - 1)
        share = (at - low).astype(np.float32)
        share = share[:, None, None] if axis == 0 else share[None, :, None]
        image = np.take(image, low, axis) * (1 - share) + np.take(image, high, axis) * share
    return image
