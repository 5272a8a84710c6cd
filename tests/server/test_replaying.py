"""A performance of many turns, over sockets: what was heard is dreamed again, to the sample."""

import asyncio
import time

import numpy as np
import pytest
from listening import a_page, samples_of

from immersions import ears
from immersions.stage import logs
from immersions.stage.logs.timeline import timeline
from immersions.stage.start_sounds import common
from immersions.stage.workers.replay import Replay

TARGET = {"layer": "encoder.1", "channel": [0, 0.3]}
ONE = {"layer": "encoder.2", "channel": [0.2, 0.0], "pitch": [0.5, 0.0]}
RATE = 44_100


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "immersions" / "performances"


class Player:
    """A page that lets each loop sound as soon as it has it, as the server's log is told."""

    def __init__(self, page):
        self.page = page
        self.heard = {}
        self._began = time.monotonic()

    async def hear(self, deck, true=lambda header: True):
        """The next loop of a deck that is as wanted."""
        known = len(self.page.loops)

        def came(page):
            return any(x.deck == deck and true(x) for x in page.loops[known:])

        await self.page.until(came)
        header = next(x for x in self.page.loops[known:] if x.deck == deck and true(x))
        newest, payload = self.page.sounding[deck, header.kind]
        fade = 1323 if any(of == deck for of, _ in self.heard) else 0
        self.heard[deck, newest.id] = samples_of(newest, payload)
        frame = round((time.monotonic() - self._began) * RATE) + RATE
        told = {"page": 5, "id": newest.id, "frame": frame, "fade": fade, "rate": RATE}
        await self.page.say("sounded", deck=deck, **told)

    async def dreams(self, deck, count=1):
        for _ in range(count):
            known = max(each.id for each in self.page.loops if each.deck == deck)
            await self.page.say("pull", deck=deck, id=known)
            await self.hear(deck, lambda x, known=known: x.kind == "dream" and x.id > known)


def assert_the_same(folder, heard):
    performance = logs.read(folder)
    for deck in sorted({deck for deck, _ in heard}):
        found = list(Replay(performance, deck, ears.load, common).loops())
        assert [each.id for each in found if each.same is not True] == []
        loops = {each.id: each.samples for each in found}
        for (of, number), samples in heard.items():
            if of == deck:
                assert np.array_equal(loops[number], samples), (deck, number)


def test_solo_tempo_a_second_deck_and_undo_are_dreamed_again(begin, kept):
    heard = {}

    async def play(performance):
        async with a_page(performance.socket) as page:
            player = Player(page)
            await page.until(lambda page: page.loops and page.loops[-1].layers)
            await page.say("target", deck=0, ranges=[TARGET])
            await page.say("run", deck=0, running=True)
            await player.dreams(0, 2)
            # One neuron alone, and on as before.
            await page.say("solo", deck=0, range=ONE)
            await player.dreams(0, 2)
            await page.say("solo", deck=0, range=None)
            await player.dreams(0)
            # Another tempo while it dreams; another sound mixed in.
            length = page.loops[-1].samples
            await page.say("set", deck=0, parameters={"tempo_sync": 1, "bpm": 141})
            await player.hear(0, lambda x: x.samples != length and x.kind == "dream")
            await page.say("mix", deck=0, id="noise")
            await page.say("set", deck=0, parameters={"mix": 0.2})
            await player.dreams(0)
            # A second deck, that dreams of something else.
            await page.say("open", ear="small")
            await page.until(lambda page: any(x.deck == 1 and x.layers for x in page.loops))
            await page.say("target", deck=1, ranges=[ONE])
            await page.say("run", deck=1, running=True)
            await player.dreams(1)
            await page.say("set", deck=1, parameters={"learning_rate": 0.3})
            await player.dreams(0)
            await player.dreams(1)
            await page.say("solo", deck=1, range=TARGET)
            await player.dreams(1)
            # The way back as far as the tempo, and forth again: the second deck is opened anew.
            for _ in range(7):
                await page.say("act", deck=0, name="undo")
            await player.hear(0, lambda x: x.samples == length)
            await player.dreams(0)
            for _ in range(7):
                await page.say("act", deck=0, name="redo")
            await player.hear(1, lambda x: x.kind == "dream")
            await player.dreams(0)
            await page.say("clip", deck=0, id="acid")
            await player.hear(0, lambda x: x.kind == "start")
            await player.dreams(0)
            await page.say("run", deck=0, running=False)
            await asyncio.sleep(0.5)
            heard.update(player.heard)

    with begin() as performance:
        asyncio.run(play(performance))
    (folder,) = kept.iterdir()
    assert len(heard) > 14
    assert_the_same(folder, heard)
    performance = logs.read(folder)
    assert [x.deck for x in performance.events if x.event == "ear"] == [0, 1, 1]
    assert set(timeline(performance).decks) == {0, 1}


def test_a_dream_that_is_come_back_to_sounds_in_the_new_log_too(begin, kept, tmp_path):
    state = tmp_path / "state"

    async def play(performance, dream):
        async with a_page(performance.socket) as page:
            player = Player(page)
            await page.until(lambda page: page.loops)
            if dream:
                await page.until(lambda page: page.loops[-1].layers)
                await page.say("target", deck=0, ranges=[TARGET])
                await page.say("run", deck=0, running=True)
                await player.dreams(0, 2)
                await asyncio.sleep(4)
            else:
                await page.until(lambda page: page.dreams)
                await page.say("run", deck=0, running=True)
                await player.dreams(0, 2)
            heard = {(x.deck, x.id) for x in page.loops}
            return player.heard, heard

    with begin(state=state) as performance:
        asyncio.run(play(performance, True))
    (first,) = kept.iterdir()
    with begin(state=state) as performance:
        heard, known = asyncio.run(play(performance, False))
    (second,) = (each for each in kept.iterdir() if each != first)
    assert_the_same(second, heard)
    made = {(x.deck, x.id) for x in logs.read(second).events if x.event == "loop"}
    assert known <= made
