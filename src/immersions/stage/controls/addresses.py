"""The addresses of all controls in OSC, and their table for the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from immersions.parameters import Parameter
from immersions.stage.controls.control import LETTERS, Place, Surface
from immersions.stage.controls.packets import Argument, OscMessage

ROOT = "/immersions"
IN_UNIT = "value"
BEGIN = "<!-- addresses: written by python -m immersions.server.addresses -->"
END = "<!-- end of addresses -->"


@dataclass(frozen=True)
class Asked:
    """What an address is about. `scale` says how its number is meant."""

    place: Place
    scale: Literal["position", "unit"] = "position"


def of(place: Place, scale: Literal["position", "unit"] = "position") -> str:
    """The address of a control."""
    deck = "" if place.deck is None else f"/deck/{LETTERS[place.deck]}"
    return f"{ROOT}{deck}/{place.name}" + (f"/{IN_UNIT}" if scale == "unit" else "")


def find(address: str, surface: Surface) -> Asked:
    """What an address is about; `ValueError` in one line for one that is not ours."""
    parts = address.split("/")[1:]
    deck = None
    if not parts or parts[0] != ROOT[1:]:
        raise ValueError(f"OSC: {address[:80]!r}: expected an address below {ROOT}")
    rest = parts[1:]
    if len(rest) > 2 and rest[0] == "deck":
        if rest[1] not in LETTERS or len(rest[1]) != 1:
            raise ValueError(f"OSC: {address[:80]!r}: expected a deck from a to {LETTERS[-1]}")
        deck, rest = LETTERS.index(rest[1]), rest[2:]
    unit = len(rest) == 2 and rest[1] == IN_UNIT
    if len(rest) != 1 + unit or rest[0] not in surface:
        raise ValueError(f"OSC: {address[:80]!r}: no control has this address")
    if deck is not None and not surface.of_decks(rest[0]):
        raise ValueError(f"OSC: {address[:80]!r}: {rest[0]} is of the whole performance")
    if unit and surface.parameter(rest[0]) is None:
        raise ValueError(f"OSC: {address[:80]!r}: {rest[0]} is an action and has no value")
    return Asked(Place(rest[0], deck), "unit" if unit else "position")


def value_of(asked: Asked, parameter: Parameter, arguments: tuple[Argument, ...]) -> float:
    """The value that a message sets, in the parameter's unit; `ValueError` in one line."""
    told = arguments[0]
    if not isinstance(told, (int, float)):
        raise ValueError(f"OSC: {of(asked.place)}: expected a number")
    if asked.scale == "unit":
        return parameter.check(told)
    if not 0 <= told <= 1:
        raise ValueError(f"OSC: {of(asked.place)}: expected 0 to 1, got {told:g}")
    return parameter.at(float(told))


def told(place: Place, value: float, parameter: Parameter) -> list[OscMessage]:
    """The messages that tell a control's value."""
    return [
        OscMessage(of(place), (parameter.position(value),)),
        OscMessage(of(place, "unit"), (float(value),)),
    ]


def table(surface: Surface) -> str:
    """All addresses as a Markdown table."""
    lines = ["| address | range in its unit | what |", "|---|---|---|"]
    for parameter in surface.parameters:
        unit = f" {parameter.unit}" if parameter.unit else ""
        span = f"{parameter.minimum:g} to {parameter.maximum:g}{unit}"
        if parameter.curve == "switch":
            span = "0 or 1"
        elif parameter.curve == "integer":
            span += ", whole"
        what = _text(parameter.description or parameter.label)
        lines.append(
            f"| `{of(Place(parameter.name))}`{_decks(surface, parameter.name)} | {span} | {what} |"
        )
    for action in surface.actions:
        what = _text(action.description)
        lines.append(
            f"| `{of(Place(action.name))}`{_decks(surface, action.name)} | action | {what} |"
        )
    return "\n".join(lines) + "\n"


def _decks(surface: Surface, name: str) -> str:
    return " ◆" if surface.of_decks(name) else ""


def _text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def documented(surface: Surface, text: str) -> str:
    """A documentation page with the table between its marks written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(surface)}\n{END}{after}"
