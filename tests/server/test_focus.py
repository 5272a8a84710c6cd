"""The deck in hand: each page's own, and that of the machine's controllers and of OSC."""

import asyncio

import pytest
from rooms import EARS, Reader

from immersions.server.hands import Wiring
from immersions.server.library import Library
from immersions.server.room import Room
from immersions.stage.controls.osc_plan import plan

NANO = "nanoKONTROL2"
SOLO_1, SOLO_2, PLAY = 32, 33, 41
"""By the bundled mapping: decks A and B in hand, dream or rest."""


async def press(page, number):
    await page.say("midi", port=NANO, bytes=[0xB0, number, 127, 0xB0, number, 0], at=0.0)


async def looks(page, deck):
    """The page is told that its controllers have taken this deck in hand."""
    await page.until(lambda: page.heard.get("focus", {}).get("deck") == deck, 5)
    del page.heard["focus"]


def running(room):
    return [deck.state.running for deck in room.decks.values()]


@pytest.fixture
def stage(tmp_path):
    """Two pages on two decks that have no process."""

    def run(play):
        async def go():
            wiring = Wiring(folder=tmp_path, osc=plan("0"))
            room = Room(Library(), EARS, "small", 1, wiring=wiring)
            await room.hands.open()
            task = asyncio.create_task(room.hands.run())
            one, other = Reader(room), Reader(room)
            try:
                await one.say("open", ear="small")
                for page in (one, other):
                    await page.say("midi_ports", ports=[NANO])
                    await page.rest(0.2)
                    page.heard.pop("focus", None)
                await play(room, one, other)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await room.hands.close()

        asyncio.run(go())

    return run


def test_a_deck_taken_in_hand_on_one_page_moves_no_other(stage):
    async def play(room, one, other):
        await one.say("focus", deck=1)
        await other.rest(0.3)
        assert "focus" not in other.heard
        await press(other, PLAY)
        assert running(room) == [True, False]
        await press(one, PLAY)
        assert running(room) == [True, True]
        await press(other, SOLO_2)
        await looks(other, 1)
        await press(other, SOLO_1)
        await one.rest(0.3)
        assert "focus" not in one.heard
        await press(one, PLAY)
        assert running(room) == [True, False]
        await other.say("act", name="focus_b")
        await looks(other, 1)
        assert "focus" not in one.heard

    stage(play)


def test_the_machine_s_controllers_go_with_the_page_that_chose_last(stage):
    async def play(room, one, other):
        machine = room.hands._hand  # as its ports and OSC act
        machine.act("focus_b")
        for page in (one, other):  # nobody has chosen yet
            await looks(page, 1)
        await one.say("focus", deck=0)
        machine.set("dream", 1.0)
        assert running(room) == [True, False]
        machine.act("focus_b")
        await looks(one, 1)
        await other.rest(0.3)
        assert "focus" not in other.heard
        machine.set("dream", 1.0)
        assert running(room) == [True, True]
        assert room.hands.focus == 1
        room.leave(one.outbox)
        machine.act("focus_a")
        await looks(other, 0)

    stage(play)


def test_a_page_that_comes_begins_where_the_last_hand_was(stage):
    async def play(room, one, other):
        await one.say("focus", deck=1)
        third = Reader(room)
        await third.until(lambda: "welcome" in third.heard, 5)
        assert third.heard["welcome"]["focus"] == 1

    stage(play)
