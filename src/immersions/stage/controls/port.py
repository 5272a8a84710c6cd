"""One MIDI port: what its messages do by its mapping, and what is sent back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from immersions.parameters import Parameter
from immersions.stage.controls import feedback
from immersions.stage.controls.control import Hand, Place, Surface
from immersions.stage.controls.mapping import Entry, Mapping
from immersions.stage.controls.midi import CENTRE, TOP_7, TOP_14, Decoder, Message, steps
from immersions.stage.controls.wide import DATA, FINE, Pair, Selected

NEAR = 1.5 / TOP_7
"""A fader has met its control when it is at most so far away, or has passed it."""
FINEST = 128
"""Steps of an encoder from end to end, where a control has more values than that."""


@dataclass
class _Hold:
    """What is known of one entry's controller."""

    at: float | None = None
    """where it stands, 0 to 1; of an encoder, where it would"""
    left: float | None = None
    """the control's value after it was turned by this controller: nothing else turned it since"""
    caught: bool = False
    pressed: int | None = None
    moved: float = -1e9
    sent: bytes = b""
    sent_at: float = -1e9
    dirty: bool = False


class Port:
    """Acts on the hand. Times are in seconds of one clock that never goes back."""

    def __init__(self, name: str, surface: Surface, hand: Hand) -> None:
        self.name = name
        self.decoder = Decoder()
        self._surface = surface
        self._hand = hand
        self._mapping = Mapping("none")
        self._holds: dict[Entry, _Hold] = {}
        self._pairs: dict[tuple[str, int, int], Pair] = {}
        self._selected: dict[int, Selected] = {}
        self._wanted: dict[Place, float] = {}
        self._turned: list[tuple[Entry, _Hold]] = []

    @property
    def mapping(self) -> Mapping:
        return self._mapping

    def use(self, mapping: Mapping) -> None:
        """Obey another mapping. Controllers that both know stay caught; all lamps are told."""
        self._mapping = mapping
        self._holds = {each: self._holds.get(each, _Hold()) for each in mapping.entries}
        self._pairs.clear()
        self.refresh()

    def refresh(self, control: str | None = None) -> None:
        """A control, or every one, may have changed: let go of it, and tell the device."""
        for entry, hold in self._holds.items():
            if control is None or entry.control == control:
                hold.dirty = entry.feedback is not None
                turns = entry.behaviour != "trigger"
                if turns and self._value(entry.place) != hold.left:
                    hold.left = None
                    hold.caught = hold.caught and self._agrees(entry, hold)

    def receive(self, message: Message, now: float) -> None:
        """Do what a message is for. What is turned is set by `apply`."""
        if message.kind != "cc":
            top = TOP_14 if message.kind == "pitch_bend" else TOP_7
            self._read(message.kind, message.channel, message.number, message.value, top, now)
            return
        self._read("cc", message.channel, message.number, message.value, TOP_7, now)
        if message.number < 2 * FINE:
            coarse = message.number % FINE
            self._refine("cc14", message, coarse, message.number < FINE, now)
        selected = self._selected.setdefault(message.channel, Selected())
        if not selected.take(message) and message.number in (DATA, DATA + FINE):
            number = selected.number
            if number is not None:
                self._refine("nrpn", message, number, message.number == DATA, now)

    def apply(self) -> None:
        """Set the newest value of each control that was turned."""
        wanted, self._wanted = self._wanted, {}
        turned, self._turned = self._turned, []
        for place, value in wanted.items():
            self._hand.set(place.name, value, place.deck)
        for entry, hold in turned:
            # Not always what was asked for: a layer, say, is one of a few.
            hold.left = self._hand.value(entry.control, entry.deck)

    def tick(self, now: float) -> list[bytes]:
        """What is due: late halves of values are taken, and messages for the device returned."""
        for (kind, channel, number), pair in self._pairs.items():
            value = pair.late(now)
            if value is not None:
                self._read(kind, channel, number, value, TOP_14, now)
        self.apply()
        return list(self._told(now))

    def due(self) -> float | None:
        """When `tick` is to be called next; None while nothing waits."""
        times = [pair.due for pair in self._pairs.values() if pair.due is not None]
        times += [
            feedback.due(entry, hold.moved, hold.sent_at)
            for entry, hold in self._holds.items()
            if hold.dirty
        ]
        return min(times, default=None)

    def _told(self, now: float) -> Iterator[bytes]:
        for entry, hold in self._holds.items():
            if not hold.dirty or feedback.due(entry, hold.moved, hold.sent_at) > now:
                continue
            hold.dirty = False
            parameter = self._surface.parameter(entry.control)
            position = 0.0
            if parameter is not None:
                value = self._hand.value(entry.control, entry.deck)
                if value is None:
                    continue
                position = parameter.position(value)
            told = feedback.told(entry, position, parameter)
            if entry.behaviour == "absolute" and hold.at is not None:
                # It was moved by hand to where it would be sent.
                if told == feedback.told(entry, hold.at, parameter):
                    hold.sent = told
                hold.at = position
            if told != hold.sent:
                hold.sent, hold.sent_at = told, now
                yield told

    def _refine(self, kind: str, message: Message, number: int, coarse: bool, now: float) -> None:
        if not any(True for _ in self._for(kind, message.channel, number)):
            return
        pair = self._pairs.setdefault((kind, message.channel, number), Pair())
        value = pair.coarse(message.value, now) if coarse else pair.fine(message.value)
        if value is not None:
            self._read(kind, message.channel, number, value, TOP_14, now)

    def _for(self, kind: str, channel: int, number: int) -> Iterator[tuple[Entry, _Hold]]:
        for entry, hold in self._holds.items():
            if entry.message == kind and entry.number == number and entry.hears(channel):
                yield entry, hold

    def _read(self, kind: str, channel: int, number: int, value: int, top: int, now: float) -> None:
        for entry, hold in self._for(kind, channel, number):
            hold.moved = now
            parameter = self._surface.parameter(entry.control)
            stands = None if parameter is None else self._value(entry.place)
            if parameter is None:
                self._trigger(entry, hold, value)
            elif stands is None:
                continue  # its deck is not there
            elif entry.behaviour == "relative":
                self._step(entry, hold, parameter, stands, steps(entry.encoding, value))
            elif entry.behaviour == "absolute":
                self._follow(entry, hold, parameter, stands, value / top)
            else:
                if entry.behaviour == "hold":
                    self._wanted[entry.place] = float(value > 0)
                elif _pressed(kind, hold, value):
                    self._wanted[entry.place] = float(stands < 0.5)
                # The device may have changed the lamp by itself.
                hold.sent, hold.dirty = b"", entry.feedback is not None
            hold.pressed = value

    def _trigger(self, entry: Entry, hold: _Hold, value: int) -> None:
        if _pressed(entry.message, hold, value):
            # What was turned before it counts before it.
            self.apply()
            self._hand.act(entry.control, entry.deck)
        # Its lamp goes out; a button that turns itself over is ready for the next press.
        hold.sent, hold.dirty = b"", entry.feedback is not None

    def _step(
        self, entry: Entry, hold: _Hold, parameter: Parameter, stands: float, count: int
    ) -> None:
        span = parameter.maximum - parameter.minimum
        if parameter.curve in ("integer", "switch") and span <= FINEST:
            wanted = min(parameter.maximum, max(parameter.minimum, stands + count))
        else:
            # From where it has been turned to, of which the control may show less.
            own = hold.at is not None and (hold.left == stands or entry.place in self._wanted)
            at = hold.at if own and hold.at is not None else parameter.position(stands)
            hold.at = min(1.0, max(0.0, at + count / FINEST))
            wanted = parameter.at(hold.at)
        self._want(entry, hold, wanted)

    def _want(self, entry: Entry, hold: _Hold, value: float) -> None:
        self._wanted[entry.place] = value
        self._turned.append((entry, hold))

    def _follow(
        self, entry: Entry, hold: _Hold, parameter: Parameter, stands: float, position: float
    ) -> None:
        before, hold.at = hold.at, position
        if entry.takeover == "soft" and parameter.curve != "switch" and not hold.caught:
            there = parameter.position(stands)
            passed = before is not None and (before - there) * (position - there) < 0
            hold.caught = passed or abs(position - there) <= NEAR or self._agrees(entry, hold)
            if not hold.caught:
                return
        self._want(entry, hold, parameter.at(position))

    def _agrees(self, entry: Entry, hold: _Hold) -> bool:
        """Whether a controller stands where its control is, as far as the control can tell."""
        parameter = self._surface.parameter(entry.control)
        if parameter is None or hold.at is None:
            return False
        value = self._value(entry.place)
        if value is None:
            return False
        close = abs(parameter.position(value) - hold.at) <= 1e-6
        return close or parameter.at(hold.at) == value

    def _value(self, place: Place) -> float | None:
        """A control's value with what was turned and is not set yet."""
        if place in self._wanted:
            return self._wanted[place]
        return self._hand.value(place.name, place.deck)


def _pressed(kind: str, hold: _Hold, value: int) -> bool:
    """Whether a button went down, rather than up; some send the same value at each press."""
    if kind != "cc":
        return value > 0
    return value >= CENTRE and (
        hold.pressed is None or hold.pressed < CENTRE or hold.pressed == value
    )
