"""Powers of squared distances, compiled: most exponents of the repulsion need no logarithm.

`error_model="numpy"` keeps a check for zero out of every division, which would forbid vectors.
"""

from __future__ import annotations

import numpy as np
from numba import njit

QUARTERS = (4, 5, 6, 8)
"""(k + 1) / 2, in quarters, of those that are made of roots: k of 1, 1.5, 2 and 3."""


def quarters(exponent: float) -> int:
    """(exponent + 1) / 2 in quarters if it is one of `QUARTERS`, else 0."""
    found = round(2 * (exponent + 1))
    return found if found == 2 * (exponent + 1) and found in QUARTERS else 0


@njit(cache=True, error_model="numpy", fastmath=True)
def inverse_power(u, kind, power):  # type: ignore[no-untyped-def]
    """u^(-kind / 4), or u^power where `kind` is 0; `kind` is best a constant."""
    if kind == 4:
        return np.float32(1) / u
    if kind == 5:
        return np.float32(1) / (u * np.sqrt(np.sqrt(u)))
    if kind == 6:
        return np.float32(1) / (u * np.sqrt(u))
    if kind == 8:
        return np.float32(1) / (u * u)
    return np.exp(power * np.log(u))
