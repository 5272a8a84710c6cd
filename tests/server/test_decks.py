"""Several decks in one room, with real workers."""

import asyncio

import numpy as np
import pytest
from listening import samples_of
from rooms import playing


def of_deck(reader, number):
    return [loop for loop in reader.loops if loop[0].deck == number]


@pytest.mark.usefixtures("ears_found")
def test_a_second_deck_dreams_beside_the_first_and_starts_from_its_dream():
    async def play():
        async with playing("small") as reader:
            room = reader.room
            await reader.until(lambda: of_deck(reader, 0) and of_deck(reader, 0)[-1][0].layers)
            await reader.say("open", ear="small")
            await reader.until(lambda: of_deck(reader, 1) and of_deck(reader, 1)[-1][0].layers)
            assert reader.heard["decks"]["decks"] == [0, 1]
            first, second = (of_deck(reader, number)[-1] for number in (0, 1))
            assert first[0].samples == second[0].samples
            assert np.array_equal(samples_of(*first), samples_of(*second))
            await reader.say("run", running=True)
            await reader.until(lambda: of_deck(reader, 0)[-1][0].kind == "dream")
            assert not room.deck(1).state.running
            await reader.say("run", running=False)
            await reader.rest()
            await reader.say("start_from", deck=1, source=0)
            newest = np.frombuffer(room.first.newest.samples, np.float32)
            known = room.deck(1).state.generation
            await reader.until(lambda: of_deck(reader, 1)[-1][0].generation >= known)
            began = samples_of(*of_deck(reader, 1)[-1])
            assert np.corrcoef(began, newest)[0, 1] > 0.999
            assert room.deck(1).state.clip in [each.id for each in room.library.clips()]
            gone = room.deck(1).conductor.pid
            await reader.say("close", deck=1)
            await reader.until(lambda: reader.heard["decks"]["decks"] == [0])
            assert gone is not None
            assert room.first.conductor.pid is not None

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_what_concerns_the_desk_or_a_hand_finds_its_place():
    async def play():
        async with playing("small") as reader:
            room = reader.room
            await reader.until(lambda: "ear" in reader.heard)
            await reader.say("set", parameters={"crossfade": 0.5, "pitch_span": 0.25})
            await reader.until(lambda: "desk" in reader.heard)
            assert reader.heard["desk"]["values"]["crossfade"] == 0.5
            assert room.first.state.targets[-1].pitch == (0.0, 0.25)
            before = room.desk, room.first.state
            await reader.say("set", parameters={"crossfade": 2.0, "learning_rate": 0.01})
            await reader.until(lambda: "error" in reader.heard)
            assert reader.heard["error"]["message"].startswith("crossfade: expected 0 to 1")
            assert before == (room.desk, room.first.state)

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"type": "run", "running": True, "deck": 3}, "deck 3 is not open; open decks: 0"),
        ({"type": "close", "deck": 0}, "deck 0 cannot be closed"),
        ({"type": "close", "deck": 2}, "deck 2 is not open"),
        ({"type": "open", "ear": "nobody"}, "unknown ear 'nobody'"),
        ({"type": "restart", "deck": 9}, "deck"),
    ],
)
def test_a_deck_that_is_not_there_is_told_in_one_line(message, line):
    async def play():
        async with playing("small") as reader:
            kind = message.pop("type")
            await reader.say(kind, **message)
            await reader.until(lambda: "error" in reader.heard)
            assert line in reader.heard["error"]["message"]
            assert list(reader.room.decks) == [0]

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_decks_with_other_clips_have_loops_of_one_length():
    async def play():
        async with playing("small") as reader:
            room = reader.room
            await reader.until(lambda: of_deck(reader, 0) and of_deck(reader, 0)[-1][0].layers)
            seconds = room.first.state.seconds
            other = next(
                clip.id
                for clip in room.library.clips()
                if clip.bpm and abs(clip.seconds - seconds) > 0.5
            )
            await reader.say("open", ear="small")
            await reader.until(lambda: of_deck(reader, 1) and of_deck(reader, 1)[-1][0].layers)
            await reader.say("clip", deck=1, id=other)
            await reader.until(lambda: reader.room.deck(1).state.clip == other)
            known = room.deck(1).state.generation
            await reader.until(lambda: of_deck(reader, 1)[-1][0].generation >= known)
            assert of_deck(reader, 1)[-1][0].samples == of_deck(reader, 0)[-1][0].samples
            assert room.desk["tempo_sync"] == 1
            assert room.first.state.seconds == pytest.approx(seconds, abs=1e-4)

    asyncio.run(play())
