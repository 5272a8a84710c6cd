"""What a page asks of the server, as text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from immersions.server.messages.shared import DeckNumber, Message, Name, OfDeck
from immersions.stage.logs.events import Digest, Place, PlaceBeside
from immersions.stage.selection import Range
from immersions.stage.strips import SAMPLES


class SetParameters(OfDeck):
    """Turns parameters of a deck, of the desk or of the hand; those not named stay."""

    type: Literal["set"] = "set"
    parameters: dict[Name, float] = Field(max_length=200)


class ChooseClip(OfDeck):
    """Starts again from another sound."""

    type: Literal["clip"] = "clip"
    id: Name


class RemoveClip(Message):
    """Forgets a sound that was uploaded, mixed or dreamed, where nothing uses it."""

    type: Literal["remove_clip"] = "remove_clip"
    id: Name


class ChooseMix(OfDeck):
    """Mixes another sound in, by the parameter `mix`; null for the clip itself."""

    type: Literal["mix"] = "mix"
    id: Name | None


class ChooseEar(OfDeck):
    type: Literal["ear"] = "ear"
    id: Name


class ChooseTarget(OfDeck):
    """Adds ranges to the target or replaces it. Replacing by none leaves nothing to bend to."""

    type: Literal["target"] = "target"
    ranges: list[Range] = Field(max_length=64)
    mode: Literal["add", "replace"] = "replace"


class Run(OfDeck):
    """Dreams on, or rests on the present loop."""

    type: Literal["run"] = "run"
    running: bool


class Seed(OfDeck):
    """Starts again from the clip with other random numbers."""

    type: Literal["seed"] = "seed"
    seed: int = Field(ge=0, le=2**31 - 1)


class Restart(OfDeck):
    """Starts again from the clip."""

    type: Literal["restart"] = "restart"


class StillThere(Message):
    """Asks for a word, so that a page learns of a connection that was cut without a sign.

    And of the server's time, by how long the answer takes.
    """

    type: Literal["still_there"] = "still_there"
    at: float = Field(default=0, description="any number, which comes back")


class Pull(OfDeck):
    """Asks for a loop newer than loop `id`, rendered with the newest state, now."""

    type: Literal["pull"] = "pull"
    id: int


ClockKind = Literal["clock", "start", "continue", "stop", "position"]


class Tap(Message):
    """A tap of the tempo; from the second one on all loops are in it."""

    type: Literal["tap"] = "tap"
    at: float = Field(description="seconds of any steady clock")


class ClockEvent(Message):
    """A message of a MIDI clock, and when it came."""

    kind: ClockKind
    at: float = Field(description="seconds of the page's steady clock")
    sixteenths: int = Field(default=0, ge=0, lt=2**14, description="of a song position")


class Clock(Message):
    """What has come of a MIDI clock that is to be followed."""

    type: Literal["clock"] = "clock"
    port: Name = Field(description="whose clock it is: of two that come at once, one counts")
    ahead: float | None = Field(
        description="by how many seconds the server's clock is ahead of that one, where known"
    )
    events: list[ClockEvent] = Field(max_length=256)


class OpenDeck(Message):
    """Opens another deck, with an ear of its own; it begins with the first deck's clip."""

    type: Literal["open"] = "open"
    ear: Name


class CloseDeck(OfDeck):
    """Closes a deck; the first one stays."""

    type: Literal["close"] = "close"


class StartFrom(OfDeck):
    """Starts again from what another deck, or this one, dreamed last; it is kept as a clip."""

    type: Literal["start_from"] = "start_from"
    source: DeckNumber


class Solo(OfDeck):
    """While a range is held, the deck dreams of it alone, out of silence; null lets go of it.

    Then it goes on as before, and so it does when the page that held it leaves.
    """

    type: Literal["solo"] = "solo"
    range: Range | None


class Sounded(OfDeck):
    """A loop follows, or followed, on this page: from `frame` of its clock on it sounds alone.

    Logged, so that the performance can be played again.
    """

    type: Literal["sounded"] = "sounded"
    page: int = Field(ge=0, lt=2**53, description="any number of this page's own")
    id: int = Field(description="of the loop")
    frame: int = Field(ge=0, lt=2**53)
    fade: int = Field(ge=0, le=10_000_000, description="frames of the crossfade that ends there")
    into: int = Field(default=0, ge=0, le=10_000_000, description="which of its samples lies there")
    rate: int = Field(ge=1000, le=768_000)


class Mixed(Message):
    """From `frame` on, gains of this page's mixer go elsewhere. Logged as `Sounded` is."""

    type: Literal["mixed"] = "mixed"
    page: int = Field(ge=0, lt=2**53)
    frame: int = Field(ge=0, lt=2**53)
    rate: int = Field(ge=1000, le=768_000)
    gains: dict[Name, Annotated[float, Field(ge=0, le=100)]] = Field(max_length=64)


class Beside(Message):
    """A sound beside the dreams follows another or joins on this page. Logged as `Sounded` is."""

    type: Literal["beside"] = "beside"
    page: int = Field(ge=0, lt=2**53)
    place: PlaceBeside
    frame: int = Field(ge=0, lt=2**53)
    fade: int = Field(
        ge=0,
        le=10_000_000,
        description="frames of the crossfade that ends there; 0 where it fades in from there",
    )
    into: int = Field(ge=0, lt=2**31, description="which of its samples lies there")
    rate: int = Field(ge=1000, le=768_000)
    id: int | None = Field(None, description="of the loop that a start clip is")
    sound: Digest | None = Field(None, description="a sample's, as the ETag of its answer has it")
    length: int | None = Field(
        None, ge=1, lt=2**31, description="of the loops that a sample was fitted to, in frames"
    )


class Silenced(Message):
    """From `frame` on, what a place of this page's mixer plays fades away. Logged too."""

    type: Literal["silenced"] = "silenced"
    page: int = Field(ge=0, lt=2**53)
    place: Place
    frame: int = Field(ge=0, lt=2**53)
    rate: int = Field(ge=1000, le=768_000)


class StartRecording(Message):
    """What `POST /api/recordings` is told; the frames follow at `/api/recordings/ID/blocks`."""

    page: int = Field(ge=0, lt=2**53)
    frame: int = Field(ge=0, lt=2**53, description="of the page's clock: the first one recorded")
    rate: int = Field(ge=8000, le=192_000)
    channels: int = Field(ge=1, le=2)
    since: float = Field(default=0.0, ge=0, le=600, description="seconds since that frame")


class ChooseSample(Message):
    """Puts a sound beside the dreams, into a place of the mixer; null takes it away."""

    type: Literal["sample"] = "sample"
    slot: int = Field(ge=0, lt=SAMPLES)
    id: Name | None
