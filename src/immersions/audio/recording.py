"""A WAV file that grows while music plays: 24 bits, time-stamped, playable at every moment.

The time stamp is the `bext` chunk of the Broadcast Wave Format (EBU Tech 3285, version 1), as audio
workstations read it to put recordings side by side.
"""

from __future__ import annotations

import os
import struct
import time
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.audio.header import shown

BITS = 24
HEADER_SECONDS = 1.0
"""The header's sizes are written anew this often: a crash costs what came since."""
LARGEST = 2**32 - 2**20
"""Bytes. A WAV file counts its bytes in 32 bits; what is longer than this is another file."""
SPARE_BYTES = 16 * 2**20
"""A disk is held to be full while there is still room for the header and other programs."""

_BEXT = struct.Struct("<256s32s32s10s8sQH64s190s")
_FORMAT = struct.Struct("<HHIIHH")
_DATA_AT = 12 + 8 + _BEXT.size + 8 + _FORMAT.size + 8


class Full(OSError):
    """No more fits into this file or onto this disk; one line."""


class WavRecorder:
    """Appends to a new 24-bit WAV file at `path`. Close it; a crash costs a second at most.

    `started` is local time, for the time stamp. Raises `OSError`, one line, where the file cannot
    be made or written, and `Full` before it would grow too large.
    """

    def __init__(
        self, path: Path, sample_rate: int, channels: int, started: datetime, description: str = ""
    ) -> None:
        self.path = path
        self.sample_rate = sample_rate
        self.channels = channels
        self.frames = 0
        self._written_at = time.monotonic()
        try:
            # Without a buffer: what could not be written is not tried again behind our back.
            self._file: BinaryIO = path.open("xb", buffering=0)
        except OSError as error:
            raise OSError(f"{shown(path)}: cannot be recorded to ({error.strerror})") from None
        self._write(0, _head(sample_rate, channels, started, description))

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return _DATA_AT + self._bytes

    @property
    def _bytes(self) -> int:
        return self.frames * self.channels * BITS // 8

    def append(self, block: Float[NDArray[np.floating], "frames channels"]) -> None:
        """Add sound. What is not finite becomes silence; what is beyond full scale is clipped."""
        if block.ndim != 2 or block.shape[1] != self.channels:
            raise ValueError(f"expected (frames, {self.channels}), got {block.shape}")
        data = in_24_bits(block)
        if self.size + len(data) > LARGEST:
            raise Full(f"{shown(self.path)}: 4 GB are recorded, more a WAV file cannot hold")
        if room(self.path) < SPARE_BYTES + len(data):
            raise Full(f"{shown(self.path)}: no room is left on the disk")
        self._write(self.size, data)
        self.frames += len(block)
        if time.monotonic() - self._written_at >= HEADER_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Have the file be whole as it is now."""
        self._written_at = time.monotonic()
        end = self.size
        padding = end % 2
        self._write(end, b"\0" * padding)
        self._write(4, struct.pack("<I", end + padding - 8))
        self._write(_DATA_AT - 4, struct.pack("<I", self._bytes))

    def close(self) -> None:
        """End the file: whole, and on the disk."""
        if self._file.closed:
            return
        try:
            self.sync()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def _write(self, at: int, data: bytes) -> None:
        left = memoryview(data)
        try:
            self._file.seek(at)
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            reason = error.strerror or error
            raise Full(f"{shown(self.path)}: cannot be recorded on ({reason})") from None


def in_24_bits(block: NDArray[np.floating]) -> bytes:
    """Samples of -1 to 1 rounded to 24 bits, little-endian.

    Without dither: the rounding lies 144 dB below full scale, under the noise of any converter.
    """
    scaled = np.nan_to_num(block.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0) * 2**23
    whole = np.clip(np.rint(scaled), -(2**23), 2**23 - 1).astype("<i4")
    return whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _head(rate: int, channels: int, started: datetime, description: str) -> bytes:
    """Everything before the samples, of which there are none yet."""
    frame = channels * BITS // 8
    midnight = started.replace(hour=0, minute=0, second=0, microsecond=0)
    since = round((started - midnight).total_seconds() * rate)
    bext = _BEXT.pack(
        _ascii(description, 256),
        b"immersions",
        _ascii(f"immersions{started:%Y%m%d%H%M%S%f}", 32),
        f"{started:%Y-%m-%d}".encode(),
        f"{started:%H:%M:%S}".encode(),
        since,
        1,
        b"",
        b"",
    )
    shape = _FORMAT.pack(1, channels, rate, rate * frame, frame, BITS)
    return b"".join(
        (
            *(b"RIFF", struct.pack("<I", _DATA_AT - 8), b"WAVE"),
            *(b"bext", struct.pack("<I", len(bext)), bext),
            *(b"fmt ", struct.pack("<I", len(shape)), shape),
            *(b"data", struct.pack("<I", 0)),
        )
    )


def _ascii(text: str, length: int) -> bytes:
    return text.encode("ascii", "replace")[:length]


def room(path: Path) -> float:
    """Bytes that are free where a file or folder lies, as far as the system tells."""
    try:
        told = os.statvfs(path)
    except (OSError, AttributeError):
        return float("inf")
    return told.f_bavail * told.f_frsize
