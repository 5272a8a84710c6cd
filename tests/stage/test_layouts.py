"""The layouts of ears that are not bundled, by real processes."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import layout_ears
import numpy as np
import pytest

from immersions import assets
from immersions.anatomy.layout import grid
from immersions.stage import kept
from immersions.stage.layouts import Layouts
from immersions.stage.workers.layout_child import NICENESS

HASH, LAYERS = layout_ears.HASH, layout_ears.LAYERS
NEURONS = sum(layer.channels * layer.pitches for layer in LAYERS)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where layouts are kept in this test; the process finds the tests' own ears."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    return tmp_path / "immersions" / "layouts"


@asynccontextmanager
async def laying():
    told = []
    layouts = Layouts(told.append)
    try:
        yield layouts, told
    finally:
        await layouts.stop()


async def until(true, seconds=120):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.01)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_ear_is_laid_out_once_and_the_grid_stands_in_until_then(folder):
    async def play():
        async with laying() as (layouts, told):
            found, kind = await layouts.find("layout_ears:seeded", HASH, LAYERS)
            assert kind == "grid"
            assert np.array_equal(found.positions, grid(HASH, LAYERS).positions)
            await until(lambda: layouts.pid is not None)
            pid = layouts.pid
            # Asked again, by another page: nothing else is begun.
            await layouts.find("layout_ears:seeded", HASH, LAYERS)
            await until(lambda: told[-1].going != "computing" or told[-1].share > 0)
            if told[-1].going == "computing" and hasattr(os, "getpriority"):
                assert os.getpriority(os.PRIO_PROCESS, pid) >= NICENESS
            await until(lambda: told[-1].going != "computing")
            assert told[-1].going == "ready", told[-1]
            assert not alive(pid)
            shares = [each.share for each in told]
            assert shares == sorted(shares)
            assert shares[0] == 0
            assert shares[-1] == 1
            assert {each.ear_hash for each in told} == {HASH}
            known = len(told)
            found, kind = await layouts.find("layout_ears:seeded", HASH, LAYERS)
            assert kind == "laid"
            assert found.positions.shape[1:] == (NEURONS, 2)
            assert len(found.positions) > 1
            assert layouts.pid is None
            assert len(told) == known

    asyncio.run(play())
    assert [path.name for path in folder.iterdir()] == [f"{HASH}.npz"]


@pytest.mark.parametrize(
    ("ear", "line"),
    [
        ("broken", "this ear cannot be loaded"),
        ("unseeded", "was made anew"),
        ("crashing", "status 3"),
    ],
)
def test_what_cannot_be_laid_out_is_told_in_one_line_and_not_tried_again(folder, ear, line, capfd):
    async def play():
        async with laying() as (layouts, told):
            await layouts.find(f"layout_ears:{ear}", HASH, LAYERS)
            await until(lambda: told and told[-1].going == "failed")
            assert line in told[-1].message
            assert "\n" not in told[-1].message
            known = len(told)
            _, kind = await layouts.find(f"layout_ears:{ear}", HASH, LAYERS)
            assert kind == "grid"
            await asyncio.sleep(0.2)
            assert len(told) == known

    asyncio.run(play())
    assert line in capfd.readouterr().err


def test_a_full_or_forbidden_cache_is_one_line(folder, monkeypatch):
    blocked = folder.parent.parent / "blocked"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))

    async def play():
        async with laying() as (layouts, told):
            await layouts.find("layout_ears:seeded", HASH, LAYERS)
            await until(lambda: told and told[-1].going == "failed")
            assert "blocked" in told[-1].message

    asyncio.run(play())


def test_another_ear_takes_the_place_of_the_one_under_way(folder, tmp_path):
    async def play():
        async with laying() as (layouts, told):
            await layouts.find("layout_ears:slow", "0" * 32, LAYERS)
            mark = tmp_path / "mark"
            await until(lambda: mark.exists() and mark.read_text())
            first = int(mark.read_text())
            await layouts.find("layout_ears:seeded", HASH, LAYERS)
            await until(lambda: told[-1].ear_hash == HASH)
            assert not alive(first)
            await until(lambda: told[-1].going == "ready")
            assert not [
                each for each in told if each.ear_hash != HASH and each.going != "computing"
            ]

    asyncio.run(play())


def test_no_process_outlives_who_started_it(folder, tmp_path):
    code = """
import asyncio
from layout_ears import LAYERS
from immersions.stage.layouts import Layouts
async def play():
    await Layouts(print).find("layout_ears:slow", "0" * 32, LAYERS)
    await asyncio.sleep(60)
asyncio.run(play())
"""
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    mark = tmp_path / "mark"
    deadline = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pid = int(mark.read_text())
    server.kill()
    server.wait()
    while alive(pid):
        assert time.monotonic() < deadline, "an orphan"
        time.sleep(0.05)


def test_a_bundled_ear_s_layout_is_found_and_one_that_does_not_fit_is_not(folder):
    stored = next(assets.layout_path("x").parent.glob("*.npz"))
    with np.load(stored) as file:
        neurons = file["moves"].shape[2]
    assert kept.read(stored.stem, neurons) is not None
    assert kept.read(stored.stem, neurons + 1) is None
    folder.mkdir(parents=True)
    (folder / "abc.npz").write_bytes(b"no layout")
    assert kept.read("abc", neurons) is None


def test_the_oldest_are_forgotten(tmp_path):
    for number in range(6):
        path = tmp_path / f"{number}.npz"
        path.touch()
        os.utime(path, (number, number))
    kept.prune(tmp_path, most=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["4.npz", "5.npz"]


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="as Linux has it")
def test_layouts_are_kept_where_caches_belong(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/somewhere")
    assert kept.folder() == Path("/var/somewhere/immersions/layouts")
    for unusable in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", unusable)
        monkeypatch.setenv("HOME", "/home/somebody")
        assert kept.folder() == Path("/home/somebody/.cache/immersions/layouts")
