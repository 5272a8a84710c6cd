"""Listening to one neuron alone, and going on as before; edges of neurons."""

import asyncio

import httpx2 as httpx
import numpy as np
import pytest
from listening import a_page, samples_of
from rooms import Reader, playing

from immersions.server import solo

ONE = {"layer": "encoder.2", "channel": [0.2, 0.0], "pitch": [0.5, 0.0]}


def sound(reader):
    return samples_of(*reader.loops[-1])


async def dreaming(reader):
    """A performance that has dreamed a little, of another target."""
    await reader.until(lambda: reader.loops and reader.loops[-1][0].layers)
    await reader.say("target", ranges=[{"layer": "context.1"}])
    await reader.say("run", running=True)
    await reader.until(lambda: reader.loops[-1][0].kind == "dream")


@pytest.mark.usefixtures("ears_found")
@pytest.mark.parametrize("running", [True, False])
def test_a_solo_is_another_sound_and_then_all_is_as_before(running):
    async def play():
        async with playing("small") as reader:
            await dreaming(reader)
            await reader.say("run", running=running)
            deck = reader.room.first
            await reader.until(lambda: reader.state["running"] is running)
            await asyncio.sleep(0.5)
            before, known = deck.state, deck.newest
            await reader.say("solo", range=ONE)
            held = deck.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= held)
            header, _ = reader.loops[-1]
            assert header.kind == "dream"
            assert header.samples == len(np.frombuffer(known.samples, "<f4"))
            # Out of silence it rises by 6 dB a step.
            await reader.until(lambda: np.abs(sound(reader)).max() > 0.05)
            alone = sound(reader)
            mixed = np.corrcoef(alone, np.frombuffer(known.samples, "<f4"))[0, 1]
            assert abs(mixed) < 0.3
            # What others turn meanwhile is there afterwards.
            await reader.say("set", parameters={"learning_rate": 0.02})
            newest = deck.conductor._aside.newest
            await reader.say("solo", range=None)
            end = deck.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= end)
            back = next(loop for loop in reader.loops if loop[0].generation >= end)
            assert np.array_equal(samples_of(*back), np.frombuffer(newest.samples, "<f4"))
            assert deck.state.targets == before.targets
            assert deck.state.clip == before.clip
            assert deck.state.running is running
            assert deck.state.parameters["learning_rate"] == 0.02
            steps = deck.conductor.progress.steps
            if running:
                await reader.until(lambda: deck.conductor.progress.steps > steps)
            else:
                await asyncio.sleep(1)
                assert deck.conductor.progress.steps == steps

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_who_leaves_lets_go_and_nobody_holds_for_ever(monkeypatch):
    async def play():
        async with playing("small") as reader:
            await dreaming(reader)
            deck = reader.room.first
            other = Reader(reader.room)
            await other.say("solo", range=ONE)
            generation = deck.state.generation
            await reader.say("solo", range=None)
            assert deck.state.generation == generation, "somebody else let go of it"
            reader.room.leave(other.outbox)
            assert deck.state.generation > generation
            end = deck.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= end)
            monkeypatch.setattr(solo, "LONGEST_SECONDS", 0.5)
            await reader.say("solo", range=ONE)
            held = deck.state.generation
            await reader.until(lambda: deck.state.generation > held)
            await reader.say("solo", range={"layer": "no such layer"})
            await reader.until(lambda: "error" in reader.heard)
            assert "no such layer" in reader.heard["error"]["message"]

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_another_clip_ends_a_solo():
    async def play():
        async with playing("small") as reader:
            await dreaming(reader)
            deck = reader.room.first
            await reader.say("solo", range=ONE)
            clip = reader.room.library.clips()[3].id
            await reader.say("clip", id=clip)
            begun = deck.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= begun)
            await reader.say("solo", range=None)
            assert deck.state.clip == clip
            assert [each.layer for each in deck.state.targets] == ["context.1"]

    asyncio.run(play())


def test_edges_are_answered_while_it_dreams_and_kept(performance):
    async def play():
        async with a_page(performance.socket) as page:
            await page.until(lambda page: "ear" in page.heard)
            await page.say("run", running=True)
            return page.heard["ear"]

    ear = asyncio.run(play())
    address = f"{performance.address}api/edges/{ear['hash']}/12000"
    first = httpx.get(address, timeout=90).json()
    assert len(first["neurons"]) == len(first["weights"]) == 200
    assert first["neuron"] == 12_000
    low, high = first["bins"]
    assert 0 <= low < high < len(ear["bin_frequencies"])
    again = httpx.get(address, timeout=90)
    assert again.json() == first
    assert again.elapsed.total_seconds() < 1
    for wrong in (f"{ear['hash']}/{ear['neurons']}", "0/1", f"{ear['hash']}/-1"):
        assert httpx.get(f"{performance.address}api/edges/{wrong}").status_code == 404
    wrong = httpx.get(f"{performance.address}api/edges/{ear['hash']}/none")
    assert wrong.status_code == 422
