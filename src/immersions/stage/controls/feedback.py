"""What a device is told of its own controls, so that motor faders and lamps follow."""

from __future__ import annotations

from immersions.parameters import Parameter
from immersions.stage.controls.mapping import Entry
from immersions.stage.controls.midi import TOP_7, TOP_14, Message, encode
from immersions.stage.controls.wide import FINE

STILL_SECONDS = 0.25
"""A motor leaves a fader alone that was moved by hand a moment ago."""
LEAST_SECONDS = 0.02
"""Between two values for the same fader or lamp."""


def due(entry: Entry, moved: float, sent: float) -> float:
    """When a device may be told, given when its controller moved and when it was last told."""
    still = STILL_SECONDS if entry.behaviour in ("absolute", "relative") else 0.0
    return max(moved + still, sent + LEAST_SECONDS)


def told(entry: Entry, position: float, parameter: Parameter | None) -> bytes:
    """The bytes for a control at a position from 0 to 1; `parameter` is None for an action."""
    back = entry.feedback
    if back is None:
        return b""
    if parameter is None or parameter.curve == "switch" or back.message == "note":
        value = back.on if parameter is not None and position >= 0.5 else back.off
        kind = "note" if back.message == "note" else "cc"
        if back.message in ("cc", "note"):
            return encode(Message(kind, back.channel, back.number, value))  # type: ignore[arg-type]
    if back.message == "cc":
        return encode(Message("cc", back.channel, back.number, round(position * TOP_7)))
    fine = round(position * TOP_14)
    if back.message == "pitch_bend":
        return encode(Message("pitch_bend", back.channel, 0, fine))
    return encode(Message("cc", back.channel, back.number, fine >> 7)) + encode(
        Message("cc", back.channel, back.number + FINE, fine & TOP_7)
    )
