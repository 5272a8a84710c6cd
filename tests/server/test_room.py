"""One room with two ears and real workers, without sockets in between."""

import asyncio
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from listening import samples_of
from rooms import playing

from immersions import assets
from immersions.server.library import Library


def last(reader, kind):
    return [loop for loop in reader.loops if loop[0].kind == kind][-1]


@pytest.mark.usefixtures("ears_found")
def test_another_ear_of_another_rate_takes_over():
    async def play():
        async with playing("small") as reader:
            # Before any ear is loaded, a target is taken and checked later.
            kept, lost = {"layer": "encoder.1"}, {"layer": "encoder.77"}
            await reader.say("target", ranges=[kept, lost])
            await reader.until(lambda: "ear" in reader.heard)
            await reader.until(lambda: reader.loops and reader.loops[-1][0].layers)
            assert [each["layer"] for each in reader.state["targets"]] == ["encoder.1"]
            await reader.say("target", ranges=[{"layer": "context.3"}])
            await reader.say("ear", id="fine")
            await reader.until(lambda: reader.heard["ear"]["id"] == "fine")
            await reader.until(lambda: reader.loops[-1][0].sample_rate == 48_000)
            await reader.until(lambda: reader.loops[-1][0].layers)
            ear = reader.heard["ear"]
            header, payload = last(reader, "start")
            assert header.sample_rate == ear["sample_rate"] == 48_000
            assert header.samples == round(reader.state["seconds"] * 48_000)
            assert [each.name for each in header.layers] == [each["name"] for each in ear["layers"]]
            assert np.abs(samples_of(header, payload)).max() > 0.01
            layers = {each["layer"] for each in reader.state["targets"]}
            assert layers < {each["name"] for each in ear["layers"]}
            await reader.say("run", running=True)
            await reader.until(lambda: reader.loops[-1][0].kind == "dream")
            assert reader.loops[-1][0].layers == header.layers

    asyncio.run(play())


def likeness(reader, sound):
    header, payload = last(reader, "dream")
    return np.corrcoef(samples_of(header, payload), np.resize(sound, header.samples))[0, 1]


@pytest.mark.usefixtures("ears_found")
def test_any_other_clip_is_mixed_in_and_stays_so_after_another_clip_and_a_death():
    async def play():
        library = Library()
        second, other = [each.id for each in library.clips()][1:3]
        async with playing("small", library) as reader:
            await reader.say("mix", id="nothing")
            await reader.until(lambda: "error" in reader.heard)
            assert "unknown clip 'nothing'" in reader.heard["error"]["message"]
            await reader.say("set", parameters={"mix": 0.9})
            await reader.say("mix", id=other)
            assert reader.room.first.state.mix == other
            await reader.say("run", running=True)
            sound = library.samples(other, 44_100)
            await reader.until(lambda: reader.loops and reader.loops[-1][0].kind == "dream")
            await reader.until(lambda: likeness(reader, sound) > 0.8)
            os.kill(reader.room.first.conductor.pid, signal.SIGKILL)
            await reader.say("clip", id=second)
            generation = reader.room.first.state.generation
            await reader.until(lambda: reader.loops[-1][0].generation >= generation)
            await reader.until(lambda: reader.loops[-1][0].kind == "dream")
            await reader.until(lambda: likeness(reader, sound) > 0.8)
            await reader.say("mix", id=None)
            own = library.samples(second, 44_100)
            await reader.until(lambda: likeness(reader, own) > 0.8)
            assert reader.state["mix"] is None

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_an_ear_that_cannot_be_loaded_leaves_the_clip_to_be_heard():
    async def play():
        async with playing("broken") as reader:
            await reader.until(lambda: reader.loops)
            header, payload = reader.loops[-1]
            assert header.kind == "start"
            assert not header.layers
            assert samples_of(header, payload).any()
            await reader.until(lambda: "cannot be loaded" in reader.heard["status"]["message"])
            assert reader.heard["status"]["worker"] in ("starting", "restarting")

    asyncio.run(play())


@pytest.mark.usefixtures("ears_found")
def test_where_the_first_clip_cannot_be_read_noise_plays(tmp_path, monkeypatch, capsys):
    (tmp_path / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    clip = replace(assets.clips()[0], path=tmp_path / "broken.flac")
    monkeypatch.setattr(assets, "clips", lambda: [clip])

    async def play():
        async with playing("small", Library()) as reader:
            await reader.until(lambda: reader.loops and "state" in reader.heard)
            assert reader.state["clip"] == "noise"
            assert samples_of(*reader.loops[-1]).any()

    asyncio.run(play())
    said = capsys.readouterr().err
    assert said.startswith("immersions: ")
    assert "broken.flac: expected a sound file" in said
    assert said.endswith("noise plays instead\n")
    assert said.count("\n") == 1
