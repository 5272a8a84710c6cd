"""From positions at rest to a picture's: the sound at the bottom, low pitches left, all in a frame.

The forces do not know up from down: a layout may come to rest turned and mirrored any way.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

Snapshots = Float[NDArray[np.float32], "snapshots vertices dimensions"]

MARGIN = 0.04


def framed(
    positions: Snapshots, layer: Int[NDArray[np.int32], " v"], pitch: Int[NDArray[np.int32], " v"]
) -> Snapshots:
    """All snapshots turned alike, moved and scaled alike into -1 to 1, a little margin left."""
    return fitted(upright(aligned(positions), layer, pitch), MARGIN)


def fitted(positions: Snapshots, margin: float) -> Snapshots:
    """All snapshots moved and scaled alike into -1 to 1, a `margin` of one left."""
    low, high = positions.min((0, 1)), positions.max((0, 1))
    size = float((high - low).max()) or 1.0
    scaled = (positions - (low + high) / 2) * (2 * (1 - margin) / size)
    return scaled.astype(np.float32)


def aligned(positions: Snapshots) -> Snapshots:
    """Each snapshot moved and turned, not scaled, to lie on the one before as well as it can."""
    found = [positions[0] - positions[0].mean(0)]
    for each in positions[1:]:
        centred = each - each.mean(0)
        u, _, v = np.linalg.svd(centred.T.astype(np.float64) @ found[-1].astype(np.float64))
        found.append(centred @ (u @ v).astype(np.float32))
    return np.stack(found)


def upright(
    positions: Snapshots, layer: Int[NDArray[np.int32], " v"], pitch: Int[NDArray[np.int32], " v"]
) -> Snapshots:
    """All turned alike, as their mean asks for: see `turning`."""
    return (positions @ turning(positions.mean(0, dtype=np.float64), layer, pitch)).astype(
        np.float32
    )


def turning(
    mean: Float[NDArray[np.float64], "v dims"],
    layer: Int[NDArray[np.int32], " v"],
    pitch: Int[NDArray[np.int32], " v"],
) -> Float[NDArray[np.float32], "dims dims"]:
    """What turns positions so that from the first to the last layer is up, and from low to high
    pitches right.

    Layers are weighed alike, however many vertices they have; pitches are told in the layers that
    have most. A third dimension lies behind the first two.
    """
    up = _rise(np.stack([mean[layer == each].mean(0) for each in np.unique(layer)]))
    axes = [_unit(up, np.eye(len(up))[-1])]
    right = np.zeros_like(up)
    for each in np.unique(layer):
        inside = layer == each
        if pitch[inside].max() >= pitch.max() / 2 > 0:
            right += _covariance(mean[inside], pitch[inside])
    for direction in (right, *np.eye(len(up))):
        beside = direction - sum(float(direction @ axis) * axis for axis in axes)
        if len(axes) < len(up) and np.linalg.norm(beside) > 1e-6 * np.linalg.norm(direction):
            axes.append(beside / np.linalg.norm(beside))
    order = [axes[1], axes[0], *axes[2:]]
    return np.stack(order, 1).astype(np.float32)


def _rise(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    return _covariance(centres, np.arange(len(centres)))


def _covariance(points: NDArray[np.float64], values: NDArray[np.int64]) -> NDArray[np.float64]:
    return (points - points.mean(0)).T @ (values - values.mean())


def _unit(direction: NDArray[np.float64], otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(direction))
    return direction / length if length > 1e-12 else otherwise
