"""Tempo in a room with real workers: loops of one length, dreams that go on, taps, a clock."""

import asyncio

import numpy as np
import pytest
from listening import samples_of
from rooms import EARS, Reader, playing

from immersions.server.keeper import Back
from immersions.server.library import MOST_FITTED, Library
from immersions.server.room import Room
from immersions.stage.conductor import Loop
from immersions.stage.fitting import Phrase, refit
from immersions.stage.tempo import Tempo

RATE = 44_100

pytestmark = pytest.mark.usefixtures("ears_found")


def is_dream(loop):
    return loop[0].kind == "dream"


def lengths(reader, kind="start"):
    return [loop.samples for loop, _ in reader.loops if loop.kind == kind]


def unheard():
    """A reader in a room in which no process dreams: enough for what is played."""
    return Reader(Room(Library(), EARS, "small", threads=1))


async def begun(reader):
    await reader.until(lambda: reader.loops and reader.loops[-1][0].layers)


async def turn(reader, **values):
    """Turn the desk, and wait until a loop in that tempo has come."""
    before = len(reader.loops)
    await reader.say("set", parameters=values)
    await reader.until(lambda: "desk" in reader.heard and len(reader.loops) > before)


def test_all_decks_play_loops_of_the_tempo_s_length():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            own = lengths(reader)[-1]
            await reader.say("open", ear="small")
            await reader.until(lambda: any(loop.deck == 1 for loop, _ in reader.loops))
            await turn(reader, tempo_sync=1, bpm=100, bars=1)
            wanted = Tempo(100, 1).samples(RATE)
            await reader.until(lambda: lengths(reader)[-2:] == [wanted] * 2)
            assert {loop.deck for loop, _ in reader.loops[-2:]} == {0, 1}
            assert reader.room.first.state.seconds == pytest.approx(2.4, abs=1e-4)
            await reader.say("clip", id="breakbeat")
            await reader.until(lambda: len(lengths(reader)) and reader.loops[-1][0].deck == 0)
            assert lengths(reader)[-1] == wanted
            await reader.say("open", ear="small")
            await reader.until(lambda: reader.loops[-1][0].deck == 2)
            assert lengths(reader)[-1] == wanted
            await turn(reader, tempo_sync=0)
            await reader.until(lambda: own in lengths(reader)[-3:])

    asyncio.run(play())


def test_a_fader_that_moves_begins_nothing_until_it_rests():
    async def play():
        reader = unheard()
        for bpm in range(90, 150, 2):
            await reader.say("set", parameters={"tempo_sync": 1, "bpm": bpm})
            await asyncio.sleep(0.01)
        wanted = Tempo(148, 2).samples(RATE)
        await reader.until(lambda: lengths(reader)[-1:] == [wanted])
        assert len(lengths(reader)) == 1

    asyncio.run(play())


def test_the_dream_goes_on_in_another_tempo():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            await turn(reader, tempo_sync=1, bpm=120, bars=2)
            await reader.say("run", running=True)
            await reader.until(lambda: lengths(reader, "dream"))
            await reader.say("run", running=False)
            await reader.until(lambda: not reader.state["running"])
            await reader.rest()
            for bpm in (135, 110):
                await turn(reader, bpm=bpm)
                wanted = Tempo(bpm, 2).samples(RATE)
                await reader.until(lambda wanted=wanted: lengths(reader, "dream")[-1:] == [wanted])
                newest, payload = reader.loops[-1]
                assert newest.kind == "dream"
                last = [each for each in reader.loops if each[0].samples == 4 * RATE][-1]
                header, dream = last[0], samples_of(*last)
                assert newest.step == header.step
                assert newest.layers, "its neurons are lit"
                expected = refit(dream, RATE, wanted, Phrase(2), Phrase(2))
                likeness = np.corrcoef(samples_of(newest, payload), expected)[0, 1]
                assert likeness > 0.99, "stretched from what was dreamed, not again and again"
            await reader.say("run", running=True)
            await reader.until(lambda: reader.loops[-1][0].step > header.step)
            await reader.say("restart")
            await reader.until(lambda: reader.loops[-1][0].kind == "start")

    asyncio.run(play())


