"""What all messages share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_DECKS = 4

Name = Annotated[str, Field(min_length=1, max_length=200)]
DeckNumber = Annotated[int, Field(ge=0, lt=MOST_DECKS)]


class Message(BaseModel):
    """Unknown fields and numbers that are not finite are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OfDeck(Message):
    """A message that concerns one deck."""

    deck: DeckNumber = 0
