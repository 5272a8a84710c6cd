"""Raw MIDI bytes to messages. Takes any bytes: nonsense is passed over, nothing raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["note", "cc", "program", "pitch_bend"]
Clock = Literal["clock", "start", "continue", "stop", "position"]

CENTRE = 64
TOP_7 = 127
TOP_14 = 16383
CLOCKS: dict[int, Clock] = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop"}
_KINDS: dict[int, Kind] = {
    0x80: "note",
    0x90: "note",
    0xB0: "cc",
    0xC0: "program",
    0xE0: "pitch_bend",
}
_STATUS = {"note": 0x90, "cc": 0xB0, "program": 0xC0, "pitch_bend": 0xE0}
_ONE_BYTE = (0xC0, 0xD0)
"""Messages with one byte of data; all others of a channel have two."""
_SONG_POSITION = 0xF2
_LENGTHS_OF_SYSTEM = {0xF1: 1, _SONG_POSITION: 2, 0xF3: 1}


@dataclass(frozen=True)
class Message:
    """A message of a channel, 1 to 16.

    `number` is the note, controller or program, of a pitch bend 0. `value` is 0 to 127, of a pitch
    bend 0 to 16383; of a note its velocity, 0 when it is let go; of a program 127.
    """

    kind: Kind
    channel: int
    number: int
    value: int


@dataclass(frozen=True)
class Beat:
    """A message of a clock; of a song position, `sixteenths` from the song's beginning."""

    kind: Clock
    sixteenths: int = 0


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    status = _STATUS[message.kind] | (message.channel - 1)
    if message.kind == "pitch_bend":
        return bytes((status, message.value & 0x7F, message.value >> 7))
    if message.kind == "program":
        return bytes((status, message.number))
    return bytes((status, message.number, message.value))


class Decoder:
    """The bytes of one port, in pieces of any size. Its memory is three bytes."""

    def __init__(self) -> None:
        self._status = 0
        self._data: list[int] = []
        self._wanted = 0

    def feed(self, data: bytes) -> list[Message | Beat]:
        """What is complete now, in the order in which it came."""
        found: list[Message | Beat] = []
        for byte in data:
            if byte >= 0xF8:
                # May come between the bytes of any other message.
                if byte in CLOCKS:
                    found.append(Beat(CLOCKS[byte]))
            elif byte >= 0x80:
                self._begin(byte)
            elif self._wanted:
                self._data.append(byte)
                if len(self._data) == self._wanted:
                    message = self._whole()
                    if message is not None:
                        found.append(message)
        return found

    def _begin(self, status: int) -> None:
        self._status, self._data = status, []
        if status < 0xF0:
            self._wanted = 1 if status & 0xF0 in _ONE_BYTE else 2
        else:
            # System exclusive data is passed over until the next status.
            self._wanted = _LENGTHS_OF_SYSTEM.get(status, 0)

    def _whole(self) -> Message | Beat | None:
        data, self._data = self._data, []
        if self._status >= 0xF0:
            self._wanted = 0
            if self._status == _SONG_POSITION:
                return Beat("position", data[0] | data[1] << 7)
            return None
        kind = _KINDS.get(self._status & 0xF0)
        channel = (self._status & 0x0F) + 1
        if kind is None:
            return None
        if kind == "pitch_bend":
            return Message(kind, channel, 0, data[0] | data[1] << 7)
        if kind == "program":
            return Message(kind, channel, data[0], TOP_7)
        let_go = self._status & 0xF0 == 0x80
        return Message(kind, channel, data[0], 0 if let_go else data[1])


Encoding = Literal["twos_complement", "binary_offset", "sign_magnitude"]


def steps(encoding: Encoding, value: int) -> int:
    """How far an endless encoder was turned: steps, to the right above 0."""
    if encoding == "twos_complement":
        return value if value < CENTRE else value - 128
    if encoding == "binary_offset":
        return value - CENTRE
    return -(value & 0x3F) if value & 0x40 else value
