"""All hands on a room that are no page's: MIDI, of pages and of this machine, and OSC."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from immersions.server import describe
from immersions.server import messages as say
from immersions.server.outbox import Outbox
from immersions.server.pages import put
from immersions.server.port_book import MACHINE, PortBook, controls
from immersions.server.surface import SURFACE, RoomHand
from immersions.stage.controls.engine import Engine
from immersions.stage.controls.mapping import Entry
from immersions.stage.controls.midi import Beat
from immersions.stage.controls.osc import Osc, listen
from immersions.stage.controls.osc_plan import OscPlan
from immersions.stage.controls.ports import MachinePorts
from immersions.stage.controls.shelf import Shelf, bundled

if TYPE_CHECKING:
    from immersions.server.room import Room

TICK_SECONDS = 0.005
"""Controllers are answered at most so often."""
QUIET_SECONDS = 30.0
"""The same complaint is not repeated within this time."""


@dataclass(frozen=True)
class Wiring:
    """Which hands reach a room besides pages. `folder` is where mappings are kept."""

    machine: bool = False
    clock: bool = False
    """Whether the MIDI clock that comes to the machine's ports sets the tempo."""
    osc: OscPlan | None = None
    folder: Path | None = None


@dataclass
class _Page:
    """The ports of one page, by name; `lag` is the least that its messages took to come."""

    number: int
    ports: dict[str, str]
    lag: float | None = None


