"""Whatever fails while a performance sounds: it sounds on, without a gap. All faults are real."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from browser_player import NONE, Player
from browser_proxy import Proxy
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

RECOVERY_SECONDS = 40
"""A stalled process is noticed after 5 s, a machine that tests are run on is slow."""
ALL_NUMBERS = """(() => {
  const { samples } = immersions.playing.value;
  return samples.every(Number.isFinite) && samples.every((x) => Math.abs(x) <= 1.001);
})()"""


def dreams_again(player: Player) -> None:
    """Loops come and are swapped, and not one sample was missing, out of place or no number."""
    received = player.ask("immersions.received.value")
    player.wait(f"immersions.received.value > {received}", RECOVERY_SECONDS)
    player.wait_for_swaps(1)
    assert player.ask(ALL_NUMBERS)
    player.wait("immersions.report.value.peak > 0.01")
    assert player.interruptions() == NONE


def test_a_dreaming_process_that_stands_still(player: Player, server: Server) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(1)
    victim = server.wait_for_worker()
    os.kill(victim, signal.SIGSTOP)
    try:
        end = time.monotonic() + RECOVERY_SECONDS
        while server.health()["worker_pid"] in (victim, None):
            assert time.monotonic() < end, "the stalled process was not replaced"
            player.rest(0.2)
    finally:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGCONT)
    dreams_again(player)


def test_a_dreaming_process_that_is_out_of_memory(player: Player, server: Server) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(1)
    victim = server.wait_for_worker()
    pages = int(Path(f"/proc/{victim}/statm").read_text().split()[0])
    # Not a byte more than it has: every larger allocation fails from now on.
    size = pages * resource.getpagesize()
    resource.prlimit(victim, resource.RLIMIT_AS, (size, size))
    player.rest(6)
    dreams_again(player)


@pytest.fixture
def sick(chromium: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Its ear answers with numbers that are none in one of six ascents and raises in another."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(request.path.parents[1] / "stage")
        path = [folder, os.environ.get("PYTHONPATH", "")]
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
        server = Server("--ear", "stage_ears:poisoned")
        server.start()
        yield server
        server.stop()


def test_an_ear_that_raises_and_answers_with_no_numbers(browser: Browser, sick: Server) -> None:
    player = Player.visit(browser, sick.url)
    player.play()
    player.dream()
    told = "immersions.status.value.message"
    player.wait(f"{told}.includes('the ear has a cold') || {told}.includes('finite')", 60)
    for _ in range(3):
        dreams_again(player)
    assert player.problems == []
    player.page.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """The network between a page and the server."""
    with Proxy(server.port) as between:
        yield between


@pytest.fixture
def distant(browser: Browser, proxy: Proxy, server: Server) -> Iterator[Player]:
    """A page on that network, which plays and dreams."""
    visited = Player.visit(browser, proxy.url)
    visited.play()
    visited.dream()
    visited.wait_for_swaps(1)
    yield visited
    visited.page.close()
    near = Player.visit(browser, server.url)
    near.reset()
    near.page.close()


def test_a_loop_that_holds_a_sample_that_is_no_number(distant: Player, proxy: Proxy) -> None:
    """Such a loop never comes from this server: it is slipped in between it and the page."""
    proxy.poison = True
    distant.wait("immersions.notices.lines.value.length > 0")
    (line,) = distant.ask("immersions.notices.lines.value.map(({ line }) => line)")
    assert "samples that are no numbers; it was not played" in line
    assert proxy.poisoned > 0
    proxy.poison = False
    dreams_again(distant)


@pytest.mark.parametrize("torn", [False, True])
def test_the_network_is_cut_for_twenty_seconds(distant: Player, proxy: Proxy, torn: bool) -> None:
    """As a pulled plug (packets vanish, connections stand), or as a router that resets them all."""
    proxy.cut(torn)
    carried = proxy.carried
    distant.rest(20)
    assert proxy.carried == carried
    assert distant.interruptions() == NONE
    proxy.mend()
    dreams_again(distant)
    assert distant.ask("immersions.connection.value") == "open"


def test_the_page_stands_still_for_three_seconds(player: Player) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(1)
    for _ in range(3):
        player.ask(
            "(() => { const end = performance.now() + 3000; while (performance.now() < end); })()"
        )
        player.rest(0.3)
    dreams_again(player)


def test_four_other_programs_take_all_the_processor_they_can(player: Player) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(1)
    with busy(4):
        player.rest(10)
        dreams_again(player)


@contextmanager
def busy(count: int) -> Iterator[None]:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
            each.wait()
