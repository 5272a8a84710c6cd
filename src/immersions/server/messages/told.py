"""What the server tells a page, as text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from immersions.parameters import Curve
from immersions.server.messages.shared import Message, OfDeck
from immersions.stage.board import Place
from immersions.stage.layouts import Going
from immersions.stage.performance import State

Worker = Literal["starting", "running", "stopped", "restarting"]


class Clip(Message):
    """A start sound. `silence` and `noise` have neither tempo nor bars."""

    id: str
    title: str
    seconds: float
    bpm: float | None = None
    bars: int | None = None
    kind: str = ""


class EarName(Message):
    id: str
    title: str


class ParameterDeclaration(Message):
    """`immersions.parameters.Parameter`, from which the page builds a control."""

    name: str
    unit: str
    minimum: float
    maximum: float
    default: float
    curve: Curve
    label: str
    description: str
    group: str
    place: Place = Field(description="a deck's dreaming, the whole desk, or the hand on a target")


class LayerShape(Message):
    """A layer's size. Neurons are numbered layer by layer, then channel * pitches + pitch."""

    name: str
    channels: int
    pitches: int
    frames: int
    offset: int = Field(description="number of the layer's first neuron")
    hears: float | None = Field(description="seconds of sound that one answer depends on")


class DeckState(OfDeck):
    state: State


class Welcome(Message):
    """The first message on a connection."""

    type: Literal["welcome"] = "welcome"
    version: str
    parameters: list[ParameterDeclaration]
    clips: list[Clip]
    ears: list[EarName]
    decks: list[DeckState]
    desk: dict[str, float]
    samples: list[str | None] = Field(description="ids of the sounds beside the dreams, by place")
    performance: str = Field(default="", description="whose loops these are: its name")


class EarDescription(OfDeck):
    """The ear that listens now, sent when it is loaded."""

    type: Literal["ear"] = "ear"
    id: str
    sample_rate: int
    loop_seconds: float
    layers: list[LayerShape]
    neurons: int
    hash: str
    layout_url: str = Field(description="positions of all neurons; see LayoutHeader")
    bin_frequencies: list[float] = Field(description="centre of each scalogram bin in Hz")
    credits: str


class StateChanged(OfDeck):
    """The state of a deck, told to all pages whenever anything changed."""

    type: Literal["state"] = "state"
    state: State


class DeskChanged(Message):
    """What is set for all decks together, told whenever anything of it changed."""

    type: Literal["desk"] = "desk"
    values: dict[str, float]


class Samples(Message):
    """The sounds beside the dreams, by their places in the mixer, told whenever one changed."""

    type: Literal["samples"] = "samples"
    ids: list[str | None]


class Decks(Message):
    """Which decks there are, told whenever one was opened or closed."""

    type: Literal["decks"] = "decks"
    decks: list[int]


class Clips(Message):
    """The list of start sounds, told to all pages when an upload changed it."""

    type: Literal["clips"] = "clips"
    clips: list[Clip]


class Status(OfDeck):
    """How the dreaming goes, at most four times a second."""

    type: Literal["status"] = "status"
    worker: Worker
    steps_per_second: float
    steps: int
    loops: int
    activation: float | None = Field(description="standardised, of the latest step")
    history: list[tuple[int, float]] = Field(description="the last 200 (step, activation)")
    message: str = Field(description="one line for the performer, or empty")


class LayoutProgress(Message):
    """How the layout of an ear comes along that had none; until it is ready, there is a grid."""

    type: Literal["layout"] = "layout"
    hash: str = Field(description="of the ear")
    going: Going = Field(description="when ready, layout_url answers with it")
    share: float = Field(description="0 to 1, of the computing")
    message: str = Field(description="why it failed, in one line, or empty")


class StillHere(Message):
    """The answer to `StillThere`."""

    type: Literal["still_here"] = "still_here"
    asked: float = Field(description="what `StillThere` brought")
    now: float = Field(description="seconds of the server's steady clock")


class SongPlace(Message):
    """At `at` the song stands at `quarters`, from where it goes on at `bpm`."""

    at: float = Field(description="seconds of the server's steady clock, see `StillHere`")
    quarters: float
    bpm: float


class PlaceChanged(Message):
    """Where in the song a clock or a session is that is followed; null where nobody knows."""

    type: Literal["place"] = "place"
    song: SongPlace | None


class Refused(Message):
    """One line on why a message of this page's was not obeyed."""

    type: Literal["error"] = "error"
    message: str


class Uploaded(Message):
    """What `POST /api/clips` answers."""

    id: str
    title: str
    seconds: float
    warning: str
    """what had to be helped in the file, in one line, or empty"""


class Edges(Message):
    """What `GET /api/edges/{hash}/{neuron}` answers: its strongest edges, the strongest first."""

    neuron: int
    neurons: list[int] = Field(description="at the other ends, numbered as in LayerShape")
    weights: list[float] = Field(description="absolute, in mean weights of the two layers' edges")
    bins: tuple[int, int] | None = Field(
        description="the lowest and the highest scalogram bin that it hears"
    )


class RecordingStarted(Message):
    """What `POST /api/recordings` answers."""

    id: str


class RecordingMade(Message):
    """A recording of the master, to be fetched at `/api/recordings/ID/audio`."""

    id: str
    performance: str = Field(description="the name of its folder, and of its log's")
    seconds: float
    size: int = Field(description="in bytes")
    going: bool = Field(description="whether it is still being made")


class Recordings(Message):
    """What has been recorded on this machine, the newest first, whenever that has changed."""

    type: Literal["recordings"] = "recordings"
    recordings: list[RecordingMade]
