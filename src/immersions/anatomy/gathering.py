"""Draws the few vertices that lie far out towards the others, lest a picture be mostly empty.

One vertex in a hundred may come to rest far from all (it hardly hears anybody), and the frame would
be made for those.
"""

from __future__ import annotations

import numpy as np

from immersions.anatomy.framing import Snapshots, fitted

INSIDE = 0.985
"""Of all vertices, so many stay where they are."""
RIM = 0.16
"""Room for the others, beside the distance of those from the middle."""
MARGIN = 0.03


def gathered(positions: Snapshots) -> Snapshots:
    """All snapshots alike, directions from the middle kept. From -1 to 1, a little margin left."""
    low, high = np.quantile(positions, (1 - INSIDE, INSIDE), axis=(0, 1))
    half = np.maximum((high - low) / 2, 1e-9)
    centred = positions - (low + high) / 2
    # An ellipse, not a circle: the frame is as wide and as high as the layout asks for.
    far = np.linalg.norm(centred / half, axis=-1, keepdims=True)
    inside = max(float(np.quantile(far, INSIDE)), 1e-9)
    rim = RIM * inside
    beyond = np.maximum(far, inside)
    drawn = centred * ((inside - rim * np.expm1((inside - beyond) / rim)) / beyond).clip(max=1)
    return fitted(drawn, MARGIN).clip(-1, 1)
