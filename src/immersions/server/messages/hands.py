"""Messages about controllers: MIDI that a page passes on, and which controller does what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from immersions.server.messages.shared import DeckNumber, Message, Name

MOST_BYTES = 4096
Byte = Annotated[int, Field(ge=0, le=255)]


class OfHands(Message):
    """A message from a page that concerns controllers."""


class PagePorts(OfHands):
    """The MIDI ports that the page's browser has and may use; all of them, whenever one changes."""

    type: Literal["midi_ports"] = "midi_ports"
    ports: list[Name] = Field(max_length=64)


class MidiReceived(OfHands):
    """What a port of the page's sent, of a few milliseconds; the newest at `at`."""

    type: Literal["midi"] = "midi"
    port: Name
    bytes: list[Byte] = Field(max_length=MOST_BYTES)
    at: float = Field(description="milliseconds of the page's clock")


class Focus(OfHands):
    """The deck that this page shows and plays by hand, where a controller does not say which."""

    type: Literal["focus"] = "focus"
    deck: DeckNumber


class FocusChanged(Message):
    """A controller of this page's, or one that goes with it, has taken another deck in hand."""

    type: Literal["focus"] = "focus"
    deck: int


class Learn(OfHands):
    """Maps the next controller that moves to a control; null gives it up."""

    type: Literal["learn"] = "learn"
    control: Name | None
    deck: DeckNumber | None = Field(None, description="null for the deck in focus")


class ChooseMapping(OfHands):
    """Has a port obey another mapping; null for none."""

    type: Literal["choose_mapping"] = "choose_mapping"
    port: Name = Field(description="id of a port")
    mapping: Name | None


class ForgetControl(OfHands):
    """Takes what moves a control out of a port's mapping."""

    type: Literal["forget_control"] = "forget_control"
    port: Name
    control: Name
    deck: DeckNumber | None = None


class SaveMapping(OfHands):
    """Keeps a port's mapping under a name."""

    type: Literal["save_mapping"] = "save_mapping"
    port: Name
    name: Name


class DeleteMapping(OfHands):
    """Deletes one of the performer's own mappings."""

    type: Literal["delete_mapping"] = "delete_mapping"
    mapping: Name


class ControlName(Message):
    """Something that a controller can do."""

    name: str
    label: str
    description: str
    group: str
    per_deck: bool
    action: bool = Field(description="done at once, rather than turned")


class Controls(Message):
    """Everything that a controller can do."""

    type: Literal["controls"] = "controls"
    controls: list[ControlName]


class MappedControl(Message):
    """A control that a port's mapping knows."""

    control: str
    deck: int | None
    by: str = Field(description="what moves it, such as CC 81")


class ControllerPort(Message):
    id: str
    name: str
    place: Literal["page", "machine"]
    mapping: str | None = Field(description="id of its mapping")
    mapped: list[MappedControl]


class MappingName(Message):
    id: str
    name: str
    about: str
    bundled: bool


class Learning(Message):
    control: str
    deck: int | None


class Controllers(Message):
    """All ports, all mappings, and what waits to be learned."""

    type: Literal["controllers"] = "controllers"
    ports: list[ControllerPort]
    mappings: list[MappingName]
    learning: Learning | None


class MidiToSend(Message):
    """A MIDI message for a port of this page's, so that its faders and lamps follow."""

    type: Literal["midi"] = "midi"
    port: str
    bytes: list[int]
