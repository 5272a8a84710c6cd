"""PNG files, without a library: the format's own filter and compression."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray


def png(image: UInt8[NDArray[np.uint8], "height width 3"], level: int = 6) -> bytes:
    """The bytes of a PNG file, 8 bits a colour, sRGB. Raises `ValueError` for another shape."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(
            f"expected bytes of shape (height, width, 3), got {image.dtype} {image.shape}"
        )
    height, width = image.shape[:2]
    # Differences upwards: dark and smooth pictures become small numbers.
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = 2
    flat = image.reshape(height, -1)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), level)
    parts = [(b"IHDR", header), (b"sRGB", b"\0"), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content)) + kind + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )  # fmt: skip
