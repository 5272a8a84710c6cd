"""Open Sound Control 1.0 packets: read with limits, and written. https://opensoundcontrol.stanford.edu

A packet is one UDP datagram. Time tags are read and not waited for: what is turned by hand is
meant now, and nobody can make the performance sleep.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DEEPEST = 8
"""Bundles within bundles."""
MOST_MESSAGES = 1024
"""In one packet."""
LARGEST_OUT = 1400
"""Bytes of a packet that is sent: below what a network would cut."""
BUNDLE = b"#bundle\0"
AT_ONCE = 1
"""The time tag that means now."""

Argument = float | int | str | bytes | bool | None
_SIZES = {"i": ">i", "f": ">f", "h": ">q", "d": ">d", "t": ">Q", "c": ">i", "r": ">I", "m": ">I"}
_CONSTANTS: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": 1.0}


@dataclass(frozen=True)
class OscMessage:
    """An address and its arguments; arrays are flat."""

    address: str
    arguments: tuple[Argument, ...] = ()


def read(packet: bytes) -> list[OscMessage]:
    """The messages of a packet, those of its bundles in order.

    Raises `ValueError`, one line, for anything else; nothing of such a packet is to be obeyed.
    """
    found: list[OscMessage] = []
    waiting: list[tuple[bytes, int]] = [(packet, 0)]
    while waiting:
        data, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"OSC: expected at most {DEEPEST} bundles within each other")
        if data.startswith(BUNDLE):
            waiting.extend((part, depth + 1) for part in reversed(list(_parts(data))))
        else:
            found.append(_message(data))
        if len(found) + len(waiting) > MOST_MESSAGES:
            raise ValueError(f"OSC: expected at most {MOST_MESSAGES} messages in a packet")
    return found


def _parts(bundle: bytes) -> Iterator[bytes]:
    at = len(BUNDLE) + 8  # the time tag
    if len(bundle) < at:
        raise ValueError("OSC: a bundle without its time tag")
    while at < len(bundle):
        if at + 4 > len(bundle):
            raise ValueError("OSC: a bundle that ends within a size")
        (size,) = struct.unpack_from(">I", bundle, at)
        at += 4
        if size == 0 or size % 4 or at + size > len(bundle):
            raise ValueError(f"OSC: a bundle's part of {size} bytes does not fit")
        yield bundle[at : at + size]
        at += size


def _message(data: bytes) -> OscMessage:
    if not data.startswith(b"/"):
        raise ValueError("OSC: expected an address that begins with /, or a bundle")
    address, at = _text(data, 0)
    if at == len(data):
        # Old senders leave the types out; then there are no arguments.
        return OscMessage(address)
    types, at = _text(data, at)
    if not types.startswith(","):
        raise ValueError(f"OSC: {address[:60]}: expected the types of its arguments")
    arguments: list[Argument] = []
    for kind in types[1:]:
        if kind in _CONSTANTS:
            arguments.append(_CONSTANTS[kind])
        elif kind in "[]":
            continue
        elif kind in ("s", "S"):
            text, at = _text(data, at)
            arguments.append(text)
        elif kind == "b":
            blob, at = _blob(data, at)
            arguments.append(blob)
        elif kind in _SIZES:
            form = _SIZES[kind]
            if at + struct.calcsize(form) > len(data):
                raise ValueError(f"OSC: {address[:60]}: its arguments are cut off")
            arguments.append(struct.unpack_from(form, data, at)[0])
            at += struct.calcsize(form)
        else:
            raise ValueError(f"OSC: {address[:60]}: unknown type {kind!r}")
    return OscMessage(address, tuple(arguments))


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise ValueError("OSC: a text without its end")
    # Texts are padded to a multiple of 4 bytes.
    return data[at:end].decode("utf-8", "replace"), min(len(data), (end // 4 + 1) * 4)


def _blob(data: bytes, at: int) -> tuple[bytes, int]:
    if at + 4 > len(data):
        raise ValueError("OSC: a blob without its size")
    (size,) = struct.unpack_from(">I", data, at)
    at += 4
    if at + size > len(data):
        raise ValueError(f"OSC: a blob of {size} bytes does not fit")
    return data[at : at + size], min(len(data), at + (size + 3) // 4 * 4)


def write(message: OscMessage) -> bytes:
    """A message's bytes. Numbers are sent as floats, texts as texts."""
    types, data = ",", b""
    for each in message.arguments:
        if isinstance(each, str):
            types, data = types + "s", data + _padded(each)
        elif isinstance(each, (int, float)):
            types, data = types + "f", data + struct.pack(">f", each)
        else:
            raise ValueError(f"OSC: cannot send {each!r}")
    return _padded(message.address) + _padded(types) + data


def bundles(messages: Iterable[OscMessage]) -> Iterator[bytes]:
    """Messages in as few packets as fit, each a bundle that means now."""
    head = BUNDLE + struct.pack(">Q", AT_ONCE)
    packet = head
    for message in messages:
        data = write(message)
        part = struct.pack(">I", len(data)) + data
        if packet != head and len(packet) + len(part) > LARGEST_OUT:
            yield packet
            packet = head
        packet += part
    if packet != head:
        yield packet


def _padded(text: str) -> bytes:
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)
