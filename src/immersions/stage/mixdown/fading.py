"""The law of a crossfade between two loops, as in `web/src/audio/crossfade.ts`."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Gains = Float[NDArray[np.float64], " frames"]

LEAST_RHO = -0.5
POINTS = 129


def correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Of two equally long sounds, -1 to 1. Two silences are alike; one silence is not."""
    one, two = a.astype(np.float64), b.astype(np.float64)
    aa, bb, ab = float(one @ one), float(two @ two), float(one @ two)
    if aa == 0 and bb == 0:
        return 1.0
    return 0.0 if aa == 0 or bb == 0 else ab / math.sqrt(aa * bb)


def fade_gains(rho: float, frames: int) -> tuple[Gains, Gains]:
    """Gains out and in, frame by frame, of sounds that correlate by `rho`.

    The browser is given 129 points of each and goes in straight lines between them.
    """
    alike = min(1.0, max(LEAST_RHO, rho if math.isfinite(rho) else 0.0))
    b = np.arange(POINTS) / (POINTS - 1)
    a = 1 - b
    scale = 1 / np.sqrt(a * a + b * b + 2 * a * b * alike)
    at = np.arange(frames) * ((POINTS - 1) / max(1, frames))
    known = np.arange(POINTS)
    out, into = ((each * scale).astype(np.float32) for each in (a, b))
    return np.interp(at, known, out), np.interp(at, known, into)
