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
    Sounded,
    StartFrom,
    StartRecording,
)
from immersions.server.messages.hands import (
    ChooseMapping,
    ControllerPort,
    Controllers,
    ControlName,
    Controls,
    DeleteMapping,
    Focus,
    FocusChanged,
    ForgetControl,
    Learn,
    Learning,
    MappedControl,
    MappingName,
    MidiReceived,
    MidiToSend,
    OfHands,
    PagePorts,
    SaveMapping,
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
    "ChooseMapping",
    "ChooseMix",
    "ChooseSample",
    "ChooseTarget",
    "ClientMessage",
    "Clip",
    "Clips",
    "CloseDeck",
    "ControlName",
    "ControllerPort",
    "Controllers",
    "Controls",
    "DeckState",
    "Decks",
    "DeleteMapping",
    "DeskChanged",
    "EarDescription",
    "EarName",
    "Focus",
    "FocusChanged",
    "ForgetControl",
    "LayerShape",
    "LayoutHeader",
    "LayoutProgress",
    "Learn",
    "Learning",
    "LoopHeader",
    "LoopLayer",
    "MappedControl",
    "MappingName",
    "Message",
    "MidiReceived",
    "MidiToSend",
    "Mixed",
    "OfDeck",
    "OfHands",
    "OpenDeck",
    "PagePorts",
    "ParameterDeclaration",
    "Pull",
    "RecordingMade",
    "RecordingStarted",
    "Recordings",
    "Refused",
    "Restart",
    "Run",
    "Samples",
    "SaveMapping",
    "Seed",
    "ServerMessage",
    "SetParameters",
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
    | Controllers
    | Controls
    | MidiToSend
    | FocusChanged
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
    | ChooseMapping
    | DeleteMapping
    | Focus
    | ForgetControl
    | Learn
    | MidiReceived
    | PagePorts
    | SaveMapping
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
    | Sounded
    | StartFrom,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
