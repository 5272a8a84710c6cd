"""The room of one performance: its pages on one side, its decks on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from pydantic import ValidationError

from immersions.dreaming import PARAMETERS
from immersions.server import binary, describe
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.ears import EarChoice
from immersions.server.keeping import Keeping
from immersions.server.library import Library
from immersions.server.outbox import Outbox
from immersions.server.pages import Pages, put, put_loop
from immersions.server.timekeeper import Timekeeper
from immersions.stage import board
from immersions.stage.conductor import Loop
from immersions.stage.desk import DESK, SAMPLES
from immersions.stage.layouts import Laying, Layouts
from immersions.stage.life import Patience
from immersions.stage.performance import State

STATUS_SECONDS = 0.25


class Room:
    """Obeys pages and tells all of them what happens. For one event loop."""

    def __init__(
        self,
        library: Library,
        ears: Mapping[str, EarChoice],
        ear: str,
        threads: int,
        patience: Patience | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self.library = library
        self.keeping = keeping or Keeping()
        self.desk = DESK.defaults()
        """What is set for all decks together."""
        self.samples: list[str | None] = [None] * SAMPLES
        """Ids of the sounds beside the dreams, by their places in the mixer."""
        self._ears = ears
        self._threads = threads
        self._patience = patience
        self._pages = Pages()
        self._changed = asyncio.Event()
        self._layouts = Layouts(self._on_layout)
        self.time = Timekeeper(self)
        self._group: asyncio.TaskGroup | None = None
        self._running: dict[int, asyncio.Task[None]] = {}
        first = State(library.first(), ear, 4.0, parameters=PARAMETERS.defaults())
        self.decks = {0: self._deck(0, first)}

    @property
    def first(self) -> Deck:
        """The deck that every performance has."""
        return self.decks[0]

    @property
    def pages(self) -> int:
        return len(self._pages)

    def deck(self, number: int) -> Deck:
        """`ValueError` with one line where it is not open."""
        if number not in self.decks:
            raise ValueError(f"deck {number} is not open; open decks: {self._numbers()}")
        return self.decks[number]

    async def run(self) -> None:
        """Play until cancelled; no process is left then."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self.keeping.begin(self._tell_recordings, self._pages.warn)
                group.create_task(self._tell_status())
                group.create_task(self.time.run())
                for deck in self.decks.values():
                    self._start(deck)
        finally:
            self._group = None
            await self._layouts.stop()
            self.keeping.close()

    # Pages.

    def enter(self) -> Outbox:
        """A page's own outbox, with what it needs to begin."""
        outbox = Outbox()
        put(outbox, describe.welcome(self, self._ears.values()))
        put(outbox, self.keeping.list())
        for deck in self.decks.values():
            self._introduce(deck, outbox)
        if (latest := self._layouts.latest) is not None and latest.going != "ready":
            put(outbox, describe.laying(latest, self._folders()))
        self._pages.add(outbox)
        return outbox

    def _introduce(self, deck: Deck, outbox: Outbox) -> None:
        if deck.ear is not None:
            put(outbox, deck.ear)
        for loop in (deck.conductor.start, deck.conductor.newest):
            if loop is not None:
                put_loop(outbox, deck.number, loop)
        put(outbox, self._status(deck))

    async def layout(self, ear_hash: str) -> bytes | None:
        """Where the neurons of an ear that listens lie; None when it is another one."""
        for deck in self.decks.values():
            if deck.ear is not None and ear_hash == deck.ear.hash:
                source = self._ears[deck.state.ear].source
                return binary.of_layout(
                    *await self._layouts.find(source, ear_hash, deck.ear.layers)
                )
        return None

    def show(self, outbox: Outbox, deck: int, newest_known: int) -> None:
        """Give a page the newest loop if it has an older one; nothing is computed for it."""
        newest = self.deck(deck).newest
        if newest is not None and newest.id > newest_known:
            put_loop(outbox, deck, newest)

    def refuse(self, outbox: Outbox, line: str) -> None:
        """Tell one page in one line what was not done, and why."""
        self._pages.refuse(outbox, line)

    def leave(self, outbox: Outbox) -> None:
        self._pages.discard(outbox)

    async def obey(self, outbox: Outbox, text: str) -> None:
        """Do what a page says; what cannot be done is answered with one line."""
        try:
            await self._do(outbox, say.from_client.validate_json(text))
        except ValidationError as error:
            self.refuse(outbox, describe.validation(error))
        except Exception as error:
            # Whatever it is, the others play on.
            self.refuse(outbox, describe.line(error))

    async def _do(self, outbox: Outbox, message: say.ClientMessage) -> None:
        if isinstance(message, say.OpenDeck):
            self._open(message.ear)
        elif isinstance(message, say.CloseDeck):
            await self._close(message.deck)
        elif isinstance(message, say.Tap | say.Clock):
            self.time.hear(message)
        elif isinstance(message, say.Sounded | say.Mixed):
            self.keeping.note(message)
        elif isinstance(message, say.ChooseSample):
            self.choose_sample(message.slot, message.id)
        else:
            await self._do_with(self.deck(message.deck), outbox, message)

    async def _do_with(self, deck: Deck, outbox: Outbox, message: say.ClientMessage) -> None:
        match message:
            case say.SetParameters():
                self.set(message.parameters, deck.number)
            case say.ChooseTarget():
                deck.choose_targets(message)
            case say.Run():
                deck.run_or_rest(message.running)
            case say.ChooseClip():
                await deck.choose_clip(message.id)
            case say.ChooseMix():
                await deck.choose_mix(message.id)
            case say.Seed():
                await deck.set_seed(message.seed)
            case say.Restart():
                await deck.restart()
            case say.ChooseEar():
                await deck.choose_ear(message.id)
            case say.StartFrom():
                await self._start_from(deck, self.deck(message.source))
            case say.Pull():
                loop = deck.pull(message.id)
                if loop is not None:
                    put_loop(outbox, deck.number, loop)

    def set(self, values: Mapping[str, float], deck: int = 0) -> None:
        """Turn anything on the board. `ValueError`, one line, where one does not fit."""
        at = self.deck(deck)
        by_place = board.sorted_out(values)
        desk = {name: DESK[name].check(value) for name, value in by_place["desk"].items()}
        if by_place["deck"]:
            at.set_parameters(by_place["deck"])
        if by_place["hand"]:
            at.turn_hand(by_place["hand"])
        if desk and self.desk != self.desk | desk:
            self.desk |= desk
            self.tell(say.DeskChanged(values=self.desk))
            self.time.turned(desk, self.desk)

    def choose_sample(self, slot: int, clip: str | None) -> None:
        """Put a sound beside the dreams. `ValueError`, one line, where there is none of this id."""
        clips = [each.id for each in self.library.clips()]
        if clip is not None and clip not in clips:
            raise ValueError(f"unknown clip {clip!r}; valid ids: {', '.join(clips)}")
        if self.samples[slot] != clip:
            self.samples[slot] = clip
            self.tell(say.Samples(ids=self.samples))

    def announce_clips(self) -> None:
        """Tell all pages that the start sounds have changed."""
        self.tell(say.Clips(clips=self.library.clips()))

    # Decks.

    def _deck(self, number: int, state: State) -> Deck:
        trace = self.keeping.trace(number)
        given = (self.library, self._ears, state, self._threads, self._patience)
        return Deck(number, self, *given, trace=trace, tempo=self.time.tempo)

    def _open(self, ear: str) -> None:
        free = [number for number in range(say.MOST_DECKS) if number not in self.decks]
        if not free:
            raise ValueError(f"expected at most {say.MOST_DECKS} decks")
        if ear not in self._ears:
            raise ValueError(f"unknown ear {ear!r}; valid names: {', '.join(self._ears)}")
        clip, seconds = self.first.state.clip, self.first.state.seconds
        deck = self._deck(free[0], State(clip, ear, seconds, parameters=PARAMETERS.defaults()))
        self.decks[deck.number] = deck
        self._start(deck)
        self._tell_decks()
        self.tell(say.StateChanged(deck=deck.number, state=deck.state))

    async def _close(self, number: int) -> None:
        if number == 0:
            raise ValueError("deck 0 cannot be closed: a performance has one deck at least")
        self.deck(number)
        del self.decks[number]
        self._tell_decks()
        task = self._running.pop(number)
        task.cancel()
        await asyncio.wait([task])

    def _start(self, deck: Deck) -> None:
        if self._group is not None:
            self._running[deck.number] = self._group.create_task(deck.run())

    async def _start_from(self, deck: Deck, source: Deck) -> None:
        loop = source.newest
        if loop is None:
            raise ValueError(f"deck {source.number} has nothing to start from yet")
        title = f"Deck {'ABCD'[source.number]}, loop {loop.id}"
        rate = loop.header["sample_rate"]
        clip = self.library.keep(loop.samples, rate, title, source.phrase)
        self.announce_clips()
        await deck.choose_clip(clip.id)

    def _tell_recordings(self) -> None:
        self.tell(self.keeping.list())

    def _tell_decks(self) -> None:
        self.tell(say.Decks(decks=list(self.decks)))

    def _numbers(self) -> str:
        return ", ".join(str(number) for number in self.decks)

    # What decks and pages are told.

    def tell(self, message: say.Message) -> None:
        """Tell all pages."""
        self._pages.tell(message)

    def tell_loop(self, deck: int, loop: Loop) -> None:
        """Give all pages a loop."""
        self._pages.tell_loop(deck, loop)

    def on_progress(self) -> None:
        self._changed.set()

    def _on_layout(self, laying: Laying) -> None:
        self.tell(describe.laying(laying, self._folders()))

    async def _tell_status(self) -> None:
        told: dict[int, say.Status] = {}
        while True:
            await self._changed.wait()
            self._changed.clear()
            for deck in self.decks.values():
                status = self._status(deck)
                if status != told.get(deck.number):
                    told[deck.number] = status
                    self.tell(status)
            await asyncio.sleep(STATUS_SECONDS)

    def _status(self, deck: Deck) -> say.Status:
        return describe.status(deck.conductor.progress, self._folders(), deck.number)

    def _folders(self) -> list[str]:
        return [each.source for each in self._ears.values()]