def test_what_was_dreamed_since_a_restart_or_a_solo_is_what_goes_on():
    one = {"layer": "encoder.2", "channel": [0.2, 0.0]}

    async def dreamed(reader):
        await reader.say("run", running=True)
        known = len(reader.loops)
        await reader.until(lambda: [each for each in reader.loops[known:] if is_dream(each)])
        await reader.say("run", running=False)
        await reader.until(lambda: not reader.state["running"])
        await reader.rest()
        return reader.loops[-1]

    async def fitted_from(reader, bpm):
        """The loop in another tempo, as it came."""
        await turn(reader, tempo_sync=1, bpm=bpm, bars=2)
        wanted = Tempo(bpm, 2).samples(RATE)
        await reader.until(lambda: lengths(reader, "dream")[-1:] == [wanted])
        return reader.loops[-1]

    def alike(before, after):
        (old, sound), (new, heard) = before, after
        assert new.step == old.step
        expected = refit(samples_of(old, sound), RATE, new.samples, Phrase(2), Phrase(2))
        assert np.corrcoef(samples_of(new, heard), expected)[0, 1] > 0.99

    async def play():
        async with playing("small") as reader:
            await begun(reader)
            await turn(reader, tempo_sync=1, bpm=120, bars=2)
            await reader.until(lambda: lengths(reader)[-1:] == [4 * RATE])
            await reader.say("target", ranges=[{"layer": "context.1"}])
            early = await dreamed(reader)
            kept = reader.room.first.newest
            show = reader.room.present
        late = {**kept.header, "step": 5000}
        back = Back(show=show, dreams={0: Loop(late, kept.payload)})
        async with playing("small", back=back) as reader:
            await reader.until(lambda: reader.loops and is_dream(reader.loops[-1]))
            assert reader.loops[-1][0].step == 5000
            assert len(samples_of(*reader.loops[-1])) == len(samples_of(*early))
            newest = await dreamed(reader)
            assert newest[0].step > 5000
            alike(newest, await fitted_from(reader, 135))

            await fitted_from(reader, 120)
            newest = await dreamed(reader)
            await reader.say("solo", range=one)
            begin = reader.room.first.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= begin)
            alike(newest, await fitted_from(reader, 110))
            assert not reader.room.first.solo.held
            assert (await dreamed(reader))[0].step > newest[0].step

    asyncio.run(play())


def test_what_cannot_be_is_moved_to_the_nearest_and_told():
    async def play():
        reader = unheard()
        await reader.say("set", parameters={"tempo_sync": 1, "bpm": 60, "bars": 8})
        await reader.until(lambda: lengths(reader)[-1:] == [16 * RATE])
        assert reader.heard["error"]["message"] == "8 bars would last 32.0 s, so it is 4 bars"
        assert reader.heard["desk"]["values"]["bars"] == 4
        await reader.say("set", parameters={"bpm": 10})
        await reader.until(lambda: "expected 20" in reader.heard["error"]["message"])
        assert reader.room.desk["bpm"] == 60

    asyncio.run(play())


def test_taps_set_the_tempo():
    async def play():
        reader = unheard()
        await reader.say("tap", at=100.0)
        assert reader.room.desk["tempo_sync"] == 0
        for at in (100.6, 101.2, 101.8):
            await reader.say("tap", at=at)
        assert reader.room.desk["bpm"] == 100
        wanted = Tempo(100, 2).samples(RATE)
        await reader.until(lambda: lengths(reader)[-1:] == [wanted])

    asyncio.run(play())


def test_a_clock_is_followed():
    async def play():
        reader = unheard()
        random = np.random.default_rng(0)
        times = 50 + np.arange(150) * 60 / 127.5 / 24 + random.normal(0, 5e-4, 150)
        events = [{"kind": "start", "at": 49.9}]
        events += [{"kind": "clock", "at": float(at)} for at in times]
        await reader.say("clock", port="Drums", ahead=None, events=events)
        assert reader.room.desk["bpm"] == pytest.approx(127.5, abs=0.15)
        wanted = Tempo(reader.room.desk["bpm"], 2).samples(RATE)
        await reader.until(lambda: lengths(reader)[-1:] == [wanted])
        await reader.say(
            "clock", port="Drums", ahead=None, events=[{"kind": "clock", "at": "soon"}]
        )
        await reader.until(lambda: "error" in reader.heard)

    asyncio.run(play())


class TestLibrary:
    @pytest.mark.parametrize("clip", ["silence", "noise", "house"])
    def test_start_sounds_have_the_tempo_s_length(self, clip):
        tempo = Tempo(97, 3, 7, 8)
        samples = Library().samples(clip, RATE, 1, tempo)
        assert len(samples) == tempo.samples(RATE)
        assert np.isfinite(samples).all()

    def test_what_was_fitted_is_kept_for_a_while(self):
        shelf = Library()
        first = shelf.samples("silence", RATE)
        clip = shelf.keep(np.ones(8000, np.float32).tobytes(), 8000, "A", Phrase(1))
        fitted = shelf.samples(clip.id, 8000, tempo=Tempo(200, 1))
        assert shelf.samples(clip.id, 8000, tempo=Tempo(200, 1)) is fitted
        for bpm in range(201, 201 + MOST_FITTED):
            shelf.samples(clip.id, 8000, tempo=Tempo(bpm, 1))
        assert shelf.samples(clip.id, 8000, tempo=Tempo(200, 1)) is not fitted
        assert len(shelf.samples("silence", RATE)) == len(first)

    def test_a_kept_dream_keeps_its_bars_and_an_upload_has_none(self):
        shelf = Library()
        loop = np.zeros(8000, np.float32).tobytes()
        assert shelf.phrase(shelf.keep(loop, 8000, "A", Phrase(3, 3.5)).id) == Phrase(3, 3.5)
        assert shelf.phrase(shelf.keep(loop, 8000, "A").id) is None
        assert shelf.phrase("house") == Phrase(2)
        assert shelf.phrase("noise") is None
