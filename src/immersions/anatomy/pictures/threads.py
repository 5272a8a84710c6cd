"""The light of many edges: a thread from each source to its target, from colour to colour."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.anatomy.pictures.edges import Edges
from immersions.anatomy.pictures.rasters import lines


def threads(
    points: Float[NDArray[np.float32], "vertices 2"],
    colours: Float[NDArray[np.float32], "vertices 3"],
    edges: Edges,
    shape: tuple[int, int],
) -> Float[NDArray[np.float32], "height width 3"]:
    """The light of all edges, `points` in pixels. Long edges are fainter, but less than they are
    longer."""
    starts, ends = points[edges.sources], points[edges.targets]
    lengths = np.hypot(*(ends - starts).T)
    each = (np.maximum(lengths, 1.0) ** -0.5).astype(np.float32)
    first = colours[edges.sources] * each[:, None]
    change = colours[edges.targets] * each[:, None] - first
    # Colour by colour, contiguous: this is where the time goes.
    planes = [(first[:, c].copy(), change[:, c].copy()) for c in range(3)]
    whole = np.zeros((3, shape[0] * shape[1]), np.float32)
    for part in lines(starts, ends, shape):
        for plane, (begin, rise) in zip(whole, planes, strict=True):
            light = begin[part.line] + part.along * rise[part.line]
            for pixel, cover in zip(part.pixels, part.cover, strict=True):
                np.add.at(plane, pixel, light * cover)
    return np.ascontiguousarray(whole.T).reshape(*shape, 3)
