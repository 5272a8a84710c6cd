"""What a page asks of the server, as text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from immersions.server.messages.shared import DeckNumber, Message, Name, OfDeck
from immersions.stage.selection import Range


class SetParameters(OfDeck):
    """Turns parameters of a deck, of the desk or of the hand; those not named stay."""

    type: Literal["set"] = "set"
    parameters: dict[Name, float] = Field(max_length=200)


class ChooseClip(OfDeck):
    """Starts again from another sound."""

    type: Literal["clip"] = "clip"
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


class Pull(OfDeck):
    """Asks for a loop newer than loop `id`, rendered with the newest state, now."""

    type: Literal["pull"] = "pull"
    id: int


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
