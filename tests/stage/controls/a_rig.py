"""An engine with one port."""

from __future__ import annotations

from typing import Any

from a_hand import SURFACE, MemoryHand

from immersions.stage.controls.engine import Engine
from immersions.stage.controls.mapping import Entry, read
from immersions.stage.controls.midi import Beat

BOX = "box"


class Rig:
    """An engine with one port, at a time that the test tells."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.hand = MemoryHand()
        self.sent: list[bytes] = []
        self.learned: list[Entry] = []
        self.clocks: list[tuple[Beat, float]] = []
        self.engine = Engine(
            SURFACE,
            self.hand,
            lambda port, data: self.sent.append(data),
            lambda port, entry: self.learned.append(entry),
            lambda port, beat, at: self.clocks.append((beat, at)),
        )
        told = [{"message": "cc", "channel": 1, **each} for each in entries]
        mapping = read({"name": "box", "entry": told}, SURFACE)
        self.engine.connect(BOX, BOX, mapping)
        self.now = 10.0
        self.tick()
        self.now += 1
        self.sent.clear()

    def cc(self, number: int, *values: int, channel: int = 1) -> None:
        for value in values:
            self.receive(bytes((0xB0 + channel - 1, number, value)))

    def receive(self, data: bytes) -> None:
        self.engine.receive(BOX, data, self.now)

    def set(self, name: str, value: float, deck: int | None = None) -> None:
        """As from elsewhere."""
        self.hand.set(name, value, deck)
        self.engine.changed(name)

    def tick(self, later: float = 0) -> None:
        self.now += later
        self.engine.tick(self.now)

    def level(self) -> float:
        return self.hand.value("level")
