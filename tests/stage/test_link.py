"""Ableton Link: two sessions on this machine find each other; without the package, one line."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from immersions.stage.link import QUARTERS, LinkSession
from immersions.stage.tempo import MOST_BARS, MOST_BEATS, UNITS, quarters_of

WITHOUT = """
import sys
sys.modules["link"] = None
from immersions.stage.link import LinkSession
try:
    LinkSession(120)
except ValueError as error:
    print(error)
"""
DEFAULT = """
import sys
import immersions.cli, immersions.cli.perform, immersions.server.serving, immersions.stage.link
print(sorted(name for name in sys.modules if name in ("link", "aalink", "_link")))
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()


def test_without_the_package_it_says_how_to_get_it() -> None:
    line = run(WITHOUT)
    assert line.startswith("Ableton Link is not installed")
    assert "pip install 'immersions[link]'" in line
    assert "\n" not in line


def test_nothing_imports_it_by_default() -> None:
    assert run(DEFAULT) == "[]"


@pytest.fixture
def sessions() -> Iterator[tuple[LinkSession, LinkSession]]:
    pytest.importorskip("link", reason="Ableton Link is not installed: immersions[link]")
    first = LinkSession(100)
    time.sleep(0.5)
    second = LinkSession(130)
    yield first, second
    second.close()
    first.close()


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            pytest.fail("waited too long")
        time.sleep(0.02)


def test_two_sessions_agree_on_tempo_and_phase(sessions: tuple[LinkSession, LinkSession]) -> None:
    first, second = sessions
    end = time.monotonic() + 5
    while first.peers == 0 and time.monotonic() < end:
        time.sleep(0.05)
    if first.peers == 0:
        pytest.skip("no multicast here: Link programs cannot find each other")
    until(lambda: second.bpm() == pytest.approx(first.bpm(), abs=0.01))
    second.changed()
    first.changed()
    second.set_bpm(142.5)
    until(lambda: first.bpm() == pytest.approx(142.5, abs=0.01))
    assert first.changed() == pytest.approx(142.5, abs=0.01)
    assert first.changed() is None, "told once"
    assert second.changed() is None, "one's own change is no news"
    first.set_bpm(10_000)
    until(lambda: second.bpm() == 300)
    apart = abs(first.phase(4) - second.phase(4))
    assert min(apart, 4 - apart) < 0.1
    for bar in (4.0, 7.0, 32.0):
        ours, theirs = first.place(), second.place()
        off = (ours.quarters_at(theirs.at) - theirs.quarters) % bar
        assert min(off, bar - off) * 60 / ours.bpm < 0.002, "two milliseconds"


def test_the_place_is_the_phase_in_any_bar() -> None:
    pytest.importorskip("link", reason="Ableton Link is not installed: immersions[link]")
    session = LinkSession(120)
    for bar in (1.0, 3.5, 4.0, 32.0):
        place, phase = session.place(), session.phase(bar)
        off = (phase - place.quarters_at(time.monotonic())) % bar
        assert min(off, bar - off) < 0.01
    session.close()


def test_every_loop_fits_into_link_s_longest_bar() -> None:
    metres = itertools.product(range(1, MOST_BARS + 1), range(1, MOST_BEATS + 1), UNITS)
    assert all(QUARTERS % (bars * quarters_of(beats, unit)) == 0 for bars, beats, unit in metres)
