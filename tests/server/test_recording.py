"""What is kept of a performance, over real sockets: the log, replayed to the sample, and WAVs."""

import asyncio
import io
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile
from listening import a_page

from immersions import ears
from immersions.cli import run
from immersions.stage import logs
from immersions.stage.start_sounds import common
from immersions.stage.workers.replay import Replay

TARGET = {"layer": "encoder.1", "weight": 1.0, "channel": [0, 0.3], "pitch": [0, 1], "time": [0, 1]}
RATE = 44_100


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "immersions" / "performances"


def post(address, body=b"", kind="application/octet-stream"):
    asked = urllib.request.Request(address, body, {"Content-Type": kind}, method="POST")
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)


def refused(address, body=b"", kind="application/octet-stream"):
    with pytest.raises(urllib.error.HTTPError) as error:
        post(address, body, kind)
    return error.value.code, json.load(error.value)["detail"]


def start(performance, **changes):
    wanted = {"page": 5, "frame": 1000, "rate": RATE, "channels": 1, **changes}
    body = json.dumps(wanted).encode()
    return post(performance.address + "api/recordings", body, "application/json")["id"]


def test_what_was_played_is_dreamed_again_in_another_process_to_the_sample(begin, kept, tmp_path):
    played = {}

    async def play(performance):
        async with a_page(performance.socket) as page:
            await page.until(lambda page: page.loops and page.loops[-1].layers)
            await page.say("target", deck=0, ranges=[TARGET])
            await page.say("run", deck=0, running=True)
            frame = 5000

            def sounds(loop, fade=1323):
                told = {"page": 5, "id": loop.id, "frame": frame, "fade": fade, "rate": RATE}
                return page.say("sounded", deck=0, **told)

            await sounds(page.loops[-1], 0)
            for value in (0.05, 0.2, 0.01):
                await page.say("set", deck=0, parameters={"learning_rate": value})
                known = len(page.dreams)
                await page.say("pull", deck=0, id=page.loops[-1].id)
                await page.until(lambda page, known=known: len(page.dreams) > known)
                frame += 160_364
                await sounds(page.dreams[-1])
            await page.say("sounded", deck=0, page=5, id=999, frame=1, fade=0, rate=RATE)
            await page.say("run", deck=0, running=False)
            await page.until(lambda page: not page.state["running"])
            for each in page.loops:
                played[each.id] = each.step

    with begin() as performance:
        asyncio.run(play(performance))
    (folder,) = kept.iterdir()
    performance = logs.read(folder)
    assert not performance.torn
    found = list(Replay(performance, 0, ears.load, common).loops())
    assert {each.id: each.step for each in found if each.id in played} == played
    dreams = [each for each in found if each.kind == "dream"]
    assert len(dreams) >= 3
    assert all(each.same for each in dreams), "the same loops to the sample"
    assert not list(folder.glob("sounds/*")), "a bundled clip need not be kept"
    assert run(["render", str(folder), "-o", str(tmp_path / "out.wav")]) == 0
    sound, rate = soundfile.read(tmp_path / "out.wav")
    assert rate == RATE
    assert len(sound) >= 3 * 160_364
    first = next(each for each in found if each.kind == "start").samples
    heard = sound[256 + 2000 : 256 + 100_000]
    assert np.abs(heard - first[2000:100_000]).max() < 2**-23


def test_what_sounds_beside_the_dreams_is_in_the_log_by_the_name_that_its_answer_had(begin, kept):
    at = {"page": 5, "rate": RATE, "place": "sample_0"}
    with begin() as performance:

        def answer(clip):
            with urllib.request.urlopen(f"{performance.address}api/clips/{clip}/audio") as found:
                return found.headers["ETag"].strip('"'), soundfile.read(io.BytesIO(found.read()))

        async def play():
            async with a_page(performance.socket) as page:
                await page.until(lambda page: page.loops)
                own = await asyncio.to_thread(answer, "acid")
                await page.say("set", deck=0, parameters={"tempo_sync": 1, "bpm": 141})
                await page.until(lambda page: page.loops[-1].samples != page.loops[0].samples)
                fitted = await asyncio.to_thread(answer, "acid")
                for sound, frame in ((own[0], 5000), (fitted[0], 9000), ("0" * 64, 9500)):
                    told = {"frame": frame, "fade": 0, "into": 70, "length": 900, "sound": sound}
                    await page.say("beside", **at, **told)
                await page.say("silenced", **at, frame=9900)
                await page.say("beside", **at | {"place": "deck_0"}, frame=1, fade=0, into=0)
                await page.until(lambda page: page.errors)
                return own, fitted

        own, fitted = asyncio.run(play())
    (folder,) = kept.iterdir()
    read = logs.read(folder)
    assert read.opened.beside
    told = [each for each in read.events if each.event == "beside"]
    assert [each.sound for each in told] == [own[0], fitted[0], None]
    assert [(x.place, x.frame) for x in read.events if x.event == "silence"] == [("sample_0", 9900)]
    for name, (samples, rate) in (own, fitted):
        sound = read.sounds()[name]
        assert sound.sample_rate == rate
        assert np.array_equal(read.samples(sound, common), samples)
    assert read.sounds()[own[0]].file is None, "a bundled clip need not be kept"


