"""Messages between the server and the dreaming process: a JSON header and raw bytes.

A frame is the header's length and the payload's length (4 bytes each, little-endian), the header
(UTF-8 JSON, an object with a `type`), the payload. Nothing is pickled, so neither side can make
the other run code.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

Header = dict[str, Any]
Frame = tuple[Header, bytes]

_LENGTHS = struct.Struct("<II")
LONGEST_HEADER = 16 * 2**20
LONGEST_PAYLOAD = 512 * 2**20


class Closed(EOFError):
    """The other side has gone."""


def pack(header: Header, payload: bytes = b"") -> bytes:
    """The bytes of a frame. Raises `ValueError` for numbers that are not finite."""
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(payload)) + text + payload


def read(stream: BinaryIO) -> Frame:
    """The next frame of a blocking stream; `Closed` at its end."""
    header, payload = _lengths(_exactly(stream, _LENGTHS.size))
    return _header(_exactly(stream, header)), _exactly(stream, payload)


async def read_async(stream: asyncio.StreamReader) -> Frame:
    """The next frame of an asyncio stream; `Closed` at its end."""
    try:
        header, payload = _lengths(await stream.readexactly(_LENGTHS.size))
        return _header(await stream.readexactly(header)), await stream.readexactly(payload)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise Closed("the pipe was closed") from error


def _lengths(data: bytes) -> tuple[int, int]:
    header, payload = _LENGTHS.unpack(data)
    if header > LONGEST_HEADER or payload > LONGEST_PAYLOAD:
        raise ValueError(f"not a frame: a header of {header} and a payload of {payload} bytes")
    return header, payload


def _header(text: bytes) -> Header:
    header = json.loads(text)
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise ValueError(f"not a frame: expected an object with a type, got {text[:80]!r}")
    return header


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            raise Closed("the pipe was closed")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
