"""Tells pages how the dreaming of all decks goes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from immersions.server import describe
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.ears import EarChoice

STATUS_SECONDS = 0.25


class House(Protocol):
    """A room, as far as it is reported."""

    ears: Mapping[str, EarChoice]
    decks: dict[int, Deck]

    def tell(self, message: say.Message) -> None: ...


class Reporter:
    """For one event loop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._changed = asyncio.Event()

    @property
    def folders(self) -> list[str]:
        """Of ears, of which a page is told the names alone."""
        return [each.source for each in self._house.ears.values()]

    def changed(self) -> None:
        """Something has happened of which pages may be told."""
        self._changed.set()

    def status(self, deck: Deck) -> say.Status:
        return describe.status(deck.conductor.progress, self.folders, deck.number)

    async def run(self) -> None:
        """Tell pages what has changed, not too often, until cancelled."""
        told: dict[int, say.Status] = {}
        while True:
            await self._changed.wait()
            self._changed.clear()
            for deck in self._house.decks.values():
                status = self.status(deck)
                if status != told.get(deck.number):
                    told[deck.number] = status
                    self._house.tell(status)
            await asyncio.sleep(STATUS_SECONDS)
