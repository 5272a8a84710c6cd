"""A performance that was killed comes back: real servers, killed as the kernel kills."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from listening import a_page, samples_of

from immersions.server.keeper import COALESCED_SECONDS
from immersions.server.library import wav

COMMAND = [sys.executable, "-c", "from immersions.cli import main; main()", "perform"]


class Run:
    """One life of a server whose performance is kept in `state`."""

    def __init__(self, state, *options):
        self.process = subprocess.Popen(
            [*COMMAND, "--port", "0", "--no-browser", "--threads", "1", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": str(state)},
        )
        self.address = self.process.stdout.readline().split()[2]
        self.socket = self.address.replace("http", "ws") + "ws"

    def upload(self, seconds):
        sound = np.random.default_rng(1).standard_normal(round(seconds * 44_100)) * 0.1
        body = (
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="beat.wav"\r\n\r\n'
            + wav(sound.astype(np.float32), 44_100)
            + b"\r\n--b--\r\n"
        )
        head = {"Content-Type": "multipart/form-data; boundary=b"}
        request = urllib.request.Request(self.address + "api/clips", body, head)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["id"]

    def end(self, how):
        """What it said on stderr."""
        self.process.send_signal(how)
        return self.process.communicate(timeout=30)[1]


@contextlib.contextmanager
def running(state, *options):
    run = Run(state, *options)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.communicate()


def of_state(page):
    return {each["deck"]: each["state"] for each in page.heard["welcome"]["decks"]}


def test_a_killed_performance_comes_back_with_its_dream(tmp_path):
    async def change(run):
        async with a_page(run.socket) as page:
            clip = run.upload(3.0)
            await page.until(lambda page: page.loops and page.loops[-1].layers)
            await page.say("clip", id=clip)
            await page.say("set", parameters={"learning_rate": 0.2, "crossfade": 0.25})
            await page.say("store", place=3, name="Kept")
            await page.say("open", ear="piano")
            await page.say("set", deck=1, parameters={"time_shift": 2.0})
            await page.say("run", running=True)
            await page.until(lambda page: page.dreams)
            # At the next writing of what was dreamed it is on disk.
            await asyncio.sleep(8)
            await page.say("run", running=False)
            await page.say("set", parameters={"learning_rate": 0.3})
            await asyncio.sleep(COALESCED_SECONDS + 1)
            return clip, page.state["generation"], samples_of(page.dreams[-1], page.newest)

    async def look(run):
        async with a_page(run.socket) as page:
            states, desk = of_state(page), page.heard["welcome"]["desk"]
            await page.until(lambda page: "scenes" in page.heard)
            await page.until(lambda page: (0, "dream") in page.sounding)
            heard = samples_of(*page.sounding[0, "dream"])
            await page.until(lambda page: page.dreams and page.dreams[-1].layers)
            return states, desk, page.heard["scenes"]["scenes"], heard, page.heard["welcome"]

    with running(tmp_path) as run:
        clip, generation, _ = asyncio.run(change(run))
        run.end(signal.SIGKILL)
    with running(tmp_path) as run:
        states, desk, scenes, heard, welcome = asyncio.run(look(run))
        assert run.end(signal.SIGINT) == ""
    assert states[0]["clip"] == clip
    assert clip in [each["id"] for each in welcome["clips"]]
    assert states[0]["parameters"]["learning_rate"] == 0.3
    assert not states[0]["running"]
    assert states[0]["seconds"] == 3.0
    assert states[0]["generation"] > generation
    assert states[1]["ear"] == "piano"
    assert states[1]["parameters"]["time_shift"] == 2.0
    assert desk["crossfade"] == 0.25
    assert scenes == [{"place": 3, "name": "Kept"}]
    assert len(heard) == 3 * 44_100
    start = np.random.default_rng(1).standard_normal(len(heard))
    assert np.corrcoef(start, heard)[0, 1] < 0.999, "what was dreamed, not the clip"


def test_fresh_begins_anew_another_ear_wins_and_a_damaged_file_falls_back(tmp_path):
    kept = tmp_path / "immersions" / "performance.json"

    async def turn(run, value):
        async with a_page(run.socket) as page:
            was = of_state(page)[0]
            await page.say("set", parameters={"learning_rate": value})
            await asyncio.sleep(COALESCED_SECONDS + 1.5)
            return was["parameters"]["learning_rate"], was["ear"]

    with running(tmp_path, "--ear", "piano") as run:
        usual, ear = asyncio.run(turn(run, 0.1))
        assert ear == "piano"
        run.end(signal.SIGKILL)
    with running(tmp_path) as run:
        assert asyncio.run(turn(run, 0.2)) == (0.1, "piano")
        with running(tmp_path) as second:
            assert asyncio.run(turn(second, 0.9)) == (usual, "small")
            line = second.end(signal.SIGINT)
            assert line.count("\n") == 1
            assert "not kept: another performance is kept there already" in line
        run.end(signal.SIGKILL)
    kept.write_bytes(kept.read_bytes()[:-200])
    with running(tmp_path, "--ear", "small") as run:
        found, ear = asyncio.run(turn(run, 0.3))
        assert found in (0.1, 0.2)
        assert ear == "small"
        line = run.end(signal.SIGINT)
        assert line.startswith("immersions: performance.json: it is not whole")
        assert line.count("\n") == 1
    with running(tmp_path, "--fresh") as run:
        assert asyncio.run(turn(run, 0.4)) == (usual, "small")
        assert run.end(signal.SIGINT) == ""


@pytest.mark.skipif(os.name == "nt", reason="needs a folder that cannot be made")
def test_where_nothing_can_be_kept_it_plays_and_says_so_once(tmp_path):
    (tmp_path / "immersions").write_text("in the way")
    with running(tmp_path) as run:
        asyncio.run(of_a_page(run))
        line = run.end(signal.SIGINT)
    assert line.startswith("immersions: this performance is not kept: ")
    assert line.count("\n") == 1
    assert Path(tmp_path / "immersions").read_text() == "in the way"


async def of_a_page(run):
    async with a_page(run.socket) as page:
        await page.say("set", parameters={"learning_rate": 0.3})
        await page.until(lambda page: page.state["parameters"]["learning_rate"] == 0.3)
