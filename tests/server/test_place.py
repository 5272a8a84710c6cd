"""The place in the song as pages are told it: of a clock with jitter, and as it comes and goes."""

import asyncio
import json
import time

import numpy as np
import pytest
from rooms import EARS, Reader

from immersions.server import timekeeper
from immersions.server.library import Library
from immersions.server.room import Room
from immersions.stage.place import Place

pytestmark = pytest.mark.usefixtures("ears_found")
PULSES = 24


class Page(Reader):
    """A page that notes every place that it is told, in a room in which no process dreams."""

    def __init__(self, room=None):
        super().__init__(room or Room(Library(), EARS, "small", threads=1))
        self.songs = []

    async def read(self, seconds=0.0):
        """Take what has come after so long."""
        await asyncio.sleep(seconds)
        while len(self.outbox):
            message = await self.outbox.take()
            said = json.loads(message) if isinstance(message, str) else {}
            if said.get("type") == "place":
                self.songs.append(said["song"] and Place(**said["song"]))

    async def hear(self, times, *, after=(), port="Drums", ahead=0.0):
        """A clock's pulses, a few together as a browser passes them on."""
        events = [{"kind": kind, "at": float(times[0]), **more} for kind, more in after]
        events += [{"kind": "clock", "at": float(at)} for at in times]
        for first in range(0, len(events), 4):
            await self.say("clock", port=port, ahead=ahead, events=events[first : first + 4])
            await self.read()


def pulses(quarters, begin, bpm=120.0, jitter=0.0, seed=0):
    count = round(quarters * PULSES)
    late = np.clip(np.random.default_rng(seed).normal(0, jitter, count), -2 * jitter, 2 * jitter)
    return begin + np.arange(count) * 60 / bpm / PULSES + late


def play(performance):
    asyncio.run(performance())


@pytest.mark.parametrize("jitter", [0.0, 0.001, 0.002])
def test_a_start_tells_the_place_and_jitter_does_not_tell_it_again_and_again(jitter):
    async def performance():
        page = Page()
        begin = time.monotonic()
        await page.hear(pulses(40, begin, 127.3, jitter), after=[("start", {})])
        assert 1 <= len(page.songs) <= (6 if jitter else 1)
        end = begin + 40 * 60 / 127.3
        assert abs(page.songs[-1].quarters_at(end) - 40) * 60 / 127.3 < 0.003
        again = Page(page.room)
        await again.read()
        assert again.songs == page.songs[-1:], "who enters is told too"

    play(performance)


def test_what_a_page_learns_of_the_server_s_time_moves_the_place_and_not_the_tempo():
    async def performance():
        page = Page()
        begin = 50.0
        times = pulses(24, begin)
        await page.hear(times[: 2 * PULSES], after=[("start", {})], ahead=None)
        assert page.songs == [], "where that is by the server's clock nobody knows"
        for quarter in range(2, 24):
            ahead = 700 + 0.008 * (quarter % 2)
            await page.hear(times[quarter * PULSES : (quarter + 1) * PULSES], ahead=ahead)
            at = times[quarter * PULSES] + ahead
            assert page.songs[-1].quarters_at(at) == pytest.approx(quarter, abs=0.001)
            assert page.room.desk["bpm"] == 120

    play(performance)


def test_a_clock_without_a_start_has_no_place():
    async def performance():
        page = Page()
        await page.hear(pulses(8, time.monotonic()))
        assert page.songs == []

    play(performance)


def test_another_place_is_told_and_a_stop_keeps_it():
    async def performance():
        page = Page()
        begin = time.monotonic()
        times = pulses(24, begin)
        await page.hear(times[: 4 * PULSES], after=[("start", {})])
        assert len(page.songs) == 1
        await page.hear(times[4 * PULSES : 8 * PULSES], after=[("stop", {})])
        assert len(page.songs) == 1
        jump = [("position", {"sixteenths": 18}), ("continue", {})]
        await page.hear(times[8 * PULSES : 12 * PULSES], after=jump)
        assert page.songs[-1].quarters_at(times[8 * PULSES]) == pytest.approx(4.5, abs=0.01)

    play(performance)


def test_a_clock_that_ceases_loses_the_place(monkeypatch):
    monkeypatch.setattr(timekeeper, "CEASED_SECONDS", 0.2)

    async def performance():
        page = Page()
        begin = time.monotonic()
        await page.hear(pulses(4, begin), after=[("start", {})])
        assert page.songs[-1] is not None
        await page.read(1.0)
        assert page.songs[-1] is None
        late = Page(page.room)
        await late.read()
        assert late.songs == [], "nothing is known"
        await page.hear(pulses(4, begin + 60), after=[("start", {})])
        assert page.songs[-1].quarters_at(begin + 60) == pytest.approx(0, abs=0.01)

    play(performance)


def test_of_two_clocks_the_first_counts_until_it_ceases(monkeypatch):
    monkeypatch.setattr(timekeeper, "CEASED_SECONDS", 0.3)

    async def performance():
        page = Page()
        begin = time.monotonic()
        await page.hear(pulses(4, begin), after=[("start", {})])
        told = list(page.songs)
        await page.hear(pulses(4, begin + 0.3, 90), after=[("start", {})], port="Another")
        assert page.songs == told
        assert page.room.desk["bpm"] == 120
        await page.read(1.0)
        assert page.songs[-1] is None
        await page.hear(pulses(4, begin + 0.3, 90), after=[("start", {})], port="Another")
        assert page.songs[-1].bpm == pytest.approx(90)

    play(performance)


def test_the_song_position_of_the_machine_s_ports_counts():
    async def performance():
        page = Page()
        times = pulses(4, time.monotonic())
        time_of = page.room.time
        time_of.clock("position", times[0], 18, "machine: Drums")
        time_of.clock("continue", times[0], 0, "machine: Drums")
        for at in times:
            time_of.clock("clock", float(at), 0, "machine: Drums")
        await page.read()
        assert page.songs[-1].quarters_at(times[0]) == pytest.approx(4.5, abs=0.01)

    play(performance)
