"""Powers of squared distances, compiled: most exponents of the repulsion need no logarithm.

`error_model="numpy"` keeps a check for zero out of every division, which would forbid vectors.
"""

from __future__ import annotations

import numpy as np
from numba import njit

QUARTERS = (1, 2, 4, 5, 6, 8)
"""Powers, in quarters, that are made of roots: of forces for k of 1, 1.5, 2 and 3, and of energies
for k of 1.5, 2 and 3."""


def quarters(power: float) -> int:
    """A power in quarters if it is one of `QUARTERS`, else 0."""
    return round(4 * power) if 4 * power in QUARTERS else 0


@njit(cache=True, error_model="numpy", fastmath=True)
def inverse_power(u, kind, power):  # type: ignore[no-untyped-def]
    """u^(-kind / 4), or u^power where `kind` is 0; `kind` is best a constant."""
    if kind == 1:
        return np.float32(1) / np.sqrt(np.sqrt(u))
    if kind == 2:
        return np.float32(1) / np.sqrt(u)
    if kind == 4:
        return np.float32(1) / u
    if kind == 5:
        return np.float32(1) / (u * np.sqrt(np.sqrt(u)))
    if kind == 6:
        return np.float32(1) / (u * np.sqrt(u))
    if kind == 8:
        return np.float32(1) / (u * u)
    return np.exp(power * np.log(u))
