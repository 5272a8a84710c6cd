"""Moving a room to another whole performance, disturbing what plays as little as possible."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Protocol

from immersions.dreaming import PARAMETERS
from immersions.server import describe
from immersions.server.deck import Deck
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.stage.desk import DESK
from immersions.stage.performance import State
from immersions.stage.show import Offer, Show, fitting, possible


class House(Protocol):
    """A room, as far as it is moved."""

    library: Library
    ears: Mapping[str, EarChoice]

    @property
    def present(self) -> Show: ...

    def deck(self, number: int) -> Deck: ...

    def set_desk(self, values: Mapping[str, float]) -> None: ...

    def choose_sample(self, slot: int, clip: str | None) -> None: ...

    def open_deck(self, number: int, state: State) -> None: ...

    async def close_deck(self, number: int) -> None: ...


async def adopt(room: House, wanted: Show) -> str:
    """Move to `wanted`; in one line what could not be had and was left as it is, or nothing."""
    now = room.present
    desk, missing = fitting(wanted.desk, now.desk, DESK)
    room.set_desk(desk)
    missing += put_beside(room, wanted.samples)
    failures: list[str] = []
    for number in sorted(now.decks.keys() - wanted.decks.keys()):
        await _try(failures, room.close_deck(number))
    for number, state in sorted(wanted.decks.items()):
        open_now = now.decks.get(number)
        fitted, wrong = possible(
            state, open_now or now.decks[0], offer(room), f"deck {'ABCD'[number]}: "
        )
        missing += wrong
        if open_now is None:
            room.open_deck(number, fitted)
        else:
            await _try(failures, _adopt(room, number, fitted))
    return "; ".join([*left(missing), *failures])


def put_beside(room: House, samples: Iterable[str | None]) -> list[str]:
    """Put sounds beside the dreams; a few words on each that is no longer there."""
    missing = []
    for slot, clip in enumerate(samples):
        try:
            room.choose_sample(slot, clip)
        except ValueError:
            missing.append(f"sample {slot + 1}: clip {clip!r}")
    return missing


def offer(room: House) -> Offer:
    """What there is to choose from in a room."""
    return Offer([each.id for each in room.library.clips()], list(room.ears), PARAMETERS)


def left(missing: Iterable[str]) -> list[str]:
    """One line about what there is no longer, or none."""
    each = ", ".join(missing)
    return [f"what is no longer there is left as it is: {each}"] if each else []


async def _adopt(room: House, number: int, state: State) -> None:
    await room.deck(number).adopt(state)


async def _try(failures: list[str], move: Awaitable[None]) -> None:
    try:
        await move
    except (OSError, ValueError, LookupError) as error:
        failures.append(describe.line(error))
