"""Which message of a device turns which control: the entries of a mapping, checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from immersions.stage.controls.control import LETTERS, Place, Surface
from immersions.stage.controls.midi import TOP_7, Encoding

Source = Literal["cc", "cc14", "pitch_bend", "note", "program", "nrpn"]
Behaviour = Literal["absolute", "relative", "toggle", "hold", "trigger"]
Takeover = Literal["soft", "jump"]
FeedbackKind = Literal["cc", "cc14", "pitch_bend", "note"]

MOST_ENTRIES = 512
MOST_DEVICES = 16
LONGEST_TEXT = 200
BREAKS = (*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029")
ANY = 0
"""Of channels: whichever it comes on."""


@dataclass(frozen=True)
class Feedback:
    """What is sent back to the device: for a fader the value itself, for a lamp `on` or `off`."""

    message: FeedbackKind
    channel: int
    number: int
    on: int = TOP_7
    off: int = 0


@dataclass(frozen=True)
class Entry:
    """One message and the control that it moves.

    `behaviour`: `absolute` follows a fader or knob, `relative` an endless encoder that tells steps
    in `encoding`, `toggle` turns a switch over at each press, `hold` keeps it on while pressed,
    `trigger` does an action. With the takeover `soft` a fader does nothing until it meets the
    control's value, so that nothing jumps.
    """

    message: Source
    channel: int
    number: int
    control: str
    deck: int | None = None
    behaviour: Behaviour = "absolute"
    encoding: Encoding = "twos_complement"
    takeover: Takeover = "soft"
    feedback: Feedback | None = None

    @property
    def place(self) -> Place:
        return Place(self.control, self.deck)

    @property
    def source(self) -> tuple[Source, int, int]:
        """What makes two entries answer to the same message."""
        return self.message, self.channel, self.number

    def hears(self, channel: int) -> bool:
        return self.channel in (ANY, channel)


@dataclass(frozen=True)
class Mapping:
    """The entries of a device. `devices` are patterns of port names, such as `*BCF2000*`."""

    name: str
    devices: tuple[str, ...] = ()
    about: str = ""
    entries: tuple[Entry, ...] = ()

    def fits(self, port: str) -> bool:
        """Whether the mapping is for a port of this name; letters' case does not matter."""
        return any(fnmatchcase(port.lower(), each.lower()) for each in self.devices)

    def with_entry(self, entry: Entry) -> Mapping:
        """The mapping with one more entry, in place of those with its message or its control."""
        kept = tuple(
            each
            for each in self.entries
            if each.source != entry.source and each.place != entry.place
        )
        return _copy(self, entries=(*kept, entry))

    def without(self, place: Place) -> Mapping:
        """The mapping without what moves a control."""
        return _copy(self, entries=tuple(each for each in self.entries if each.place != place))


def read(table: dict[str, Any], surface: Surface | None = None) -> Mapping:
    """A mapping from plain data; `ValueError` names the entry and what was expected.

    With a `surface`, controls that it does not have are refused.
    """
    _only(table, ("name", "devices", "about", "entry"))
    devices = table.get("devices", [])
    if not isinstance(devices, list) or len(devices) > MOST_DEVICES:
        raise ValueError(f"devices: expected a list of at most {MOST_DEVICES} port names")
    entries = table.get("entry", [])
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise ValueError(f"entry: expected a list of at most {MOST_ENTRIES} entries")
    found: list[Entry] = []
    for number, each in enumerate(entries, 1):
        try:
            found.append(_entry(each, surface))
        except ValueError as error:
            raise ValueError(f"entry {number}: {error}") from None
    sources = [each.source for each in found]
    for number, source in enumerate(sources, 1):
        if source in sources[: number - 1]:
            first = sources.index(source) + 1
            raise ValueError(f"entry {number}: the same message as entry {first}")
    return Mapping(
        _text(table, "name"),
        tuple(_text({"devices": each}, "devices") for each in devices),
        _text(table, "about", ""),
        tuple(found),
    )


