"""What a hand can reach: parameters that are turned, and actions that are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from immersions.parameters import Parameter

DECKS = 4
LETTERS = "abcd"
"""Decks are numbered from 0, and named by letters on controllers."""


@dataclass(frozen=True)
class Action:
    """Something that is done at once and has no value. `per_deck` says that a deck does it."""

    name: str
    label: str
    description: str
    per_deck: bool = False


@dataclass(frozen=True)
class Place:
    """A control, and the deck that it acts on: 0 to 3, or None for the one in focus.

    A control of the whole performance has no deck.
    """

    name: str
    deck: int | None = None

    def __str__(self) -> str:
        return self.name if self.deck is None else f"{self.name} of deck {LETTERS[self.deck]}"


class Hand(Protocol):
    """What MIDI and OSC act on. Called in the event loop; must not block.

    Values are in the parameter's unit and were checked by its declaration. What is set is what
    `value` answers next; it answers None for a deck that is not there. `deck` None means the deck
    in focus, or no deck at all. What cannot be done raises `ValueError` with one line.
    """

    def set(self, name: str, value: float, deck: int | None = None) -> None: ...

    def act(self, name: str, deck: int | None = None) -> None: ...

    def value(self, name: str, deck: int | None = None) -> float | None: ...


class Surface:
    """The one list of controls, by name: of a deck, of the whole performance, and actions."""

    def __init__(
        self,
        deck: tuple[Parameter, ...],
        desk: tuple[Parameter, ...] = (),
        actions: tuple[Action, ...] = (),
    ) -> None:
        self._parameters = {each.name: each for each in (*deck, *desk)}
        self._actions = {each.name: each for each in actions}
        self._of_decks = {each.name for each in deck}
        self._of_decks |= {each.name for each in actions if each.per_deck}
        if len(self._parameters) + len(self._actions) < len(deck) + len(desk) + len(actions):
            raise ValueError("expected each control once in the list of controls")
        if both := self._parameters.keys() & self._actions.keys():
            raise ValueError(f"{min(both)!r} is both a parameter and an action")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(self._parameters.values())

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(self._actions.values())

    def __contains__(self, name: object) -> bool:
        return name in self._parameters or name in self._actions

    def parameter(self, name: str) -> Parameter | None:
        """The declaration of a control that is turned; None of an action or an unknown name."""
        return self._parameters.get(name)

    def of_decks(self, name: str) -> bool:
        """Whether each deck has this control for itself."""
        return name in self._of_decks

    def place(self, name: str, deck: int | None = None) -> Place:
        """A control's place, or `ValueError` in one line. A deck is dropped where there is none."""
        if name not in self:
            raise ValueError(f"unknown control {name!r}; docs/controllers.md lists them all")
        if deck is not None and not 0 <= deck < DECKS:
            raise ValueError(f"{name}: expected a deck from a to {LETTERS[-1]}")
        return Place(name, deck if name in self._of_decks else None)

    def places(self) -> tuple[Place, ...]:
        """Every control that is turned: in the deck in focus, and in each deck."""
        found: list[Place] = []
        for name in self._parameters:
            found.append(Place(name))
            if name in self._of_decks:
                found.extend(Place(name, deck) for deck in range(DECKS))
        return tuple(found)
