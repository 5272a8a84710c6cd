"""Compiled by numba, and kept compiled between processes where there is a place to keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """`function` for numbers and arrays, in the freest arithmetic.

    `error_model="numpy"` leaves out the check for zero in every division, which would forbid
    vectors. A package that cannot be written to, with no home either, is compiled each time.
    """
    try:
        return njit(cache=True, error_model="numpy", fastmath=True)(function)
    except RuntimeError:  # numba found no folder for its cache
        return njit(error_model="numpy", fastmath=True)(function)
