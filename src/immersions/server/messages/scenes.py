"""Scenes, and the way back: what a page asks and what it is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from immersions.server.messages.shared import DeckNumber, Message, Name
from immersions.stage.scenes import LONGEST_NAME, MOST_SCENES

LONGEST_MORPH = 120.0
"""Seconds."""

Place = Annotated[int, Field(ge=0, lt=MOST_SCENES)]


class StoreScene(Message):
    """Keeps the performance as it is now; without a name, the scene's own or a usual one."""

    type: Literal["store"] = "store"
    place: Place
    name: str = Field(default="", max_length=LONGEST_NAME)


class RecallScene(Message):
    """Moves to a scene: faders in so many seconds, everything else at once."""

    type: Literal["recall"] = "recall"
    place: Place
    seconds: float = Field(default=0, ge=0, le=LONGEST_MORPH)


class RenameScene(Message):
    type: Literal["rename"] = "rename"
    place: Place
    name: str = Field(min_length=1, max_length=LONGEST_NAME)


class DeleteScene(Message):
    type: Literal["delete"] = "delete"
    place: Place


class Act(Message):
    """Does something that takes no value: `undo`, `redo`, `scene_1`, … as a controller does it."""

    type: Literal["act"] = "act"
    name: Name
    deck: DeckNumber = 0


class SceneName(Message):
    place: int
    name: str


class SceneList(Message):
    """All scenes, told whenever they changed or another one was moved to."""

    type: Literal["scenes"] = "scenes"
    scenes: list[SceneName]
    recalled: int | None = Field(description="the scene moved to last, while nothing was changed")
    morphing: bool = Field(description="whether faders are on their way there")


class Steps(Message):
    """How many steps there are to undo and redo."""

    type: Literal["steps"] = "steps"
    undo: int
    redo: int
