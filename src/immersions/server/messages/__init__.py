"""Every message between the page and the server, typed here and nowhere else.

The page's types (`web/src/messages.ts`) are generated from this package by
`python -m immersions.server.typescript`; a test fails when the two disagree.
Text messages are JSON, told apart by `type`. A loop is binary; see `LoopHeader`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from immersions.server.messages.asked import (
    ChooseClip,
    ChooseEar,
    ChooseMix,
    ChooseTarget,
    CloseDeck,
    OpenDeck,
    Pull,
    Restart,
    Run,
    Seed,
    SetParameters,
    StartFrom,
)
from immersions.server.messages.headers import LayoutHeader, LoopHeader, LoopLayer
from immersions.server.messages.scenes import (
    Act,
    DeleteScene,
    RecallScene,
    RenameScene,
    SceneList,
    SceneName,
    Steps,
    StoreScene,
)
from immersions.server.messages.shared import MOST_DECKS, Message, OfDeck
from immersions.server.messages.told import (
    Clip,
    Clips,
    Decks,
    DeckState,
    DeskChanged,
    EarDescription,
    EarName,
    LayerShape,
    LayoutProgress,
    ParameterDeclaration,
    Refused,
    StateChanged,
    Status,
    Uploaded,
    Welcome,
)

__all__ = [
    "MOST_DECKS",
    "Act",
    "BinaryHeader",
    "ChooseClip",
    "ChooseEar",
    "ChooseMix",
    "ChooseTarget",
    "ClientMessage",
    "Clip",
    "Clips",
    "CloseDeck",
    "DeckState",
    "Decks",
    "DeleteScene",
    "DeskChanged",
    "EarDescription",
    "EarName",
    "LayerShape",
    "LayoutHeader",
    "LayoutProgress",
    "LoopHeader",
    "LoopLayer",
    "Message",
    "OfDeck",
    "OfScenes",
    "OpenDeck",
    "ParameterDeclaration",
    "Pull",
    "RecallScene",
    "Refused",
    "RenameScene",
    "Restart",
    "Run",
    "SceneList",
    "SceneName",
    "Seed",
    "ServerMessage",
    "SetParameters",
    "StartFrom",
    "StateChanged",
    "Status",
    "Steps",
    "StoreScene",
    "Uploaded",
    "Welcome",
    "from_client",
]

ServerMessage = Annotated[
    Welcome
    | Clips
    | Decks
    | DeskChanged
    | EarDescription
    | LayoutProgress
    | Refused
    | SceneList
    | StateChanged
    | Status
    | Steps,
    Field(discriminator="type"),
]
"""Text from the server to a page."""

OfScenes = StoreScene | RecallScene | RenameScene | DeleteScene
"""What concerns scenes alone."""

ClientMessage = Annotated[
    SetParameters
    | Act
    | ChooseClip
    | ChooseEar
    | ChooseMix
    | ChooseTarget
    | CloseDeck
    | DeleteScene
    | OpenDeck
    | Pull
    | RecallScene
    | RenameScene
    | Restart
    | Run
    | Seed
    | StartFrom
    | StoreScene,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
