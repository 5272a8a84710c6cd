"""Learn: the next controller that moves is mapped. What it is shows in how it moves."""

from __future__ import annotations

from itertools import pairwise

from immersions.parameters import Parameter
from immersions.stage.controls.control import Place
from immersions.stage.controls.mapping import Behaviour, Entry, Feedback
from immersions.stage.controls.midi import CENTRE, Encoding, Message
from immersions.stage.controls.wide import FINE

LISTEN_SECONDS = 0.5
"""A controller is watched for so long after its first message."""
ENOUGH = 32
"""Messages of one controller that surely tell what it is."""
SLOW_STEPS = 8
"""An endless encoder rarely tells more steps at once."""


class Learner:
    """Waits for a controller of one port to move, and says what it is."""

    def __init__(self, place: Place, parameter: Parameter | None) -> None:
        self.place = place
        self._parameter = parameter
        self._port: str | None = None
        self._first: Message | None = None
        self._until = 0.0
        self._values: list[int] = []
        self._fine = False

    @property
    def port(self) -> str | None:
        """Whose controller moved first."""
        return self._port

    @property
    def due(self) -> float | None:
        """When it is decided, once something has moved."""
        return None if self._first is None else self._until

    def offer(self, port: str, message: Message, now: float) -> None:
        """A message has come. Other controllers than the first are passed over."""
        if message.kind == "note" and message.value == 0 and self._first is None:
            return  # a key of before was let go
        if self._first is None:
            self._port, self._first = port, message
            self._until = now + LISTEN_SECONDS
        first = self._first
        if port != self._port or message.kind != first.kind or message.channel != first.channel:
            return
        if message.number == first.number:
            self._values.append(message.value)
        elif first.number < FINE and message.number == first.number + FINE:
            self._fine = True
        elif message.number < FINE and first.number == message.number + FINE and not self._fine:
            # The fine half came first.
            self._first, self._fine = message, True
            self._values = [message.value]
        if first.kind != "cc" or len(self._values) >= ENOUGH:
            self._until = now

    def entry(self) -> Entry | None:
        """What was learned so far; None when nothing has moved."""
        first = self._first
        if first is None:
            return None
        if first.kind == "pitch_bend":
            return self._of("pitch_bend", 0, "absolute")
        if first.kind in ("note", "program"):
            return self._pressed(first.kind)
        if self._fine:
            return self._of("cc14", first.number, "absolute")
        if self._parameter is None or self._parameter.curve == "switch":
            return self._pressed("cc")
        encoding = guess(self._values)
        if encoding is not None:
            return self._of("cc", first.number, "relative", encoding)
        return self._of("cc", first.number, "absolute")

    def _pressed(self, kind: str) -> Entry:
        assert self._first is not None
        turned = self._parameter is not None and self._parameter.curve != "switch"
        if turned and kind != "cc":
            raise ValueError(f"{self.place}: expected a fader, a knob or an encoder, got a button")
        behaviour: Behaviour = "trigger" if self._parameter is None else "toggle"
        return self._of(kind, self._first.number, behaviour)

    def _of(
        self,
        message: str,
        number: int,
        behaviour: Behaviour,
        encoding: Encoding = "twos_complement",
    ) -> Entry:
        assert self._first is not None
        channel = self._first.channel
        lamp = behaviour == "toggle" and message in ("note", "cc")
        return Entry(
            message,  # type: ignore[arg-type]
            channel,
            number,
            self.place.name,
            self.place.deck,
            behaviour,
            encoding,
            feedback=Feedback(message, channel, number) if lamp else None,  # type: ignore[arg-type]
        )


def guess(values: list[int]) -> Encoding | None:
    """How an endless encoder counts, from what it sent; None for a fader, a knob or a button.

    A fader never sends the same value twice in a row, an encoder that turns one way does.
    """
    if not any(one == other for one, other in pairwise(values)):
        return None
    if all(1 <= each <= SLOW_STEPS or 128 - SLOW_STEPS <= each <= 127 for each in values):
        return "twos_complement"
    if all(CENTRE - SLOW_STEPS <= each <= CENTRE + SLOW_STEPS for each in values):
        return "binary_offset"
    if all(1 <= each & 0x3F <= SLOW_STEPS for each in values):
        return "sign_magnitude"
    return None
