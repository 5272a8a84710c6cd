"""What can be done at the press of a button. A new action is one line here."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immersions.server import messages as say
from immersions.stage.controls.control import LETTERS, Action
from immersions.stage.pieces import Piece, pieces_of

if TYPE_CHECKING:
    from immersions.server.room import Room

SCENES = 16
"""Scenes that have an action of their own."""
Do = Callable[["Room", int], Awaitable[None] | None]
"""Given the room and a deck's number. `ValueError`, one line, when it cannot be done."""


@dataclass(frozen=True)
class Doing:
    """An action, and what it does."""

    action: Action
    do: Do


def _another_clip(step: int) -> Do:
    def do(room: Room, deck: int) -> Awaitable[None]:
        clips = [each.id for each in room.library.clips()]
        clip = room.deck(deck).state.clip
        at = clips.index(clip) if clip in clips else -step
        return room.deck(deck).choose_clip(clips[(at + step) % len(clips)])

    return do


def _targets(room: Room, deck: int, change: Callable[[list[Piece]], list[Piece]]) -> None:
    at = room.deck(deck)
    if at.state.targets:
        changed = change(pieces_of(at.state.targets, at.shapes))
        at.choose_targets(say.ChooseTarget(ranges=[each for piece in changed for each in piece]))


def _restart(room: Room, deck: int) -> Awaitable[None]:
    return room.deck(deck).restart()


def _new_seed(room: Room, deck: int) -> Awaitable[None]:
    return room.deck(deck).set_seed(random.randrange(10_000))


def _next_target(room: Room, deck: int) -> None:
    _targets(room, deck, lambda each: each[1:] + each[:1])


def _add_target(room: Room, deck: int) -> None:
    _targets(room, deck, lambda each: [*each, each[-1]])


def _remove_target(room: Room, deck: int) -> None:
    _targets(room, deck, lambda each: each[:-1] or each)


def _focus(number: int) -> Do:
    def do(room: Room, _: int) -> None:
        room.hands.look_at(number)

    return do


def _own(name: str, label: str, description: str, do: Do) -> Doing:
    return Doing(Action(name, label, description, per_deck=True), do)


def _tap(room: Room, _: int) -> None:
    room.time.tap(time.monotonic())


def _undo(room: Room, _: int) -> Awaitable[None]:
    return room.memory.undo()


def _redo(room: Room, _: int) -> Awaitable[None]:
    return room.memory.redo()


def _scene(number: int) -> Doing:
    def do(room: Room, _: int) -> Awaitable[None]:
        return room.memory.recall(number - 1)

    return Doing(Action(f"scene_{number}", f"Scene {number}", f"Moves to scene {number}."), do)


ACTIONS: tuple[Doing, ...] = (
    _own("restart", "Start again", "Starts again from the clip.", _restart),
    _own("new_seed", "Another seed", "Starts again with other random numbers.", _new_seed),
    _own("previous_clip", "Previous clip", "Starts again from the clip before.", _another_clip(-1)),
    _own("next_clip", "Next clip", "Starts again from the clip after this one.", _another_clip(1)),
    _own("next_target", "Next target", "Takes the next target in hand, to be aimed.", _next_target),
    _own(
        "add_target", "Add a target", "Keeps this target, and takes another in hand.", _add_target
    ),
    _own("remove_target", "Remove target", "Gives up the target in hand.", _remove_target),
    *(
        Doing(
            Action(
                f"focus_{letter}",
                f"Deck {letter.upper()}",
                f"Takes deck {letter.upper()} in hand: what names no deck acts on it.",
            ),
            _focus(number),
        )
        for number, letter in enumerate(LETTERS)
    ),
    Doing(Action("tap", "Tap", "Sets the tempo, from the second tap on."), _tap),
    Doing(Action("undo", "Undo", "Undoes the last change."), _undo),
    Doing(Action("redo", "Redo", "Does again what was undone."), _redo),
    *(_scene(number) for number in range(1, SCENES + 1)),
)
"""All of them, in the order in which they are listed."""
_BY_NAME = {each.action.name: each.do for each in ACTIONS}


def act(room: Room, name: str, deck: int = 0) -> Awaitable[None] | None:
    """Do an action; what it still has to do, if anything. `ValueError`, one line, if it cannot."""
    if name not in _BY_NAME:
        raise ValueError(f"unknown action {name!r}; valid names: {', '.join(_BY_NAME)}")
    room.deck(deck)
    return _BY_NAME[name](room, deck)
