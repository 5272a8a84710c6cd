"""The one list of everything that can be turned, whoever turns it: page, MIDI, OSC, a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

from immersions.dreaming import PARAMETERS
from immersions.parameters import Parameter, Parameters
from immersions.stage.desk import DESK
from immersions.stage.hand import HAND

Place = Literal["deck", "desk", "hand"]
PLACES: Mapping[Place, Parameters] = {"deck": PARAMETERS, "desk": DESK, "hand": HAND}
BOARD = Parameters(each for parameters in PLACES.values() for each in parameters)
"""Names are unique over all places."""

Value = TypeVar("Value")


def placed() -> Iterator[tuple[Place, Parameter]]:
    """All parameters with their places, in the order in which they are shown."""
    for place, parameters in PLACES.items():
        for each in parameters:
            yield place, each


def sorted_out(values: Mapping[str, Value]) -> dict[Place, dict[str, Value]]:
    """`values` by place. `ValueError`, one line, for a name that is not on the board."""
    found: dict[Place, dict[str, Value]] = {place: {} for place in PLACES}
    for name, value in values.items():
        BOARD[name]  # unknown: says which there are
        place = next(place for place, declared in PLACES.items() if name in declared)
        found[place][name] = value
    return found
