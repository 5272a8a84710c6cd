"""Lets tests that root runs, whom no permission stops, see what other users see."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

NOBODY = 65_534


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user without privileges for a while; no change for who has none anyway."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
