"""Binary messages to the page: a JSON header, padding, raw little-endian numbers."""

from __future__ import annotations

import struct

from immersions.anatomy.layout import Layout
from immersions.server.messages import LayoutHeader, LoopHeader
from immersions.stage.conductor import Loop
from immersions.stage.layouts import Kind


def frame(header: LoopHeader | LayoutHeader, payload: bytes) -> bytes:
    """The header's length (4 bytes), the header, zeros to a multiple of 4, the payload."""
    text = header.model_dump_json().encode()
    padding = b"\0" * (-len(text) % 4)
    return b"".join((struct.pack("<I", len(text)), text, padding, payload))


def of_loop(loop: Loop, deck: int = 0) -> bytes:
    return frame(LoopHeader.model_validate({**loop.header, "deck": deck}), loop.payload)


def of_layout(layout: Layout, kind: Kind) -> bytes:
    header = LayoutHeader(
        hash=layout.ear_hash,
        snapshots=len(layout.positions),
        vertices=layout.positions.shape[1],
        kind=kind,
    )
    return frame(header, layout.in_16_bits().astype("<i2").tobytes())
