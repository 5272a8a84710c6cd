"""What a room remembers: its scenes, and the steps that can be undone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from immersions.server import adopting
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.outbox import Outbox
from immersions.server.pages import put
from immersions.stage.history import History, turns
from immersions.stage.morph import Morph
from immersions.stage.scenes import Scenes
from immersions.stage.show import Show, part

MORPH_SECONDS = 0.05
"""Between two steps of faders on their way."""


class Room(adopting.House, Protocol):
    decks: dict[int, Deck]

    def tell(self, message: say.Message) -> None: ...

    def set(self, values: Mapping[str, float], deck: int = 0) -> None: ...


class Memory:
    """Moves its room to scenes and back. For one event loop.

    What cannot be done raises `ValueError` with one line.
    """

    def __init__(
        self, room: Room, scenes: Scenes, touched: Callable[[], None] | None = None
    ) -> None:
        self.scenes = scenes
        self._room = room
        self._touched = touched
        self._history = History(room.present)
        self._recalled: int | None = None
        self._moving = 0
        self._morph: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._told: tuple[int, int] = (0, 0)

    def introduce(self, outbox: Outbox) -> None:
        """Tell a page that has come."""
        put(outbox, self._list())
        put(outbox, self._steps())

    def changed(self) -> None:
        """Something of the room may have changed."""
        if self._moving or any(deck.settling for deck in self._room.decks.values()):
            self._history.settle(self._room.present)
        elif self._history.note(self._room.present):
            if not self._busy:
                self._recall_over()
            self._tell_steps()
        self.touch()

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """All that is changed within is undone together."""
        self._history.step(self._room.present)
        self._moving += 1
        try:
            yield
        finally:
            self._moving -= 1
            self._history.settle(self._room.present)
        self._tell_steps()
        self.touch()

    @property
    def undos(self) -> int:
        """Steps that can be undone."""
        return self._history.undos

    @property
    def steps(self) -> Iterator[Show]:
        """The performance as it would be after each undo and redo."""
        return self._history.shows

    def touch(self) -> None:
        """Something is to be kept."""
        if self._touched is not None:
            self._touched()

    # Scenes.

    async def do(self, message: say.OfScenes) -> None:
        """What a page asks."""
        match message:
            case say.StoreScene():
                self.scenes.store(message.place, self._room.present, message.name)
                self._recalled = message.place
            case say.RenameScene():
                self.scenes.rename(message.place, message.name)
            case say.DeleteScene():
                self.scenes.delete(message.place)
                self._recalled = None if self._recalled == message.place else self._recalled
            case say.RecallScene():
                await self.recall(message.place, message.seconds)
        self.touch()
        self._tell_list()

    async def recall(self, place: int, seconds: float = 0) -> None:
        """Move to a scene; faders take so many seconds."""
        scene = self.scenes[place]
        await self._stop_morph()
        start = self._room.present
        if turns(start, scene.show) is not None:
            self._history.step(start)
        morph = Morph(start, scene.show) if seconds > 0 else None
        self._recalled = place
        await self._adopt(scene.show if morph is None else morph.first)
        if morph is not None and morph.moving:
            self._morph = asyncio.create_task(self._travel(morph, seconds))
        self._tell_list()
        self._tell_steps()

    # The way back.

    async def undo(self) -> None:
        await self._stop_morph()
        await self._go(self._history.undo())

    async def redo(self) -> None:
        await self._stop_morph()
        await self._go(self._history.redo())

    async def _go(self, show: Show) -> None:
        self._recall_over()
        await self._adopt(show)
        self._tell_steps()

    # Moving.

    @property
    def _busy(self) -> bool:
        return self._morph is not None and not self._morph.done()

    async def stop(self) -> None:
        """Leave faders where they are."""
        await self._stop_morph()

    async def _stop_morph(self) -> None:
        if self._morph is not None and self._morph is not asyncio.current_task():
            self._morph.cancel()
            await asyncio.gather(self._morph, return_exceptions=True)
            self._morph = None

    async def _adopt(self, show: Show) -> None:
        async with self._turn:
            self._moving += 1
            try:
                line = await adopting.adopt(self._room, show)
            finally:
                self._moving -= 1
                self._history.settle(self._room.present)
        if line:
            self._room.tell(say.Refused(message=line))

    async def _travel(self, morph: Morph, seconds: float) -> None:
        begun = time.monotonic()
        share = 0.0
        while share < 1 and morph.moving:
            await asyncio.sleep(MORPH_SECONDS)
            share = min(1.0, (time.monotonic() - begun) / seconds)
            self._place(morph.at(self._room.present, share))
        self._morph = None
        self._tell_list()

    def _place(self, show: Show) -> None:
        """Put faders where they are in `show`, where everything else is as it is now."""
        self._moving += 1
        try:
            self._room.set_desk(show.desk)
            for number, state in show.decks.items():
                self._room.deck(number).turn(part(state, {"parameters", "targets"}))
        finally:
            self._moving -= 1
        self._history.settle(self._room.present)

    # What pages are told.

    def _recall_over(self) -> None:
        if self._recalled is not None:
            self._recalled = None
            self._tell_list()

    def _list(self) -> say.SceneList:
        names = [say.SceneName(place=place, name=scene.name) for place, scene in self.scenes]
        return say.SceneList(scenes=names, recalled=self._recalled, morphing=self._busy)

    def _steps(self) -> say.Steps:
        return say.Steps(undo=self._history.undos, redo=self._history.redos)

    def _tell_list(self) -> None:
        self._room.tell(self._list())

    def _tell_steps(self) -> None:
        steps = self._history.undos, self._history.redos
        if steps != self._told:
            self._told = steps
            self._room.tell(self._steps())