def _entry(table: Any, surface: Surface | None) -> Entry:
    if not isinstance(table, dict):
        raise ValueError("expected a table")
    _only(table, tuple(each.name for each in fields(Entry)))
    control = _text(table, "control")
    message: Source = _choice(table, "message", get_args(Source))
    deck = None
    if "deck" in table:
        deck = LETTERS.index(_choice(table, "deck", tuple(LETTERS)))
    if surface is not None:
        deck = surface.place(control, deck).deck
    channel = _whole(table, "channel", 0, 16, 1)
    top = {"cc14": 31, "pitch_bend": 0, "nrpn": 16383}.get(message, TOP_7)
    number = _whole(table, "number", 0, top, 0 if message == "pitch_bend" else None)
    usual = _usual_behaviour(message, control, surface)
    behaviour: Behaviour = _choice(table, "behaviour", get_args(Behaviour), usual)
    if message in ("note", "program") and behaviour == "relative":
        raise ValueError(f"behaviour: a {message} has no steps")
    _fitting(behaviour, control, surface)
    feedback = _feedback(table.get("feedback"), message, channel, number)
    motor = feedback is not None and behaviour == "absolute"
    return Entry(
        message,
        channel,
        number,
        control,
        deck,
        behaviour,
        _choice(table, "encoding", get_args(Encoding), "twos_complement"),
        # A fader that follows the control by a motor is always where the control is.
        _choice(table, "takeover", get_args(Takeover), "jump" if motor else "soft"),
        feedback,
    )


def _usual_behaviour(message: Source, control: str, surface: Surface | None) -> Behaviour:
    parameter = surface.parameter(control) if surface else None
    if surface is not None and parameter is None:
        return "trigger"
    if message in ("note", "program"):
        return "toggle"
    return "absolute"


def _fitting(behaviour: Behaviour, control: str, surface: Surface | None) -> None:
    """Actions are triggered, switches turned over; what has more than two values is neither."""
    if surface is None:
        return
    parameter = surface.parameter(control)
    if (parameter is None) != (behaviour == "trigger"):
        what = "an action, which needs" if parameter is None else "no action, so it cannot have"
        raise ValueError(f"behaviour: {control} is {what} the behaviour 'trigger'")
    if behaviour in ("toggle", "hold") and parameter is not None and parameter.curve != "switch":
        raise ValueError(f"behaviour: {control} is no switch, so it cannot have {behaviour!r}")


def _feedback(told: Any, message: Source, channel: int, number: int) -> Feedback | None:
    if told is None or told is False:
        return None
    if told is True:
        told = {}
    if not isinstance(told, dict):
        raise ValueError("feedback: expected true, false or a table")
    _only(told, tuple(each.name for each in fields(Feedback)))
    same = message if message in get_args(FeedbackKind) else None
    if "message" not in told and same is None:
        raise ValueError(f"feedback: a {message} needs a message to send back")
    kind: FeedbackKind = _choice(told, "message", get_args(FeedbackKind), same)
    top = {"cc14": 31, "pitch_bend": 0}.get(kind, TOP_7)
    return Feedback(
        kind,
        _whole(told, "channel", 1, 16, channel or 1),
        _whole(told, "number", 0, top, min(number, top)),
        _whole(told, "on", 0, TOP_7, TOP_7),
        _whole(told, "off", 0, TOP_7, 0),
    )


def _only(table: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in table:
        if name not in known:
            raise ValueError(f"unknown key {name!r}; valid keys: {', '.join(known)}")


def _text(table: dict[str, Any], key: str, usual: str | None = None) -> str:
    told = table.get(key, usual)
    if not isinstance(told, str) or len(told) > LONGEST_TEXT * (10 if key == "about" else 1):
        raise ValueError(f"{key}: expected a text of at most {LONGEST_TEXT} characters")
    if usual is None and (not told.strip() or any(each in told for each in BREAKS)):
        raise ValueError(f"{key}: expected a text on one line")
    return told


def _choice(table: dict[str, Any], key: str, valid: tuple[str, ...], usual: Any = None) -> Any:
    told = table.get(key, usual)
    if told not in valid:
        raise ValueError(f"{key}: expected one of {', '.join(valid)}, got {told!r}")
    return told


def _whole(table: dict[str, Any], key: str, low: int, high: int, usual: int | None) -> int:
    told = table.get(key, usual)
    if not isinstance(told, int) or isinstance(told, bool) or not low <= told <= high:
        raise ValueError(f"{key}: expected a whole number from {low} to {high}, got {told!r}")
    return told


def _copy(mapping: Mapping, entries: tuple[Entry, ...]) -> Mapping:
    return Mapping(mapping.name, mapping.devices, mapping.about, entries)
