"""The room as MIDI and OSC turn it: one list of controls, and who holds each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from immersions.parameters import Parameter
from immersions.server.doings import ACTIONS, act
from immersions.stage import hand
from immersions.stage.board import PLACES
from immersions.stage.controls.control import Surface

if TYPE_CHECKING:
    from immersions.server.room import Room

DREAM = Parameter(
    name="dream",
    unit="",
    minimum=0,
    maximum=1,
    default=0,
    curve="switch",
    label="Dream",
    description="bends the loop towards the target, or rests on what there is",
    group="Performance",
)
SURFACE = Surface(
    (DREAM, *PLACES["deck"], *PLACES["hand"]),
    tuple(PLACES["desk"]),
    tuple(each.action for each in ACTIONS),
)
"""Everything that MIDI and OSC can turn or do."""


class RoomHand:
    """Turns and does things in a room; see `immersions.stage.controls.control.Hand`.

    `soon` is given what an action still has to do.
    """

    def __init__(self, room: Room, soon: Callable[[Awaitable[None]], None]) -> None:
        self.focus = 0
        """The deck that is meant where none is named."""
        self._room = room
        self._soon = soon

    def set(self, name: str, value: float, deck: int | None = None) -> None:
        number = self._deck(name, deck)
        if name == DREAM.name:
            self._room.deck(number).run_or_rest(value >= 0.5)
        else:
            self._room.set({name: value}, number)

    def act(self, name: str, deck: int | None = None) -> None:
        number = self._deck(name, deck)
        rest = act(self._room, name, number)
        if rest is not None:
            self._soon(rest)

    def value(self, name: str, deck: int | None = None) -> float | None:
        if name in self._room.desk:
            return self._room.desk[name]
        at = self._room.decks.get(self._deck(name, deck))
        if at is None:
            return None
        if name == DREAM.name:
            return float(at.state.running)
        if name in at.state.parameters:
            return at.state.parameters[name]
        return hand.values(at.state.targets, at.shapes)[name]

    def _deck(self, name: str, deck: int | None) -> int:
        if not SURFACE.of_decks(name):
            return 0
        focus = self.focus if self.focus in self._room.decks else 0
        return focus if deck is None else deck
