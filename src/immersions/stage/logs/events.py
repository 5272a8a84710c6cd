"""What a log tells, one event a line of JSON.

Events of one deck that concern its dream (`begin`, `state`, `mix`, `render`, `back`, `loop`) stand
in the order in which they were done, each with the number of steps that had been made before it.
Sounds are known by the SHA-256 of their samples (float32, little-endian).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FORMAT: Literal[1] = 1
"""Raised when an older reader could not understand what is written."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Deck = Annotated[int, Field(ge=0, le=63)]
Step = Annotated[int, Field(ge=0)]
Rate = Annotated[int, Field(ge=1000, le=768_000)]
Place = Annotated[str, Field(pattern=r"^((deck|start)_[0-9]{1,2}|sample_[0-9]{1,2})$")]
"""Of a page's mixer: a deck's dream, its start clip, a sample; the number counts from 0."""
PlaceBeside = Annotated[str, Field(pattern=r"^(start|sample)_[0-9]{1,2}$")]
"""A place whose sound keeps to that of a deck."""


class Event(BaseModel):
    """Fields that a newer version added are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time: float = Field(default=0.0, description="seconds since the log was begun")


class Opened(Event):
    """The first line."""

    event: Literal["performance"] = "performance"
    log: Literal[1] = FORMAT
    version: str
    started: str = Field(description="date and time, ISO 8601, UTC")
    machine: str = Field(default="", description="its processor and system")
    beside: bool = Field(default=False, description="whether `Beside` and `Silence` are told")


class Ear(Event):
    """A process has loaded the ear of a deck: what is begun from now on is dreamed with it."""

    event: Literal["ear"] = "ear"
    deck: Deck = 0
    ear: str
    source: str = Field(description="what it was loaded from: a name, a folder, module:callable")
    hash: str
    sample_rate: Rate
    threads: int = Field(default=1, ge=1)
    torch: str = ""


class Sound(Event):
    """Samples that the log speaks of: a bundled clip, silence or noise, or a file beside the log.

    `samples` is their number when `file` is None, to which the clip is cut or repeated.
    """

    event: Literal["sound"] = "sound"
    sha256: Digest
    sample_rate: Rate
    samples: int = Field(ge=1)
    clip: str | None = None
    seed: int = 0
    file: str | None = Field(default=None, pattern=r"^sounds/[0-9a-f]{64}\.wav$")


class Begin(Event):
    """A dream begins: at `clip`, or going on from `last` after an interruption."""

    event: Literal["begin"] = "begin"
    deck: Deck = 0
    step: Step = 0
    state: dict[str, Any]
    clip: Digest
    mix: Digest | None = Field(default=None, description="None for the clip itself")
    last: Digest | None = None


class StateChange(Event):
    """From the next step on these parts of the state are others."""

    event: Literal["state"] = "state"
    deck: Deck = 0
    step: Step
    change: dict[str, Any]


class MixChange(Event):
    """As `StateChange`; and from now on another sound is mixed in."""

    event: Literal["mix"] = "mix"
    deck: Deck = 0
    step: Step
    change: dict[str, Any]
    mix: Digest | None


class Render(Event):
    """A loop was made: where the dream falls back to from now on."""

    event: Literal["render"] = "render"
    deck: Deck = 0
    step: Step


class Back(Event):
    """Something failed, and the dream went back to the last loop that was made."""

    event: Literal["back"] = "back"
    deck: Deck = 0
    step: Step


class LoopMade(Event):
    """A loop was ready to be heard. `start` is the clip as it is, `dream` the latest `Render`.

    `digest` is None where nobody has dreamed it yet. `probe` is 64 of its samples, evenly spread
    (float32 as base64): how far another machine's loop is from it.
    """

    event: Literal["loop"] = "loop"
    deck: Deck = 0
    id: int
    kind: Literal["start", "dream"]
    step: Step
    digest: Digest | None = None
    probe: str = ""
    kept: bool = Field(default=False, description="whether its samples are a sound of the log")


class Sounds(Event):
    """A page let a loop follow: from `frame` of the page's audio clock on it sounds alone.

    The crossfade of `fade` frames ends there. The first of a page fades in from there instead. It
    is the loop's first sample that lies there, or the one numbered `into` where the loop was put on
    the place of a song.
    """

    event: Literal["sounds"] = "sounds"
    page: int
    deck: Deck = 0
    loop: int
    frame: int
    fade: int = Field(ge=0)
    into: int = Field(default=0, ge=0)
    rate: Rate = Field(description="of the page's audio clock")


class Beside(Event):
    """A page let a sound beside the dreams follow another, or join: from `frame` on it is alone.

    The crossfade of `fade` frames ends there; one that joined fades in from there instead. Its
    sample numbered `into` lies there. A start clip is a loop of its deck's; a sample is a sound of
    the log, fitted to loops of `length` frames.
    """

    event: Literal["beside"] = "beside"
    page: int
    place: PlaceBeside
    frame: int
    fade: int = Field(ge=0)
    into: int = Field(ge=0)
    rate: Rate
    loop: int | None = None
    sound: Digest | None = None
    length: int | None = Field(default=None, ge=1)


class Silence(Event):
    """From `frame` on, what a place of a page's mixer plays fades away."""

    event: Literal["silence"] = "silence"
    page: int
    place: Place
    frame: int
    rate: Rate


class Gains(Event):
    """From `frame` of a page's audio clock on these gains of its mixer go elsewhere.

    Amplitudes: `deck_N` of a deck, `start_N` of its start clip beside it, `sample_N` of a sample,
    `master` of all; `instead` is 1 while the start clips are heard instead of the dreams.
    """

    event: Literal["gains"] = "gains"
    page: int
    frame: int
    rate: Rate
    gains: dict[str, Annotated[float, Field(ge=0, le=100)]]


class Recording(Event):
    """A page began to record its master into a file beside the log."""

    event: Literal["record"] = "record"
    page: int
    id: str
    frame: int
    rate: Rate


class Recorded(Event):
    """The recording ended after so many frames."""

    event: Literal["recorded"] = "recorded"
    id: str
    frames: int


class Gap(Event):
    """Frames of a recording never came; silence stands for them."""

    event: Literal["gap"] = "gap"
    id: str
    at: int = Field(description="frames into the recording")
    frames: int


OfPage = Sounds | Beside | Silence | Gains
DreamEvent = Begin | StateChange | MixChange | Render | Back | LoopMade
AnyEvent = Annotated[
    Opened
    | Ear
    | Sound
    | Begin
    | StateChange
    | MixChange
    | Render
    | Back
    | LoopMade
    | Sounds
    | Beside
    | Silence
    | Gains
    | Recording
    | Recorded
    | Gap,
    Field(discriminator="event"),
]
of_line: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed from one state to the next; of the parameters only those that did."""
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    if "parameters" in changed and isinstance(before.get("parameters"), dict):
        was = before["parameters"]
        turned = {name: x for name, x in after["parameters"].items() if was.get(name) != x}
        if set(was) <= set(after["parameters"]):
            changed["parameters"] = turned
    return changed


def changed(state: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A state with a `difference` made."""
    parameters = {**state.get("parameters", {}), **change.get("parameters", {})}
    return {**state, **change, "parameters": parameters}
