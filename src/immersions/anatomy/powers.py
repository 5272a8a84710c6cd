"""Powers of squared distances, compiled: most exponents of the repulsion need no logarithm."""

from __future__ import annotations

import numpy as np

from immersions.anatomy.compiled import compiled

QUARTERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""Powers, in quarters, that are made of roots: those of k in halves, from 1 to 4."""


def quarters(power: float) -> int:
    """A power in quarters if it is one of `QUARTERS`, else 0."""
    return round(4 * power) if 4 * power in QUARTERS else 0


@compiled
def inverse_power(u, kind, power):  # type: ignore[no-untyped-def]
    """u^(-kind / 4), or u^power where `kind` is 0; `kind` is best a constant."""
    one = np.float32(1)
    if kind == 4:
        return one / u
    if kind == 8:
        return one / (u * u)
    root = np.sqrt(u)
    if kind == 2:
        return one / root
    if kind == 6:
        return one / (u * root)
    if kind == 10:
        return one / (u * u * root)
    fourth = np.sqrt(root)
    if kind == 1:
        return one / fourth
    if kind == 3:
        return one / (root * fourth)
    if kind == 5:
        return one / (u * fourth)
    if kind == 7:
        return one / (u * root * fourth)
    if kind == 9:
        return one / (u * u * fourth)
    return np.exp(power * np.log(u))
