"""What can be done that takes no value, by name: by a page, a controller, a script."""

from __future__ import annotations

from immersions.server.deck import Deck
from immersions.server.memory import Memory
from immersions.stage.controls.control import Action

SCENES = 16
"""Scenes that have an action of their own."""

ACTIONS = (
    Action("dream", "Dream", "dreams on, or rests", per_deck=True),
    Action("restart", "From the clip", "starts again from the clip", per_deck=True),
    Action("undo", "Undo", "undoes the last change"),
    Action("redo", "Redo", "does again what was undone"),
    *(
        Action(f"scene_{number}", f"Scene {number}", f"moves to scene {number}")
        for number in range(1, SCENES + 1)
    ),
)
_NAMES = {each.name for each in ACTIONS}


async def act(name: str, deck: Deck, memory: Memory) -> None:
    """Do one of `ACTIONS`. `ValueError`, one line, when it cannot be done."""
    if name not in _NAMES:
        valid = ", ".join(each.name for each in ACTIONS)
        raise ValueError(f"unknown action {name!r}; valid names: {valid}")
    if name == "dream":
        deck.run_or_rest(not deck.state.running)
    elif name == "restart":
        await deck.restart()
    elif name == "undo":
        await memory.undo()
    elif name == "redo":
        await memory.redo()
    else:
        await memory.recall(int(name.removeprefix("scene_")) - 1)
