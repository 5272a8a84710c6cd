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
    ChooseSample,
    ChooseTarget,
    CloseDeck,
    Mixed,
    OpenDeck,
    Pull,
    Restart,
    Run,
    Seed,
    SetParameters,
    Solo,
    Sounded,
    StartFrom,
    StartRecording,
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
    RecordingMade,
    Recordings,
    RecordingStarted,
    Refused,
    Samples,
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
    "ChooseSample",
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
    "Mixed",
    "OfDeck",
    "OpenDeck",
    "ParameterDeclaration",
    "Pull",
    "RecordingMade",
    "RecordingStarted",
    "Recordings",
    "Refused",
    "Restart",
    "Run",
    "Samples",
    "Seed",
    "ServerMessage",
    "SetParameters",
    "Solo",
    "Sounded",
    "StartFrom",
    "StartRecording",
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
    | Recordings
    | Refused
    | Samples
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
    | ChooseSample
    | ChooseTarget
    | CloseDeck
    | Mixed
    | OpenDeck
    | Pull
    | Restart
    | Run
    | Seed
    | Solo
    | Sounded
    | StartFrom,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
