"""Where a layout lies in a picture: which way is up, how large, and how near its vertices are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from immersions.anatomy.framing import turning

Points = Float[NDArray[np.floating], "*snapshots vertices dims"]

LEAF = 16
TURNS = 5
MARGIN = 0.05
"""Empty on each side, as a share of the root of the picture's area."""


def upright(
    positions: Points,
    layer: Int[NDArray[np.int32], " vertices"],
    pitch: Int[NDArray[np.int32], " vertices"],
    guide: int | None = None,
) -> Float[NDArray[np.float32], "*snapshots vertices 2"]:
    """The layout in the plane, turned: the first layer below, the last above, low pitches left.

    `positions` are (vertices, 2) or (vertices, 3), or several of them, which are turned alike: as
    their mean asks for, or the one numbered `guide`. A third dimension is seen from the front.
    """
    stack = np.asarray(positions, np.float64).reshape(-1, *positions.shape[-2:])
    turn = turning(stack.mean(0) if guide is None else stack[guide], layer, pitch)
    turned = stack @ turn[:, :2].astype(np.float64)
    return turned.astype(np.float32).reshape(*positions.shape[:-1], 2)


@dataclass(frozen=True)
class Frame:
    """From the plane to the pixels of a picture, row 0 above."""

    width: int
    height: int
    scale: float
    """Pixels in a unit of the plane."""
    left: float
    top: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.height, self.width

    @property
    def size(self) -> float:
        """The edge of a square of the same area, in pixels."""
        return math.sqrt(self.width * self.height)

    def pixels(self, points: NDArray[np.floating]) -> Float[NDArray[np.float32], "*n 2"]:
        """Column and row of points; the middle of the first pixel is at 0, 0."""
        x = points[..., 0] * self.scale + self.left
        y = self.top - points[..., 1] * self.scale
        return np.stack([x, y], -1).astype(np.float32)


def frame_around(points: NDArray[np.floating], width: int, height: int | None = None) -> Frame:
    """The frame that holds all `points`, (…, 2), as large as the margins allow.

    Without `height` the picture is as high as the layout asks for, from half the width to all.
    Raises `ValueError` for a picture smaller than 16 pixels.
    """
    flat = np.asarray(points, np.float64).reshape(-1, 2)
    low, high = flat.min(0), flat.max(0)
    span = np.maximum(high - low, 1e-12)
    if height is None:
        height = 2 * round(width * float(np.clip(span[1] / span[0], 0.5, 1.0)) / 2)
    if min(width, height) < 16:
        raise ValueError(f"expected a picture of 16 pixels or more, got {width} x {height}")
    margin = MARGIN * math.sqrt(width * height)
    scale = float(min((width - 2 * margin) / span[0], (height - 2 * margin) / span[1]))
    if len(flat) == 1 or float((high - low).max()) == 0:
        scale = 1.0
    middle = (low + high) / 2
    return Frame(
        width,
        height,
        scale,
        (width - 1) / 2 - scale * float(middle[0]),
        (height - 1) / 2 + scale * float(middle[1]),
    )


def spacing(
    points: Float[NDArray[np.floating], "vertices 2"], neighbour: int = 3
) -> Float[NDArray[np.float32], " vertices"]:
    """About how far each vertex is from its nearest, second, … `neighbour`-th, in the mean.

    Found among the vertices of small boxes, halved from the whole along both axes in turn, under
    several angles: the box's edge lies elsewhere each time. No table of all pairs, no tree.
    """
    vertices = len(points)
    if vertices < 2:
        return np.full(vertices, np.inf, np.float32)
    neighbour = min(neighbour, vertices - 1)
    best = np.full(vertices, np.inf, np.float32)
    for turn in range(TURNS):
        angle = math.pi / 2 * turn / TURNS + 0.1
        cosine, sine = math.cos(angle), math.sin(angle)
        turned = points @ np.array([[cosine, sine], [-sine, cosine]], np.float32)
        boxes, filled = _boxes(np.asarray(turned, np.float32))
        inside = turned[boxes]
        away = np.linalg.norm(inside[:, :, None] - inside[:, None], axis=-1)
        away[:, np.arange(boxes.shape[1]), np.arange(boxes.shape[1])] = np.inf
        away[np.broadcast_to(filled[:, None], away.shape)] = np.inf
        near = np.partition(away, neighbour - 1, axis=-1)[..., :neighbour].mean(-1)
        near[filled] = np.inf
        np.minimum.at(best, boxes, near.astype(np.float32))
    return np.where(np.isfinite(best), best, np.min(best)).astype(np.float32)


def _boxes(points: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Vertices in boxes of about `LEAF` neighbours, (boxes, members), and which only fill up."""
    halvings = max(0, math.ceil(math.log2(len(points) / LEAF)))
    members = math.ceil(len(points) / 2**halvings)
    order = np.argsort(points[:, 0], kind="stable")
    missing = 2**halvings * members - len(order)
    boxes = np.concatenate([order, np.repeat(order[-1:], missing)])[None]
    filled = np.arange(boxes.size)[None] >= len(order)
    for halving in range(halvings):
        along = np.argsort(points[boxes, halving % 2], axis=1)
        boxes, filled = (
            np.take_along_axis(each, along, 1).reshape(2 * len(boxes), -1)
            for each in (boxes, filled)
        )
    return boxes, filled
