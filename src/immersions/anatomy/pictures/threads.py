"""The light of many edges: a thread from each source to its target, from colour to colour."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.anatomy.pictures.edges import Edges
from immersions.anatomy.pictures.rasters import lines, summed


def threads(
    points: Float[NDArray[np.float32], "vertices 2"],
    colours: Float[NDArray[np.float32], "vertices 3"],
    edges: Edges,
    shape: tuple[int, int],
    brightness: Float[NDArray[np.float32], " edges"] | None = None,
) -> Float[NDArray[np.float32], "height width 3"]:
    """The light of all edges, `points` in pixels; each edge gives as much, however long it is."""
    starts, ends = points[edges.sources], points[edges.targets]
    lengths = np.hypot(*(ends - starts).T)
    each = 1 / np.maximum(lengths, 1.0)
    if brightness is not None:
        each = each * brightness
    whole = np.zeros((*shape, 3), np.float32)
    for part in lines(starts, ends, shape):
        weight = part.cover * each[part.line]
        begin = colours[edges.sources[part.line]]
        end = colours[edges.targets[part.line]]
        light = weight[:, None] * (begin + part.along[:, None] * (end - begin))
        whole += summed(part.pixel, light.astype(np.float32), shape)
    return whole
