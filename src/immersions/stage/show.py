"""A whole performance at one moment: the state of each deck, and the desk. No torch here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from immersions.parameters import Parameters
from immersions.stage.performance import State
from immersions.stage.strips import SAMPLES

COUNTED = {"generation", "seconds", "quarters"}
"""What of a state follows from the rest, and is never chosen."""
BENDS = {"parameters", "targets", "running", "ear"}
"""What of a state can be changed while the loop bends on."""
BEGINS = {each.name for each in fields(State)} - COUNTED - BENDS - {"mix"}
"""What of a state cannot be changed without beginning again."""


@dataclass(frozen=True)
class Show:
    """Everything that a performer has chosen: states by a deck's number, and the desk's values.

    `samples` are the ids of the sounds beside the dreams, by their places in the mixer.
    """

    decks: dict[int, State]
    desk: dict[str, float] = field(default_factory=dict)
    samples: tuple[str | None, ...] = (None,) * SAMPLES

    def __post_init__(self) -> None:
        if 0 not in self.decks:
            raise ValueError("expected a deck 0 in a performance")
        if len(self.samples) != SAMPLES:
            raise ValueError(f"expected {SAMPLES} places for samples, got {len(self.samples)}")


_SHOW = TypeAdapter(Show)


def show_to(show: Show) -> dict[str, Any]:
    """As plain JSON types."""
    found: dict[str, Any] = _SHOW.dump_python(show, mode="json")
    return found


def show_of(data: object) -> Show:
    """From plain JSON types; `ValueError`, one line, for anything that is not expected there."""
    try:
        show = _SHOW.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        raise ValueError(f"performance: {place or 'all of it'}: {first['msg']}") from None
    assert isinstance(data, dict)
    _check_names("performance", data, Show)
    for number, state in data["decks"].items():
        _check_names(f"performance: deck {number}", state, State)
    return show


def _check_names(place: str, data: Mapping[str, object], kind: type) -> None:
    unknown = sorted(set(data) - {each.name for each in fields(kind)})
    if unknown:
        raise ValueError(f"{place}: unknown field {unknown[0]!r}")


def chosen(show: Show) -> Show:
    """`show` without what is merely counted: two of them are equal when the same was chosen."""
    return replace(
        show,
        decks={
            number: replace(state, generation=0, seconds=0.0, quarters=None)
            for number, state in show.decks.items()
        },
    )


def sounds(show: Show) -> set[str]:
    """Ids of all start sounds that are named in it."""
    named = {each for state in show.decks.values() for each in (state.clip, state.mix)}
    return {each for each in named | set(show.samples) if each is not None}


def part(state: State, names: Collection[str]) -> dict[str, Any]:
    """Some of a state's fields."""
    return {name: getattr(state, name) for name in names}


@dataclass(frozen=True)
class Offer:
    """What there is to choose from."""

    clips: Collection[str]
    ears: Collection[str]
    parameters: Parameters


def possible(wanted: State, now: State, offer: Offer, who: str = "") -> tuple[State, list[str]]:
    """`wanted`, with what no longer exists left as it is `now`; and a few words on each of it."""
    missing: list[str] = []
    changes: dict[str, Any] = {}
    if wanted.ear not in offer.ears:
        missing.append(f"{who}ear {wanted.ear!r}")
        changes |= {"ear": now.ear, "targets": now.targets}
    if wanted.clip not in offer.clips:
        missing.append(f"{who}clip {wanted.clip!r}")
        changes["clip"] = now.clip
    if wanted.mix is not None and wanted.mix not in offer.clips:
        missing.append(f"{who}clip {wanted.mix!r}")
        changes["mix"] = now.mix
    values, wrong = fitting(wanted.parameters, now.parameters, offer.parameters)
    changes["parameters"] = values
    if not 0 <= wanted.seed < 2**31:
        wrong.append("seed")
        changes["seed"] = now.seed
    return replace(wanted, **changes), missing + [f"{who}{name}" for name in wrong]


def fitting(
    wanted: Mapping[str, float], now: Mapping[str, float], declared: Parameters
) -> tuple[dict[str, float], list[str]]:
    """`wanted`, complete and within range, else as it is `now`; names that could not be had."""
    values, wrong = declared.defaults(), []
    values |= {name: value for name, value in now.items() if name in declared}
    for name, value in wanted.items():
        try:
            values[name] = declared[name].check(value)
        except ValueError:
            wrong.append(name)
    return values, wrong