def test_blocks_make_a_file_whatever_comes_late_twice_or_never(begin, kept):
    with begin() as performance:
        name = start(performance)
        address = f"{performance.address}api/recordings/{name}"
        sound = np.sin(np.arange(4000) / 20).astype("<f4") / 2
        assert post(f"{address}/blocks?at=0", sound[:1000].tobytes()) == {"frames": 1000}
        assert post(f"{address}/blocks?at=500", sound[500:2000].tobytes()) == {"frames": 2000}
        with urllib.request.urlopen(f"{address}/audio", timeout=20) as answer:
            assert "attachment" in answer.headers["Content-Disposition"]
            early = answer.read()
        assert len(early) > 3 * 2000
        assert post(f"{address}/blocks?at=3000", sound[3000:].tobytes()) == {"frames": 4000}
        assert refused(f"{address}/blocks?at=0", b"odd")[0] == 422
        assert refused(f"{address}/blocks?at=900000000", sound.tobytes())[0] == 422
        assert post(f"{address}/end") == {"id": name}
        assert refused(f"{address}/blocks?at=4000", sound.tobytes())[0] == 404
        assert refused(f"{address}/end")[0] == 404
        outside = f"{performance.address}api/recordings/..%2F..%2Flog/audio"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(outside, timeout=20)
        code, _ = refused(f"{performance.address}api/recordings", b"{}", "application/json")
        assert code == 422

        async def listed():
            async with a_page(performance.socket) as page:
                await page.until(lambda page: "recordings" in page.heard)
                return page.heard["recordings"]["recordings"]

        (told,) = asyncio.run(listed())
    assert told["id"] == name
    assert not told["going"]
    assert told["seconds"] == pytest.approx(4000 / RATE)
    (folder,) = kept.iterdir()
    found, _ = soundfile.read(folder / f"{name}.wav")
    sound[2000:3000] = 0
    assert np.abs(found - sound).max() <= 2**-24
    events = [each.event for each in logs.read(folder).events]
    assert events.count("record") == events.count("gap") == events.count("recorded") == 1


def test_a_killed_server_leaves_a_log_and_a_recording_that_can_be_read(begin, kept):
    with begin() as performance:
        name = start(performance)
        block = np.full(RATE // 2, 0.25, "<f4")
        for number in range(8):
            at = number * len(block)
            post(f"{performance.address}api/recordings/{name}/blocks?at={at}", block.tobytes())
            time.sleep(0.3)
        performance.process.kill()
    (folder,) = kept.iterdir()
    found, _ = soundfile.read(folder / f"{name}.wav")
    assert len(found) >= 3 * len(block), "the header is renewed each second"
    assert np.all(found == 0.25)
    assert any(each.event == "record" for each in logs.read(folder).events)


def test_where_nothing_is_kept_nothing_is_written_and_recording_says_so(begin, kept):
    with begin("--no-keep") as performance:
        body = json.dumps({"page": 1, "frame": 0, "rate": RATE, "channels": 1}).encode()
        code, line = refused(performance.address + "api/recordings", body, "application/json")
        assert (code, line) == (409, "nothing is kept of this performance")
    assert not kept.exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line_and_the_music_plays(begin, kept):
    kept.parent.mkdir(parents=True)
    Path(kept).mkdir(mode=0o500)
    with begin() as performance:
        body = json.dumps({"page": 1, "frame": 0, "rate": RATE, "channels": 1}).encode()
        code, line = refused(performance.address + "api/recordings", body, "application/json")
        assert code == 409
        assert "\n" not in line
