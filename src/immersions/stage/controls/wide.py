"""Values of 14 bits from two controllers of 7: coarse, then fine, which may be late or missing."""

from __future__ import annotations

from immersions.stage.controls.midi import TOP_7, TOP_14, Message

LATE_SECONDS = 0.03
"""So long a coarse value waits for its fine one."""
FINE = 32
"""Controller n + 32 refines controller n."""
NRPN_COARSE, NRPN_FINE, DATA = 99, 98, 6


class Pair:
    """One value of 14 bits. A device that never sends the fine half is taken at its 7 bits."""

    def __init__(self) -> None:
        self._coarse: int | None = None
        self._seen_fine = False
        self._due: float | None = None

    @property
    def due(self) -> float | None:
        """When `late` has something to say."""
        return self._due

    def coarse(self, value: int, now: float) -> int | None:
        """The upper 7 bits have come; the whole value when nothing more is expected."""
        self._coarse = value
        if not self._seen_fine:
            return round(value * TOP_14 / TOP_7)
        self._due = now + LATE_SECONDS
        return None

    def fine(self, value: int) -> int | None:
        """The lower 7 bits have come; alone they refine what is known."""
        self._seen_fine, self._due = True, None
        return None if self._coarse is None else self._coarse << 7 | value

    def late(self, now: float) -> int | None:
        """The value without its fine half, once that is overdue."""
        if self._due is None or now < self._due or self._coarse is None:
            return None
        self._due = None
        return TOP_14 if self._coarse == TOP_7 else self._coarse << 7


class Selected:
    """The parameter that a channel's data controllers are about (NRPN)."""

    def __init__(self) -> None:
        self._coarse: int | None = None
        self._fine: int | None = None

    def take(self, message: Message) -> bool:
        """Whether a controller said which parameter is meant."""
        if message.number == NRPN_COARSE:
            self._coarse = message.value
        elif message.number == NRPN_FINE:
            self._fine = message.value
        elif message.number in (100, 101):
            # Another kind of parameter (RPN) is meant from now on.
            self._coarse = self._fine = None
        else:
            return False
        return True

    @property
    def number(self) -> int | None:
        if self._coarse is None or self._fine is None:
            return None
        number = self._coarse << 7 | self._fine
        return None if number == TOP_14 else number
