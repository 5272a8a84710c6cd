"""The way from one performance to another: faders travel, everything else is switched at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from immersions.parameters import Parameter
from immersions.stage.board import BOARD
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.show import Show

Path = tuple[str | int, ...]
"""Where a fader is: ("desk", name), (deck, name) or (deck, target, layer, part of it)."""
Value = tuple[float, ...]
"""One number, or position and span."""
AXES = ("channel", "pitch", "time")


class Morph:
    """From `start` to `goal`. Whatever is touched on the way is left to whoever touched it."""

    def __init__(self, start: Show, goal: Show) -> None:
        begin, end = faders(start), faders(goal)
        self._way = {
            path: (begin[path], value)
            for path, value in end.items()
            if path in begin and begin[path] != value and not _is_switch(path)
        }
        self._stand = {path: began for path, (began, _) in self._way.items()}
        self.first = with_faders(goal, self._stand)
        """What to begin with: `goal`, but for the faders that travel."""

    @property
    def moving(self) -> int:
        """How many faders are still on their way."""
        return len(self._way)

    def at(self, present: Show, share: float) -> Show:
        """`present` with the faders on their way where they are after a share of it, 0 to 1."""
        stand = faders(present)
        for path in tuple(self._way):
            if stand.get(path) != self._stand[path]:
                del self._way[path]
        self._stand = {path: _between(path, *ends, share) for path, ends in self._way.items()}
        return with_faders(present, self._stand)


def faders(show: Show) -> dict[Path, Value]:
    """Everything of a performance that can travel."""
    found: dict[Path, Value] = {("desk", name): (value,) for name, value in show.desk.items()}
    for number, state in show.decks.items():
        for name, value in state.parameters.items():
            found[(number, name)] = (value,)
        for place, target in enumerate(state.targets):
            found[(number, place, target.layer, "weight")] = (target.weight,)
            for axis in AXES:
                found[(number, place, target.layer, axis)] = getattr(target, axis)
    return found


def with_faders(show: Show, values: Mapping[Path, Value]) -> Show:
    """`show` with some faders elsewhere."""
    desk = {name: values.get(("desk", name), (value,))[0] for name, value in show.desk.items()}
    decks = {number: _deck_with(number, state, values) for number, state in show.decks.items()}
    return replace(show, decks=decks, desk=desk)


def _deck_with(number: int, state: State, values: Mapping[Path, Value]) -> State:
    parameters = {
        name: values.get((number, name), (value,))[0] for name, value in state.parameters.items()
    }
    targets = tuple(
        _target_with((number, place, target.layer), target, values)
        for place, target in enumerate(state.targets)
    )
    return replace(state, parameters=parameters, targets=targets)


def _target_with(at: Path, target: Range, values: Mapping[Path, Value]) -> Range:
    weight = values.get((*at, "weight"), (target.weight,))[0]
    axes = {axis: values[(*at, axis)] for axis in AXES if (*at, axis) in values}
    return replace(target, weight=weight, **axes)  # type: ignore[arg-type]


def _declared(path: Path) -> Parameter | None:
    name = path[-1]
    return BOARD[str(name)] if len(path) == 2 and name in BOARD else None


def _is_switch(path: Path) -> bool:
    parameter = _declared(path)
    return parameter is not None and parameter.curve == "switch"


def _between(path: Path, start: Value, end: Value, share: float) -> Value:
    if share >= 1:
        return end
    parameter = _declared(path)
    if parameter is None:
        return tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))
    first, last = parameter.position(start[0]), parameter.position(end[0])
    return (parameter.at(first + share * (last - first)),)
