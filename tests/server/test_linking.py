"""A room and a real Link session; the other musician is another session."""

import asyncio
import time

import pytest
from rooms import EARS, Reader

from immersions.server.library import Library
from immersions.server.room import Room
from immersions.stage.link import LinkSession
from immersions.stage.place import Place

pytestmark = pytest.mark.usefixtures("ears_found")


def test_the_tempo_goes_both_ways_and_the_place_is_the_session_s():
    pytest.importorskip("link", reason="Ableton Link is not installed: immersions[link]")

    async def play():
        room = Room(Library(), EARS, "small", threads=1)
        page = Reader(room)
        other = LinkSession(111)
        await asyncio.sleep(0.5)
        room.time.session = LinkSession(room.desk["bpm"])
        linked = asyncio.create_task(room.time.run())
        try:
            for _ in range(50):
                await asyncio.sleep(0.1)
                if other.peers:
                    break
            else:
                pytest.skip("no multicast here: Link programs cannot find each other")
            other.set_bpm(97.25)
            for _ in range(50):
                await asyncio.sleep(0.1)
                if room.desk["bpm"] == 97.25:
                    break
            assert room.desk["bpm"] == 97.25
            assert room.desk["tempo_sync"] == 1
            await page.until(lambda: "place" in page.heard)
            song = Place(**page.heard["place"]["song"])
            off = (song.quarters_at(time.monotonic()) - other.phase(8)) % 8
            assert min(off, 8 - off) * 60 / song.bpm < 0.02
            room.set({"bpm": 133.0})
            for _ in range(50):
                await asyncio.sleep(0.1)
                if abs(other.bpm() - 133) < 0.01:
                    break
            assert other.bpm() == pytest.approx(133, abs=0.01)
        finally:
            linked.cancel()
            await asyncio.gather(linked, return_exceptions=True)
            other.close()

    asyncio.run(play())