class Hands:
    """One engine for all controllers. Changes the room, and is told of all of its changes."""

    def __init__(self, room: Room, wiring: Wiring) -> None:
        self._room = room
        self._wiring = wiring
        self._hand = RoomHand(room, self._soon)
        self._shelf = Shelf(SURFACE, wiring.folder, bundled(SURFACE))
        self._engine = Engine(SURFACE, self._hand, self._send, self._learned, self._beat)
        self.book = PortBook(self._engine, self._shelf)
        self._machine = MachinePorts(self._come, self._go, self._heard)
        self._osc: Osc | None = None
        self._pages: dict[Outbox, _Page] = {}
        self._entered = 0
        self._waking = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._complaints: dict[str, float] = {}

    @property
    def focus(self) -> int:
        return self._hand.focus

    @property
    def osc_address(self) -> tuple[str, int] | None:
        """Where OSC is listened to."""
        return None if self._osc is None else self._osc.address

    async def open(self) -> None:
        """Begin to listen for OSC. Raises `OSError`, one line, where that cannot be."""
        if self._wiring.osc is not None:
            self._osc = await listen(SURFACE, self._hand, self._wiring.osc, self.complain)
            self._osc.changed()

    async def run(self) -> None:
        """Look after all controllers until cancelled."""
        for line in self._shelf.problems:
            self.complain(line)
        if self._wiring.machine:
            self._soon(self._machine.run())
        try:
            while True:
                await self._wait()
                try:
                    self._engine.tick(time.monotonic())
                except (ValueError, OSError) as error:
                    self.complain(describe.line(error))
                    self._tell()
                await asyncio.sleep(TICK_SECONDS)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._osc is not None:
                self._osc.close()

    async def _wait(self) -> None:
        due = self._engine.due()
        try:
            if due is None or due > time.monotonic():
                left = None if due is None else due - time.monotonic()
                await asyncio.wait_for(self._waking.wait(), left)
        except TimeoutError:
            pass
        self._waking.clear()

    # What the room tells.

    def on_told(self, message: say.Message) -> None:
        """Something has changed of which all pages are told."""
        if isinstance(message, (say.StateChanged, say.DeskChanged, say.Decks, say.EarDescription)):
            self._engine.changed()
            self._waking.set()
            if self._osc is not None:
                self._osc.changed()

    def look_at(self, deck: int) -> None:
        """Take a deck in hand. `ValueError`, one line, where it is not open."""
        self._room.deck(deck)
        if deck != self._hand.focus:
            self._hand.focus = deck
            self.on_told(say.Decks(decks=list(self._room.decks)))
            self._room.tell(say.FocusChanged(deck=deck))

    def complain(self, line: str) -> None:
        """Tell the performer what is wrong; not the same again and again."""
        now = time.monotonic()
        if now - self._complaints.get(line, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        self._complaints = {line: now} | dict(list(self._complaints.items())[:20])
        print(f"immersions: {line}", file=sys.stderr)
        self._room.tell(say.Refused(message=line))

    # What pages tell.

    def enter(self, outbox: Outbox) -> None:
        """A page has come: it is told of all controllers."""
        self._entered += 1
        self._pages[outbox] = _Page(self._entered, {})
        put(outbox, controls())
        put(outbox, self.book.described())
        put(outbox, say.FocusChanged(deck=self._hand.focus))

    def leave(self, outbox: Outbox) -> None:
        """A page has gone, and its ports with it."""
        page = self._pages.pop(outbox, None)
        if page is not None and page.ports:
            for id in page.ports.values():
                self.book.disconnect(id)
            self._tell()

    def obey(self, outbox: Outbox, message: say.OfHands) -> None:
        """Do what a page says; `ValueError` or `OSError`, one line, where it cannot be done."""
        match message:
            case say.MidiReceived():
                self._receive(self._pages[outbox], message)
            case say.PagePorts():
                self._page_ports(self._pages[outbox], message.ports)
            case say.Focus():
                self.look_at(message.deck)
            case say.Learn():
                control = message.control
                place = None if control is None else SURFACE.place(control, message.deck)
                self._engine.learn(place)
            case say.ChooseMapping():
                self.book.choose(message.port, message.mapping)
            case say.ForgetControl():
                self.book.forget(message.port, SURFACE.place(message.control, message.deck))
            case say.SaveMapping():
                self.book.save(message.port, message.name)
            case say.DeleteMapping():
                self.book.delete(message.mapping)
        self._waking.set()
        if not isinstance(message, (say.MidiReceived, say.Focus)):
            self._tell()

    def _receive(self, page: _Page, message: say.MidiReceived) -> None:
        now = time.monotonic()
        at = message.at / 1000
        # The clocks differ by an unknown time: what came quickest tells the most of it. It is let
        # grow slowly, for clocks drift.
        lag = now - at
        page.lag = lag if page.lag is None else min(lag, page.lag + 1e-4)
        id = page.ports.get(message.port)
        if id is not None:
            self._engine.receive(id, bytes(message.bytes), now, at + page.lag)

    def _page_ports(self, page: _Page, names: list[str]) -> None:
        for name in [each for each in page.ports if each not in names]:
            self.book.disconnect(page.ports.pop(name))
        for name in names:
            if name not in page.ports:
                id = f"page {page.number}: {name}"
                self.book.connect(id, name)
                page.ports[name] = id

    # What the engine and the machine's ports tell.

    def _learned(self, id: str, entry: Entry) -> None:
        self.book.learned(id, entry)
        self._tell()

    def _beat(self, id: str, beat: Beat, at: float) -> None:
        # A page says itself which of its ports sets the tempo.
        if self._wiring.clock and id.startswith(MACHINE):
            self._room.time.clock(beat.kind, at, beat.sixteenths, id)

    def _send(self, id: str, data: bytes) -> None:
        for outbox, page in self._pages.items():
            for name, port in page.ports.items():
                if port == id:
                    text = say.MidiToSend(port=name, bytes=list(data)).model_dump_json()
                    # The newest for each fader and lamp.
                    outbox.put(f"midi {name} {data[:2].hex()}", text)
        if id.startswith(MACHINE):
            self._machine.send(id.removeprefix(MACHINE), data)

    def _come(self, name: str) -> None:
        self.book.connect(MACHINE + name, name)
        self._waking.set()
        self._tell()

    def _go(self, name: str) -> None:
        self.book.disconnect(MACHINE + name)
        self._tell()

    def _heard(self, name: str, data: bytes, at: float) -> None:
        try:
            self._engine.receive(MACHINE + name, data, time.monotonic(), at)
        except ValueError as error:
            self.complain(describe.line(error))
        self._waking.set()

    def _tell(self) -> None:
        self._room.tell(self.book.described())

    def _soon(self, work: Awaitable[None]) -> None:
        async def doing() -> None:
            try:
                await work
            except (ValueError, OSError, LookupError) as error:
                self.complain(describe.line(error))

        task = asyncio.create_task(doing())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
