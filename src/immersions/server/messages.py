"""Every message between the page and the server, typed here and nowhere else.

The page's types (`web/src/messages.ts`) are generated from this module by
`python -m immersions.server.typescript`; a test fails when the two disagree.
Text messages are JSON, told apart by `type`. A loop is binary; see `LoopHeader`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from immersions.parameters import Curve
from immersions.stage.layouts import Going, Kind
from immersions.stage.performance import State
from immersions.stage.selection import Range

Worker = Literal["starting", "running", "stopped", "restarting"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Message(BaseModel):
    """Unknown fields and numbers that are not finite are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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


class LayerShape(Message):
    """A layer's size. Neurons are numbered layer by layer, then channel * pitches + pitch."""

    name: str
    channels: int
    pitches: int
    frames: int
    offset: int = Field(description="number of the layer's first neuron")
    hears: float | None = Field(description="seconds of sound that one answer depends on")


class Welcome(Message):
    """The first message on a connection."""

    type: Literal["welcome"] = "welcome"
    version: str
    run: str = Field(description="of this server process alone: another one is another server")
    parameters: list[ParameterDeclaration]
    clips: list[Clip]
    ears: list[EarName]
    state: State


class EarDescription(Message):
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


class StateChanged(Message):
    """The state of the performance, told to all pages whenever anything changed."""

    type: Literal["state"] = "state"
    state: State


class Clips(Message):
    """The list of start sounds, told to all pages when an upload changed it."""

    type: Literal["clips"] = "clips"
    clips: list[Clip]


class Status(Message):
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


class Synced(Message):
    """The answer to `Sync`: all that this page said before has been obeyed or refused."""

    type: Literal["synced"] = "synced"
    id: int
    state: State


class Refused(Message):
    """One line on why a message of this page's was not obeyed."""

    type: Literal["error"] = "error"
    message: str


class LoopLayer(Message):
    """Where a layer's activations lie: a block (neurons, frames), row-major, one byte a value."""

    name: str
    frames: int
    neurons: int
    at: int = Field(description="byte offset of the block within the activations")


class LoopHeader(Message):
    """The JSON header of a binary loop.

    A loop is: the header's length in bytes (4 bytes, little-endian), the header (UTF-8), zeros up
    to a multiple of 4 from the start of the message, the samples (float32, little-endian), the
    activations (one byte each). 0 is at or below a neuron's 0.1 quantile on music, 255 at or above
    its 0.999 quantile; for the layer `scalogram`, 0 to 255 is 0 to 4 in log power.
    """

    type: Literal["loop"] = "loop"
    id: int = Field(description="rises from loop to loop")
    generation: int = Field(description="of the state that the loop was dreamed with")
    kind: Literal["start", "dream"]
    sample_rate: int
    samples: int
    activation: float | None = Field(description="standardised, of this loop as it plays")
    step: int
    layers: list[LoopLayer] = Field(description="empty while the ear is still loading")


class LayoutHeader(Message):
    """The JSON header of what `layout_url` answers, framed like a loop.

    After the padding: positions, int16 little-endian, (snapshots, vertices, 2), each from -32767 to
    32767 (x to the right, y upwards). A vertex is a neuron, numbered as in `LayerShape`. Snapshot s
    of S stands at s/S of a loop; in between, vertices travel in straight lines, from the last one
    back to the first.
    """

    type: Literal["layout"] = "layout"
    hash: str
    snapshots: int
    vertices: int
    kind: Kind = Field(description="a grid may be stretched to fill a window")


class Uploaded(Message):
    """What `POST /api/clips` answers."""

    id: str
    title: str
    seconds: float
    warning: str
    """what had to be helped in the file, in one line, or empty"""


class SetParameters(Message):
    """Turns parameters; those not named stay."""

    type: Literal["set"] = "set"
    parameters: dict[Name, float] = Field(max_length=200)


class ChooseClip(Message):
    """Starts again from another sound."""

    type: Literal["clip"] = "clip"
    id: Name


class ChooseMix(Message):
    """Mixes another sound in, by the parameter `mix`; null for the clip itself."""

    type: Literal["mix"] = "mix"
    id: Name | None


class ChooseEar(Message):
    type: Literal["ear"] = "ear"
    id: Name


class ChooseTarget(Message):
    """Adds ranges to the target or replaces it. Replacing by none leaves nothing to bend to."""

    type: Literal["target"] = "target"
    ranges: list[Range] = Field(max_length=64)
    mode: Literal["add", "replace"] = "replace"


class Run(Message):
    """Dreams on, or rests on the present loop."""

    type: Literal["run"] = "run"
    running: bool


class Seed(Message):
    """Starts again from the clip with other random numbers."""

    type: Literal["seed"] = "seed"
    seed: int = Field(ge=0, le=2**31 - 1)


class Restart(Message):
    """Starts again from the clip."""

    type: Literal["restart"] = "restart"


class Pull(Message):
    """Asks for a loop newer than loop `id`, rendered with the newest state, now."""

    type: Literal["pull"] = "pull"
    id: int


class Sync(Message):
    """Asks for a word once all that was said before has been done."""

    type: Literal["sync"] = "sync"
    id: int


ServerMessage = Annotated[
    Welcome | EarDescription | StateChanged | Clips | Status | LayoutProgress | Synced | Refused,
    Field(discriminator="type"),
]
"""Text from the server to a page."""

ClientMessage = Annotated[
    SetParameters
    | ChooseClip
    | ChooseMix
    | ChooseEar
    | ChooseTarget
    | Run
    | Seed
    | Restart
    | Pull
    | Sync,
    Field(discriminator="type"),
]
"""Text from a page to the server."""

BinaryHeader = Annotated[LoopHeader | LayoutHeader, Field(discriminator="type")]
"""Headers of binary messages and answers."""

from_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
