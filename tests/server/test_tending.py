"""What fails unforeseen is told in one line and goes on, and all else plays on meanwhile."""

import asyncio
from itertools import pairwise

import pytest
from rooms import EARS, Reader, playing
from starlette.testclient import TestClient

from immersions.server.app import make_app
from immersions.server.hands import Wiring
from immersions.server.keeper import Back, Keeper
from immersions.server.library import Library
from immersions.server.room import Room
from immersions.server.tending import Pauses, tend
from immersions.stage.keeping import Place
from immersions.stage.memory import kept_of

SOON = Pauses(first=0.01, most=0.04)


def once(work, error):
    """`work`, which fails the first time that it is called."""
    calls = []

    def failing(*given, **named):
        calls.append(given)
        if len(calls) == 1:
            raise error
        return work(*given, **named)

    return failing


def test_what_fails_is_begun_again_after_pauses_that_grow():
    told, begun = [], []

    async def work():
        begun.append(asyncio.get_running_loop().time())
        if len(begun) <= 5:
            raise KeyError("lost")

    asyncio.run(tend("the band", work, told.append, SOON))
    assert len(begun) == 6
    assert len(told) == 5
    assert told[0].startswith("the band failed and goes on in 0.01 s: KeyError: 'lost' (test_tend")
    assert [line.split(" s:")[0].split()[-1] for line in told] == [
        *("0.01", "0.02", "0.04", "0.04", "0.04")
    ]
    assert all(later - sooner >= 0.01 for sooner, later in pairwise(begun))


def test_a_line_that_cannot_be_told_stops_nothing_and_who_is_cancelled_ends():
    def tell(line):
        raise RuntimeError(line)

    async def play():
        begun = []

        async def work():
            begun.append(0)
            raise OSError

        task = asyncio.create_task(tend("the band", work, tell, SOON))
        while len(begun) < 3:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(play())


def dreamed(reader, number):
    return [each for each, _ in reader.loops if (each.deck, each.kind) == (number, "dream")]


@pytest.mark.usefixtures("ears_found")
def test_a_deck_that_fails_dreams_on_and_the_others_never_stop(capfd):
    async def play():
        async with playing("small", pauses=SOON) as reader:
            room = reader.room
            await reader.say("open", ear="small")
            for number in (0, 1):
                await reader.say("run", running=True, deck=number)
            await reader.until(lambda: dreamed(reader, 0) and dreamed(reader, 1))
            other, gone = room.first.conductor.pid, room.deck(1).conductor.pid
            step = dreamed(reader, 1)[-1].step
            reader.loops.clear()
            room.deck(1).on_loop = once(room.deck(1).on_loop, KeyError("unforeseen"))
            await reader.until(lambda: "error" in reader.heard)
            said = reader.heard["error"]["message"]
            assert said.startswith("deck B failed and goes on in 0.01 s: KeyError: 'unforeseen'")
            await reader.until(lambda: room.deck(1).conductor.pid not in (None, gone))
            reader.loops.clear()
            await reader.until(lambda: dreamed(reader, 0) and dreamed(reader, 1))
            assert dreamed(reader, 1)[0].step >= step  # the dream goes on where it was
            await reader.until(lambda: dreamed(reader, 1)[-1].step > step)
            assert room.first.conductor.pid == other

    asyncio.run(play())
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("immersions: deck B failed")


@pytest.mark.usefixtures("ears_found")
def test_the_tempo_the_controllers_and_the_words_may_fail_while_decks_play(tmp_path):
    async def play():
        room = Room(Library(), EARS, "small", 1, wiring=Wiring(folder=tmp_path), pauses=SOON)
        room.time.run = once(room.time.run, RuntimeError("no tempo"))
        room._reporter.status = once(room._reporter.status, RuntimeError("no words"))
        reader = None
        task = asyncio.create_task(room.run())
        try:
            room._reporter.changed()
            await asyncio.sleep(0.5)
            reader = Reader(room)
            room.hands._engine.due = once(room.hands._engine.due, RuntimeError("no hands"))
            await reader.say("midi_ports", ports=["Box"])
            await reader.until(
                lambda: "no hands" in reader.heard.get("error", {"message": ""})["message"]
            )
            await reader.say("learn", control="brightness")
            for value in (10, 12, 15):
                await reader.say("midi", port="Box", bytes=[0xB0, 20, value], at=0.0)
            await reader.until(lambda: reader.heard["controllers"]["ports"][0]["mapped"])
            reader.heard.pop("status")
            await reader.until(lambda: reader.heard.get("status", {}).get("worker") == "running")
            assert not room.over
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_a_keeper_that_failed_once_keeps_on_in_its_own_place(tmp_path):
    place = Place(tmp_path)
    keeper = Keeper(place)

    async def play():
        keeper._snapshot = once(keeper._snapshot, ZeroDivisionError())
        async with playing("small", back=Back(keeper), pauses=SOON) as reader:
            await reader.say("set", parameters={"crossfade": 0.5})
            await reader.until(lambda: "error" in reader.heard)
            assert "ZeroDivisionError" in reader.heard["error"]["message"]
            with pytest.raises(ValueError, match="another"):
                Place(tmp_path)
            await reader.say("set", parameters={"crossfade": 0.25})
            await reader.until(lambda: place.read(kept_of)[0] is not None)

    asyncio.run(play())
    again = Place(tmp_path)
    kept, trouble = again.read(kept_of)
    again.close()
    assert trouble == ""
    assert kept.show.desk["crossfade"] == 0.25


def test_a_room_that_has_ended_is_no_longer_healthy(room, capsys):
    app = make_app(room)
    answer = TestClient(app, base_url="http://127.0.0.1").get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    room.logbook.begin = once(room.logbook.begin, RuntimeError("the log is on fire"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/api/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "over")
    said = capsys.readouterr().err
    assert "the performance has ended: RuntimeError: the log is on fire (test_tending.py" in said
