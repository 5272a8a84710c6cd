"""Keeps the performance's tempo, and the place in the song where others share theirs."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Protocol

from immersions.server import describe
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.outbox import Outbox
from immersions.server.pages import put
from immersions.stage.clock import ClockFollower
from immersions.stage.desk import TEMPO
from immersions.stage.fitting import Phrase
from immersions.stage.link import LinkSession
from immersions.stage.place import Place
from immersions.stage.tempo import MOST_BARS, Tap, Tempo, nearest

POLL_SECONDS = 0.1
SETTLE_SECONDS = 0.25
"""A turned fader has come to rest when it stood still for so long: only then is anything fitted."""
CEASED_SECONDS = 1.5
"""A clock that was silent for so long is followed no more; a network may hold it up for a while."""
MOVED_SECONDS = 0.002
"""A place that is off by less is what was told."""

USUAL_BPM = 120.0


class House(Protocol):
    """Whose tempo it is."""

    decks: dict[int, Deck]
    desk: dict[str, float]

    def set(self, values: Mapping[str, float]) -> None:
        """Turn things on the board."""
        ...

    def tell(self, message: say.Message) -> None:
        """Tell all pages."""
        ...


class Timekeeper:
    """For one event loop. What it is told at once, the decks are told when the hand rests."""

    def __init__(self, house: House, values: Mapping[str, float]) -> None:
        self._values = values
        self.tempo = self._wanted()[0]
        """What the decks were told last."""
        self.session: LinkSession | None = None
        """With whom tempo and place are shared."""
        self._house = house
        self._tasks: set[asyncio.Task[None]] = set()
        self._tap = Tap()
        self._source = ""
        """The port whose clock is followed."""
        self._follower = ClockFollower()
        self._ceasing: asyncio.TimerHandle | None = None
        """While a clock comes."""
        self._of_clock: Place | None = None
        self._of_link: Place | None = None
        self._told: Place | None = None
        """The place as pages know it."""
        self._resting: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Share tempo and place with the session, if there is one, until cancelled.

        Who changes the tempo last, here or elsewhere, sets it for all. The place is the session's.
        """
        session = self.session
        if session is None:
            return
        told = self._house.desk["bpm"]
        try:
            while True:
                await asyncio.sleep(POLL_SECONDS)
                heard = session.changed()
                if self._house.desk["bpm"] != told:
                    session.set_bpm(self._house.desk["bpm"])
                elif heard is not None:
                    self._set(heard, digits=2)
                told = self._house.desk["bpm"]
                self._of_link = session.place()
                self._tell_place()
        finally:
            session.close()

    def turned(self, changed: Mapping[str, float], values: Mapping[str, float]) -> None:
        """These values of the desk were changed; `values` are all of them."""
        if not any(name in TEMPO for name in changed):
            return
        self._values = dict(values)
        self.close()
        loop = asyncio.get_running_loop()
        self._resting = loop.call_later(SETTLE_SECONDS, self._settle)

    def hear(self, message: say.Tap | say.Clock) -> None:
        """What a page says of the tempo."""
        if isinstance(message, say.Tap):
            self.tap(message.at)
        else:
            for event in message.events:
                self.clock(event.kind, event.at, event.sixteenths, message.port, message.ahead)

    def introduce(self, outbox: Outbox) -> None:
        """Tell a page that enters where the song is."""
        if self._told is not None:
            put(outbox, _message(self._told))

    def tap(self, at_seconds: float) -> None:
        """A tap; from the second one on it sets the tempo, and all loops are in it."""
        self._set(self._tap.tap(at_seconds), digits=1)

    def clock(
        self,
        kind: say.ClockKind,
        at_seconds: float,
        sixteenths: int = 0,
        source: str = "",
        ahead: float | None = 0.0,
    ) -> None:
        """A message of a MIDI clock that is followed, and when it came by its source's clock.

        By so many seconds is `time.monotonic` `ahead` of that: what is learned of it changes the
        place, and must not look like another tempo. Of several clocks that come at once the first
        is followed until it ceases.
        """
        if source != self._source:
            if self._ceasing is not None:
                return
            self._source, self._follower = source, ClockFollower()
        follower = self._follower
        match kind:
            case "clock":
                self._set(follower.pulse(at_seconds), digits=2)
            case "start":
                follower.start()
            case "continue":
                follower.resume()
            case "stop":
                follower.stop()
            case "position":
                follower.song_position(sixteenths)
        place = follower.place
        if place is None or ahead is None:
            self._of_clock = None
        elif follower.precise:
            # While the line is drawn anew, the place that was told is the better one.
            self._of_clock = replace(place, at=place.at + ahead)
        self._tell_place()
        self._watch()

    def agree(self, seconds: float, phrase: Phrase | None) -> None:
        """Have all loops last as long as this one, in its tempo, so that several stay in time.

        Where that is no tempo that there can be, each goes on in its own.
        """
        if not self._house.desk["tempo_sync"]:
            with contextlib.suppress(ValueError):
                self._house.set({**told_by(seconds, phrase), "tempo_sync": 1.0})

    def _watch(self) -> None:
        """A clock that ceases, or that no page passes on any more, says nothing of it."""
        if self._ceasing is not None:
            self._ceasing.cancel()
        self._ceasing = asyncio.get_running_loop().call_later(CEASED_SECONDS, self._cease)

    def _cease(self) -> None:
        self._ceasing = self._of_clock = None
        self._tell_place()

    def _tell_place(self) -> None:
        """Tell all pages where the song is, when that is not what was told."""
        place, told = self._of_clock or self._of_link, self._told
        if place is None or told is None:
            if place is told:
                return
        elif told.seconds_off(place) <= MOVED_SECONDS:
            return
        self._told = place
        self._house.tell(_message(place))

    def close(self) -> None:
        """Nothing is settled any more that was turned before."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _set(self, bpm: float | None, digits: int) -> None:
        if bpm is not None:
            self._house.set({"bpm": round(bpm, digits), "tempo_sync": 1.0})

    def _settle(self) -> None:
        self._resting = None
        wanted, told = self._wanted()
        if told:
            self._house.tell(say.Refused(message=told))
        if wanted is not None:
            self._house.set(
                {
                    "bpm": wanted.bpm,
                    "bars": wanted.bars,
                    "beats": wanted.beats,
                    "beat_unit": wanted.unit,
                }
            )
            self.close()  # that was no hand
        if wanted != self.tempo:
            self.tempo = wanted
            for deck in self._house.decks.values():
                task = asyncio.create_task(self._have_kept(deck, wanted))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _have_kept(self, deck: Deck, tempo: Tempo | None) -> None:
        try:
            await deck.keep_time(tempo)
        except Exception as error:
            # The deck plays on as it did.
            self._house.tell(say.Refused(message=describe.line(error)))

    def _wanted(self) -> tuple[Tempo | None, str]:
        values = self._values
        if not values["tempo_sync"]:
            return None, ""
        return nearest(values["bpm"], values["bars"], values["beats"], values["beat_unit"])


def _message(place: Place | None) -> say.PlaceChanged:
    if place is None:
        return say.PlaceChanged(song=None)
    return say.PlaceChanged(song=say.SongPlace(**asdict(place)))


def told_by(seconds: float, phrase: Phrase | None) -> dict[str, float]:
    """The desk's tempo for a loop of `seconds`; without known bars, as near to 120 as can be."""
    if phrase is not None and phrase.quarters == round(phrase.quarters):
        bars, beats = phrase.bars, round(phrase.quarters)
    else:
        beats = 4
        bars = min(
            range(1, MOST_BARS + 1),
            key=lambda each: abs(math.log2(60 * beats * each / seconds / USUAL_BPM)),
        )
    return {"bpm": 60 * beats * bars / seconds, "bars": bars, "beats": beats, "beat_unit": 4}
