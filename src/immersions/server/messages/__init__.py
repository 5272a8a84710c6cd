"""Every message between the page and the server, typed here and nowhere else.

The page's types (`web/src/messages.ts`) are generated from this package by
`python -m immersions.server.typescript`; a test fails when the two disagree.
Text messages are JSON, told apart by `type`. A loop is binary; see `LoopHeader`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from immersions.server.messages.asked import (
    Beside,
    ChooseClip,
    ChooseEar,
    ChooseMix,
    ChooseSample,
    ChooseTarget,
    Clock,
    ClockEvent,
    ClockKind,
    CloseDeck,
    Mixed,
    OpenDeck,
    Pull,
    RemoveClip,
    Restart,
    Run,
    Seed,
    SetParameters,
    Silenced,
    Solo,
    Sounded,
    StartFrom,
    StartRecording,
    StillThere,
    Tap,
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
from immersions.server.messages.leading import Lead
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
    Edges,
    LayerShape,
    LayoutProgress,
    ParameterDeclaration,
    PlaceChanged,
    RecordingMade,
    Recordings,
    RecordingStarted,
    Refused,
    Samples,
    SongPlace,
    StateChanged,
    Status,
    StillHere,
    Take,
    Uploaded,
    Welcome,
)

__all__ = [
    "MOST_DECKS",
    "Act",
    "Beside",
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
    "Clock",
    "ClockEvent",
    "ClockKind",
    "CloseDeck",
    "ControlName",
    "ControllerPort",
    "Controllers",
    "Controls",
    "DeckState",
    "Decks",
    "DeleteMapping",
    "DeleteScene",
    "DeskChanged",
    "EarDescription",
    "EarName",
    "Edges",
    "Focus",
    "FocusChanged",
    "ForgetControl",
    "LayerShape",
    "LayoutHeader",
    "LayoutProgress",
    "Lead",
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
    "OfScenes",
    "OpenDeck",
    "PagePorts",
    "ParameterDeclaration",
    "PlaceChanged",
    "Pull",
    "RecallScene",
    "RecordingMade",
    "RecordingStarted",
    "Recordings",
    "Refused",
    "RemoveClip",
    "RenameScene",
    "Restart",
    "Run",
    "Samples",
    "SaveMapping",
    "SceneList",
    "SceneName",
    "Seed",
    "ServerMessage",
    "SetParameters",
    "Silenced",
    "Solo",
    "SongPlace",
    "Sounded",
    "StartFrom",
    "StartRecording",
    "StateChanged",
    "Status",
    "Steps",
    "StillHere",
    "StillThere",
    "StoreScene",
    "Take",
    "Tap",
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
    | Lead
    | PlaceChanged
    | Recordings
    | Refused
    | SceneList
    | Samples
    | StateChanged
    | StillHere
    | Status
    | Steps
    | Take,
    Field(discriminator="type"),
]
"""Text from the server to a page."""

OfScenes = StoreScene | RecallScene | RenameScene | DeleteScene
"""What concerns scenes alone."""

ClientMessage = Annotated[
    SetParameters
    | Act
    | Beside
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
    | Clock
    | CloseDeck
    | Mixed
    | DeleteScene
    | Lead
    | OpenDeck
    | Pull
    | RecallScene
    | RemoveClip
    | RenameScene
    | Restart
    | Run
    | Seed
    | Silenced
    | Solo
    | Sounded
    | StartFrom
    | StillThere
    | StoreScene
    | Tap,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
