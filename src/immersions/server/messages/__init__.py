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
    Solo,
    StartFrom,
)
from immersions.server.messages.headers import LayoutHeader, LoopHeader, LoopLayer
from immersions.server.messages.shared import MOST_DECKS, Message, OfDeck
from immersions.server.messages.told import (
    Clip,
    Clips,
    Decks,
    DeckState,
    DeskChanged,
    EarDescription,
    EarName,
    Edges,
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
    "DeskChanged",
    "EarDescription",
    "EarName",
    "Edges",
    "LayerShape",
    "LayoutHeader",
    "LayoutProgress",
    "LoopHeader",
    "LoopLayer",
    "Message",
    "OfDeck",
    "OpenDeck",
    "ParameterDeclaration",
    "Pull",
    "Refused",
    "Restart",
    "Run",
    "Seed",
    "ServerMessage",
    "SetParameters",
    "Solo",
    "StartFrom",
    "StateChanged",
    "Status",
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
    | StateChanged
    | Status,
    Field(discriminator="type"),
]
"""Text from the server to a page."""

ClientMessage = Annotated[
    SetParameters
    | ChooseClip
    | ChooseEar
    | ChooseMix
    | ChooseTarget
    | CloseDeck
    | OpenDeck
    | Pull
    | Restart
    | Run
    | Seed
    | Solo
    | StartFrom,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
