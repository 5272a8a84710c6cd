"""A surface of a few controls, and a hand that remembers: what the engine acts on in tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from immersions.parameters import Parameter
from immersions.stage.controls.control import Action, Place, Surface

LEVEL = Parameter("level", "", 0, 1, 0.5)
RATE = Parameter("rate", "", 1e-4, 1, 1e-3, "logarithmic")
LAYER = Parameter("layer", "", 0, 7, 2, "integer")
DREAM = Parameter("dream", "", 0, 1, 0, "switch")
BPM = Parameter("bpm", "BPM", 20, 300, 120)
DEPTH = Parameter("depth", "", 0, 1, 0.5)
"""Only quarters of it are ever so, as with the layers of an ear."""
SURFACE = Surface(
    (LEVEL, RATE, LAYER, DREAM, DEPTH),
    (BPM,),
    (Action("restart", "Restart", "Starts again.", per_deck=True), Action("tap", "Tap", "Tempo.")),
)


@dataclass
class MemoryHand:
    """The deck in focus is deck 0."""

    values: dict[Place, float] = field(default_factory=dict)
    done: list[Place] = field(default_factory=list)
    sets: list[tuple[Place, float]] = field(default_factory=list)

    def _place(self, name: str, deck: int | None) -> Place:
        return Place(name, (deck or 0) if SURFACE.of_decks(name) else None)

    def set(self, name: str, value: float, deck: int | None = None) -> None:
        parameter = SURFACE.parameter(name)
        assert parameter is not None
        checked = parameter.check(value)
        self.values[self._place(name, deck)] = (
            round(checked * 4) / 4 if name == "depth" else checked
        )
        self.sets.append((self._place(name, deck), value))

    def act(self, name: str, deck: int | None = None) -> None:
        assert SURFACE.parameter(name) is None
        assert name in SURFACE
        self.done.append(self._place(name, deck))

    def value(self, name: str, deck: int | None = None) -> float:
        parameter = SURFACE.parameter(name)
        assert parameter is not None
        return self.values.get(self._place(name, deck), parameter.default)
