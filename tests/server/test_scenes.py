"""Scenes, morphs and the way back in a room: real decks, whose worker is only needed for ears."""

import asyncio
import itertools
import json

import pytest
from rooms import Reader, playing

from immersions.stage.show import chosen, show_to

RATE = "learning_rate"


def show(reader):
    return chosen(reader.room.present)


def first(reader):
    return reader.room.first.state


async def begun(reader):
    """The clip is there and the ear is loaded: nothing changes by itself from now on."""
    await reader.until(lambda: "ear" in reader.heard and reader.loops)
    await reader.until(lambda: first(reader).targets and "steps" in reader.heard)


async def stepped(reader, undo, redo):
    await reader.until(
        lambda: (reader.heard["steps"]["undo"], reader.heard["steps"]["redo"]) == (undo, redo), 20
    )


@pytest.mark.usefixtures("ears_found")
def test_every_change_can_be_undone_and_done_again():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            assert reader.heard["steps"] == {"type": "steps", "undo": 0, "redo": 0}
            shows = [show(reader)]
            clip = [each.id for each in reader.room.library.clips()][1]
            for kind, body in [
                ("set", {"parameters": {RATE: 0.2}}),
                ("set", {"parameters": {"crossfade": 0.5}}),
                ("clip", {"id": clip}),
                ("seed", {"seed": 7}),
                ("mix", {"id": "noise"}),
                ("target", {"ranges": [{"layer": "encoder.1"}]}),
                ("open", {"ear": "small"}),
                ("run", {"running": True, "deck": 1}),
            ]:
                await reader.say(kind, **body)
                shows.append(show(reader))
            assert "error" not in reader.heard
            assert all(a != b for a, b in itertools.pairwise(shows))
            await stepped(reader, 8, 0)
            for before in shows[-2::-1]:
                await reader.say("act", name="undo")
                assert show(reader) == before
            await stepped(reader, 0, 8)
            await reader.say("act", name="undo")
            await reader.until(lambda: "error" in reader.heard)
            assert reader.heard["error"]["message"] == "there is nothing to undo"
            for after in shows[1:]:
                await reader.say("act", name="redo")
                assert show(reader) == after
            assert list(reader.room.decks) == [0, 1]

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_another_ear_is_one_step_with_the_targets_that_it_needs():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            layer = reader.heard["ear"]["layers"][-1]["name"]
            await reader.say("target", ranges=[{"layer": layer}])
            before = show(reader)
            await reader.say("ear", id="fine")
            await reader.until(lambda: reader.heard["ear"]["id"] == "fine")
            await reader.until(lambda: first(reader).targets[0].layer != layer)
            await stepped(reader, 2, 0)
            await reader.say("act", name="undo")
            await reader.until(lambda: reader.heard["ear"]["id"] == "small")
            assert show(reader) == before

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_a_scene_comes_back_as_it_was_and_is_one_step():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            pid = reader.room.first.conductor.pid
            await reader.say("set", parameters={RATE: 0.3, "crossfade": 0.9})
            await reader.say("store", place=0, name="Intro")
            stored = show(reader)
            assert reader.room.memory.scenes[0].name == "Intro"
            await reader.say("seed", seed=9)
            await reader.say("set", parameters={RATE: 0.1, "crossfade": 0.0, "time_shift": 2.0})
            await reader.say("open", ear="small")
            changed = show(reader)
            await reader.say("act", name="scene_1")
            assert show(reader) == stored
            await reader.until(lambda: reader.heard["scenes"]["recalled"] == 0)
            assert reader.room.first.conductor.pid == pid
            await reader.say("act", name="undo")
            assert show(reader) == changed
            await reader.say("rename", place=0, name="Outro")
            await reader.until(lambda: reader.heard["scenes"]["scenes"][0]["name"] == "Outro")
            await reader.say("delete", place=0)
            await reader.until(lambda: reader.heard["scenes"]["scenes"] == [])
            await reader.say("recall", place=0)
            await reader.until(lambda: "error" in reader.heard)
            assert reader.heard["error"]["message"] == "there is no scene 1"

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_a_morph_travels_leaves_alone_what_is_touched_and_is_one_step():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            await reader.say("set", parameters={RATE: 0.5, "time_shift": 2.0, "crossfade": 1.0})
            await reader.say("seed", seed=3)
            await reader.say("store", place=4)
            await reader.say("set", parameters={RATE: 0.01, "time_shift": 0.0, "crossfade": 0.0})
            await reader.say("seed", seed=4)
            before = show(reader)
            steps = reader.room.memory.undos
            rates = []
            await reader.say("recall", place=4, seconds=1.5)
            assert first(reader).seed == 3, "what does not travel is switched at the start"
            await reader.until(lambda: reader.heard["scenes"]["morphing"])
            for _ in range(40):
                rates.append(first(reader).parameters[RATE])
                await asyncio.sleep(0.01)
            await reader.say("set", parameters={"time_shift": 0.25})
            await reader.until(lambda: not reader.heard["scenes"]["morphing"], 20)
            assert rates == sorted(rates)
            assert len(set(rates)) > 3
            assert first(reader).parameters[RATE] == 0.5
            assert reader.room.desk["crossfade"] == 1.0
            assert first(reader).parameters["time_shift"] == 0.25
            assert reader.room.memory.undos == steps + 2, "the scene, and what was touched"
            await reader.say("act", name="undo")
            await reader.say("act", name="undo")
            assert show(reader) == before

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_undoing_ends_a_morph_and_what_has_gone_is_told_in_one_line():
    async def play():
        async with playing("small") as reader:
            await begun(reader)
            before = show(reader)
            await reader.say("set", parameters={RATE: 0.5})
            await reader.say("store", place=0)
            await reader.say("act", name="undo")
            await reader.say("recall", place=0, seconds=100)
            await reader.until(lambda: reader.heard["scenes"]["morphing"])
            await reader.say("act", name="undo")
            await reader.until(lambda: not reader.heard["scenes"]["morphing"])
            assert show(reader) == before
            room = reader.room
            scene = room.memory.scenes[0].show
            scene.decks[0].parameters["forgotten"] = 1.0
            object.__setattr__(scene.decks[0], "clip", "upload-gone")
            await reader.say("recall", place=0)
            await reader.until(lambda: "error" in reader.heard)
            line = reader.heard["error"]["message"]
            assert line.startswith("what is no longer there is left as it is: ")
            assert "deck A: clip 'upload-gone', deck A: forgotten" in line
            assert first(reader).parameters[RATE] == 0.5

    asyncio.run(play())


@pytest.mark.parametrize(
    ("name", "line"),
    [("scene_2", "there is no scene 2"), ("fly", "unknown action 'fly'; valid names: ")],
)
@pytest.mark.usefixtures("ears_found")
def test_an_action_that_cannot_be_done_is_told_in_one_line(name, line):
    async def play():
        async with playing("small") as reader:
            await reader.say("act", name=name)
            await reader.until(lambda: "error" in reader.heard)
            assert reader.heard["error"]["message"].startswith(line)

    asyncio.run(play())


def test_what_is_taken_is_told_and_is_no_change_that_could_be_undone(room):
    async def play():
        reader = Reader(room)
        await reader.rest(0.1)
        for hand in (reader, Reader(room)):
            await hand.say("act", name="take")
            await reader.until(lambda: reader.heard.pop("take", None) is not None, 5)
        room.hands._hand.act("take")  # as the machine's ports and OSC do
        await reader.until(lambda: reader.heard.pop("take", None) is not None, 5)
        assert room.memory.undos == 0
        await reader.say("store", place=0)
        assert "take" not in json.dumps(show_to(room.memory.scenes[0].show))

    asyncio.run(play())
