"""Every parameter of the dreamer in one place; torch-free, as the page is built from it."""

from __future__ import annotations

from immersions.dreaming.ascent import ASCENT
from immersions.dreaming.penalties import PENALTIES
from immersions.dreaming.transforms import TRANSFORMS
from immersions.parameters import Parameters

PARAMETERS = Parameters(
    [
        *ASCENT,
        *(parameter for transform in TRANSFORMS for parameter in transform.parameters),
        *(parameter for penalty in PENALTIES for parameter in penalty.parameters),
    ]
)
"""Name, unit, range, default and curve of everything that can be turned while it dreams."""
