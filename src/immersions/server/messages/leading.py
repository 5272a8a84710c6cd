"""What the page that sounds tells the windows that only show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from immersions.server.messages.shared import Name, OfDeck

Number = Annotated[float, Field(ge=-1e6, le=1e6)]


class Lead(OfDeck):
    """What is heard, and seen, at a moment; passed on to all pages as it is."""

    type: Literal["lead"] = "lead"
    page: Name = Field(description="made up by the page that sounds")
    loop: int = Field(description="id of the deck's loop")
    phase: float = Field(ge=0, le=1, description="where in the loop, 0 to 1")
    at: float = Field(description="when, in milliseconds of that page's wall clock")
    seconds: float = Field(gt=0, le=600, description="the loop's length")
    sounding: bool = Field(description="whether the phase goes on by itself")
    region: tuple[Number, Number, Number, Number] = Field(
        description="what is seen of the layout: its centre (x, y), width and height"
    )
    stretch: float = Field(gt=0, le=100, description="width of a unit over its height, on screen")
    by_activation: bool = Field(description="colours by activation, else by layer")
    bright: bool = Field(description="drawn for a light room")
