"""The room of one performance: its pages on one side, its decks on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from pydantic import ValidationError

from immersions.dreaming import PARAMETERS
from immersions.server import binary, describe, doings, obeying
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.ears import EarChoice
from immersions.server.edges import EdgeBook
from immersions.server.hands import Hands, Wiring
from immersions.server.keeper import Back
from immersions.server.library import Library
from immersions.server.logbook import Logbook
from immersions.server.memory import Memory
from immersions.server.outbox import Outbox
from immersions.server.pages import Pages, put, put_loop
from immersions.server.timekeeper import Timekeeper
from immersions.stage import board
from immersions.stage.conductor import Loop
from immersions.stage.desk import DESK
from immersions.stage.layouts import Laying, Layouts
from immersions.stage.life import Patience
from immersions.stage.performance import State
from immersions.stage.show import Show
from immersions.stage.strips import SAMPLES

STATUS_SECONDS = 0.25
CHANGES = (say.StateChanged, say.DeskChanged, say.Decks, say.Samples)
"""What is told when something was chosen."""


class Room:
    """Obeys pages and tells all of them what happens. For one event loop."""

    def __init__(
        self,
        library: Library,
        ears: Mapping[str, EarChoice],
        ear: str,
        threads: int,
        patience: Patience | None = None,
        wiring: Wiring | None = None,
        logbook: Logbook | None = None,
        back: Back | None = None,
    ) -> None:
        """`back` is a performance to come back to, in place of one that begins with `ear`."""
        back = back or Back()
        self.library = library
        self.ears = ears
        self.logbook = logbook or Logbook()
        self._threads = threads
        self._patience = patience
        self._pages = Pages()
        self._changed = asyncio.Event()
        self._layouts = Layouts(self._on_layout)
        self.edges = EdgeBook()
        self._group: asyncio.TaskGroup | None = None
        self._running: dict[int, asyncio.Task[None]] = {}
        first = State(library.first(), ear, 4.0, parameters=PARAMETERS.defaults())
        show = back.show or Show({0: first}, DESK.defaults(), (None,) * SAMPLES)
        self.desk = show.desk
        """What is set for all decks together."""
        self.time = Timekeeper(self, show.desk)
        self.samples: list[str | None] = list(show.samples)
        """Ids of the sounds beside the dreams, by their places in the mixer."""
        self.decks = {number: self._deck(number, state) for number, state in show.decks.items()}
        for number, dream in back.dreams.items():
            self.decks[number].resumes = dream
        self.keeper = back.keeper
        self.memory = Memory(self, back.scenes, self.keeper.touch if self.keeper else None)
        self.hands = Hands(self, wiring or Wiring())
        """MIDI and OSC."""

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
            raise ValueError(
                f"deck {number} is not open; open decks: {', '.join(map(str, self.decks))}"
            )
        return self.decks[number]

    async def run(self) -> None:
        """Play until cancelled; no process is left then."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self.logbook.begin(self.tell, self._pages.warn)
                group.create_task(self._tell_status())
                group.create_task(self.time.run())
                if self.keeper is not None:
                    group.create_task(self.keeper.run(self))
                group.create_task(self.hands.run())
                for deck in self.decks.values():
                    self._start(deck)
        finally:
            self._group = None
            await self.memory.stop()
            await self._layouts.stop()
            self.logbook.close()

    # Pages.

    def enter(self) -> Outbox:
        """A page's own outbox, with what it needs to begin."""
        outbox = Outbox()
        put(outbox, describe.welcome(self, self.ears.values()))
        put(outbox, self.logbook.list())
        for deck in self.decks.values():
            self._introduce(deck, outbox)
        if (latest := self._layouts.latest) is not None and latest.going != "ready":
            put(outbox, describe.laying(latest, self._folders()))
        self.memory.introduce(outbox)
        self.time.introduce(outbox)
        self.hands.enter(outbox)
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
                source = self.ears[deck.state.ear].source
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
        self.hands.leave(outbox)
        for deck in self.decks.values():
            deck.solo.let_go(outbox)

    async def obey(self, outbox: Outbox, text: str) -> None:
        """Do what a page says; what cannot be done is answered with one line."""
        try:
            await obeying.do(self, outbox, say.from_client.validate_json(text))
        except ValidationError as error:
            self.refuse(outbox, describe.validation(error))
        except Exception as error:
            # Whatever it is, the others play on.
            self.refuse(outbox, describe.line(error))

    def set(self, values: Mapping[str, float], deck: int = 0) -> None:
        """Turn anything on the board. `ValueError`, one line, where one does not fit."""
        at = self.deck(deck)
        by_place = board.sorted_out(values)
        desk = {name: DESK[name].check(value) for name, value in by_place["desk"].items()}
        if by_place["deck"]:
            at.set_parameters(by_place["deck"])
        if by_place["hand"]:
            at.turn_hand(by_place["hand"])
        self.set_desk(desk)

    def set_desk(self, values: Mapping[str, float]) -> None:
        """Turn what is set for all decks together; the values are known to be valid."""
        changed = {name: value for name, value in values.items() if self.desk[name] != value}
        if changed:
            self.desk = {**self.desk, **changed}
            self.tell(say.DeskChanged(values=self.desk))
            self.time.turned(changed, self.desk)

    async def act(self, name: str, deck: int = 0) -> None:
        """Do one of `immersions.server.doings.ACTIONS`."""
        rest = doings.act(self, name, deck)
        if rest is not None:
            await rest

    @property
    def present(self) -> Show:
        """All that was chosen, as it is now."""
        decks = {number: deck.state for number, deck in self.decks.items()}
        return Show(decks, self.desk, tuple(self.samples))

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
        self.memory.touch()

    # Decks.

    def _deck(self, number: int, state: State) -> Deck:
        trace = self.logbook.trace(number)
        given = (self.library, self.ears, state, self._threads, self._patience)
        return Deck(number, self, *given, trace=trace, tempo=self.time.tempo)

    def open_another(self, ear: str) -> None:
        """Open a deck with an ear; `ValueError`, one line, when it cannot be."""
        free = [number for number in range(say.MOST_DECKS) if number not in self.decks]
        if not free:
            raise ValueError(f"expected at most {say.MOST_DECKS} decks")
        if ear not in self.ears:
            raise ValueError(f"unknown ear {ear!r}; valid names: {', '.join(self.ears)}")
        clip, seconds = self.first.state.clip, self.first.state.seconds
        with self.memory.one_step():
            self.time.agree(seconds, self.library.phrase(clip))
            self.open_deck(free[0], State(clip, ear, seconds, parameters=PARAMETERS.defaults()))

    def open_deck(self, number: int, state: State) -> None:
        deck = self.decks[number] = self._deck(number, state)
        self._start(deck)
        self._tell_decks()
        self.tell(say.StateChanged(deck=number, state=state))

    async def close_deck(self, number: int) -> None:
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

    def _tell_decks(self) -> None:
        self.tell(say.Decks(decks=list(self.decks)))

    # What decks and pages are told.

    def tell(self, message: say.Message) -> None:
        """Tell all pages."""
        self._pages.tell(message)
        if isinstance(message, CHANGES):
            self.memory.changed()
        self.hands.on_told(message)

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
        return [each.source for each in self.ears.values()]
