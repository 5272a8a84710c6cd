"""Large blocks of memory that are kept between steps, where the C library lets one ask for it."""

from __future__ import annotations

import ctypes
import os

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4
NEVER = -1
TOP_PAD_BYTES = 1 << 28


def keep_large_blocks() -> bool:
    """Let glibc take large blocks from its heap and never give them back; whether it agreed.

    By default each is mapped anew and filled with zeros by the kernel when it is first touched, at
    every step: a third of the time of a training step of 128 excerpts. Call it before torch is
    imported: torch then asks for huge pages too.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    try:
        adjust = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # macOS, Windows, musl
        return False
    wanted = ((MMAP_MAX, 0), (TRIM_THRESHOLD, NEVER), (TOP_PAD, TOP_PAD_BYTES))
    return all(adjust(option, value) == 1 for option, value in wanted)
