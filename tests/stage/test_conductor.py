"""The dreaming process, really started, killed and stalled."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from stage_ears import RATE

from immersions.dreaming import PARAMETERS
from immersions.stage.conductor import Conductor, stop
from immersions.stage.life import Patience
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.worker import WorkerConfig

pytestmark = pytest.mark.usefixtures("stage_ears")

DREAMING = State(
    "beat",
    "small",
    2.0,
    running=True,
    parameters=PARAMETERS.check({"learning_rate": 0.02}),
    targets=(Range("encoder.1", channel=(0.0, 0.5)),),
)


class Audience:
    def __init__(self):
        self.loops, self.ears, self.lives = [], [], []
        self.conductor = None

    def on_loop(self, loop):
        self.loops.append((time.monotonic(), loop))

    def on_ear(self, hello):
        self.ears.append(hello)

    def on_progress(self):
        life = self.conductor.progress.life
        if not self.lives or self.lives[-1] != life:
            self.lives.append(life)

    @property
    def dreams(self):
        return [(at, loop) for at, loop in self.loops if loop.kind == "dream"]


@asynccontextmanager
async def conducting(ear, patience=None):
    audience = Audience()
    config = WorkerConfig(f"stage_ears:{ear}", threads=1)
    audience.conductor = Conductor(config, audience, patience or Patience(spare=1.0))
    task = asyncio.create_task(audience.conductor.run())
    try:
        yield audience.conductor, audience
    finally:
        await stop(task)


async def until(true, seconds=90.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.01)


def sound(loop):
    return np.frombuffer(loop.samples, "<f4")


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_killed_and_a_stalled_process_are_replaced_and_go_on_from_the_last_loop(clip):
    async def play():
        async with conducting("small") as (conductor, audience):
            conductor.begin(DREAMING, clip, RATE)
            first = audience.loops[0][1]
            assert first.kind == "start", "the clip can be heard before any ear is loaded"
            assert np.array_equal(sound(first), clip)
            for way in (signal.SIGKILL, signal.SIGSTOP):
                steps = conductor.progress.steps
                await until(lambda steps=steps: conductor.progress.steps > steps + 8)
                conductor.pull()
                known = len(audience.dreams)
                await until(lambda known=known: len(audience.dreams) > known)
                # The second process that stands ready by now takes over.
                await until(lambda: conductor.spare_pid is not None)
                spare = conductor.spare_pid
                pid, known, at = conductor.pid, len(audience.dreams), time.monotonic()
                os.kill(pid, way)
                await until(lambda known=known, at=at: newer(audience, known, at + 0.5))
                resumed, after = audience.dreams[-1]
                before = [loop for when, loop in audience.dreams if when <= at + 0.5][-1]
                assert resumed - at < 10.0
                assert conductor.pid == spare
                assert gone(pid)
                alike = np.corrcoef(sound(before), sound(after))[0, 1]
                assert alike > np.corrcoef(clip, sound(after))[0, 1]
                assert alike > 0.5  # some steps have been made since, and an ear may bend fast
                assert after.header["step"] > before.header["step"]
                assert after.id > before.id
            await until(lambda: conductor.spare_pid not in (None, spare))
            last = (conductor.pid, conductor.spare_pid)
        assert all(gone(pid) for pid in last)
        assert audience.lives[-1] == "stopped"
        assert audience.lives.count("restarting") == 2

    asyncio.run(play())


def crowding():
    """How many programs want each processor: a new process starts so much later."""
    return max(1.0, os.getloadavg()[0] / os.cpu_count())


@pytest.mark.parametrize("where", ["loop", "start", "first_step"])
def test_a_stall_in_any_work_is_noticed_and_dreaming_goes_on_within_ten_seconds(
    where, clip, tmp_path, monkeypatch
):
    """Takes as long as our patience, which is what is tested. The heartbeat goes on meanwhile."""
    mark = tmp_path / "stalled"
    monkeypatch.setenv("STALLED", str(mark))
    article = "in_the" if where != "loop" else "in_a"

    async def play():
        async with conducting(f"stalls_{article}_{where}", Patience()) as (conductor, audience):
            conductor.begin(DREAMING, clip, RATE)
            await until(lambda: mark.exists() and mark.read_text())
            at, pid = time.monotonic(), conductor.pid
            assert mark.read_text() == str(pid)
            seen = set()

            def resumed():
                seen.add(conductor.progress.message)
                return newer(audience, 0, at + 0.5)

            await until(resumed, 40)
            assert time.monotonic() - at < 10.0 * crowding()
            assert conductor.pid != pid
            work = where.rpartition("_")[2]
            assert any(f"a {work} took longer than" in message for message in seen)

    asyncio.run(play())


def test_an_ear_that_never_ends_loading_is_given_up(clip, tmp_path, monkeypatch):
    monkeypatch.setenv("STALLED", str(tmp_path / "stalled"))

    async def play():
        # A performance waits a minute; where even loading takes longer than this, patience grows.
        patience = Patience(loading=8.0)
        async with conducting("stalls_in_loading", patience) as (conductor, audience):
            conductor.begin(DREAMING, clip, RATE)
            await until(lambda: "loading the ear took longer" in conductor.progress.message)
            await until(lambda: audience.dreams)

    asyncio.run(play())


def test_patience_follows_the_machine_and_has_bounds():
    patience = Patience()
    assert patience.for_work(None) == 8.0
    assert [patience.for_work(step) for step in (0.05, 0.8, 2.0, 4.0)] == [5.0, 6.4, 8.0, 12.0]
    assert patience.stretched(2).for_work(None) == 16.0
    assert patience.stretched(2).quiet == patience.quiet


def newer(audience, known, at):
    return len(audience.dreams) > known and audience.dreams[-1][0] > at


def test_what_an_ear_prints_does_not_reach_the_pipe(clip):
    async def play():
        async with conducting("chatty") as (conductor, audience):
            conductor.begin(DREAMING, clip, RATE)
            await until(lambda: audience.dreams)
            pid = conductor.pid
            # A new clip while it dreams: its own sound comes first, and old loops are dropped.
            other = clip[::-1].copy()
            conductor.begin(State(**{**vars(DREAMING), "generation": 5}), other, RATE)
            await until(lambda: conductor.newest is not None)
            kinds = [(loop.kind, loop.header["generation"]) for _, loop in audience.loops]
            assert kinds[-2] == ("start", 5)
            assert kinds[-1] == ("dream", 5)
            assert np.array_equal(sound(conductor.start), other)
            assert conductor.start.header["layers"]
            assert conductor.pid == pid

    asyncio.run(play())


def test_an_ear_that_cannot_be_loaded_is_tried_ever_more_slowly_and_named(clip):
    async def play():
        async with conducting("broken") as (conductor, audience):
            conductor.begin(DREAMING, clip, RATE)
            await until(lambda: "2 times" in conductor.progress.message)
            assert "this ear cannot be loaded" in conductor.progress.message
            assert "trying again in 2 s" in conductor.progress.message
            assert "\n" not in conductor.progress.message
            assert not audience.ears
            # Another ear can be chosen meanwhile, and is not made to wait.
            conductor.listen_with(WorkerConfig("stage_ears:small", threads=1))
            await until(lambda: audience.dreams)
            assert conductor.progress.life == "running"

    asyncio.run(play())


def test_a_conductor_that_is_stopped_at_once_leaves_nothing_behind(clip):
    async def play():
        for wait in (0.0, 0.001, 0.02):
            async with conducting("small") as (conductor, _):
                conductor.begin(DREAMING, clip, RATE)
                await asyncio.sleep(wait)

    asyncio.run(play())
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    assert not [pid for pid in children if b"workers.child" in command_of(pid)]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
