"""The window for the projector: black until something sounds, then in phase with what is heard."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from browser_player import Player
from browser_server import Server
from matplotlib.image import imread
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def opened(browser: Browser, server: Server) -> Page:
    page = browser.new_page(viewport={"width": 640, "height": 360})
    page.goto(server.url + "stage")
    return page


def until(page: Page, condition: str, seconds: float = 30) -> None:
    for _ in range(round(20 * seconds)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s: {condition}")


def brightness(page: Page) -> float:
    """Of a screenshot's brightest pixels, 0 to 255."""
    pixels = imread(io.BytesIO(page.screenshot()), format="png")[..., :3]
    return float(255 * np.quantile(pixels, 0.999))


def test_it_begins_black_follows_in_phase_and_changes_nothing(
    browser: Browser, server: Server, player: Player
) -> None:
    screen = opened(browser, server)
    until(screen, "window.immersions?.received.value > 0 && immersions.layout.value !== null")
    assert brightness(screen) < 3
    assert screen.locator("button, input, select, a").count() == 0
    player.play()
    until(screen, "document.querySelector('.screen.lit') !== null")
    screen.wait_for_timeout(3500)
    assert brightness(screen) > 40

    # Both pages' clocks are this machine's: what each holds the phase to be, at its own moment.
    loop = player.ask("immersions.playing.value.header.id")
    seconds = player.ask("immersions.state.value.seconds")
    here = player.ask(
        "(() => { const at = performance.now();"
        " return [performance.timeOrigin + at, immersions.heard(at).phase] })()"
    )
    now, there = screen.evaluate(
        "(() => { const now = Date.now(); return [now, immersions.following.at(now)] })()"
    )
    assert there["lead"]["loop"] == loop
    expected = (here[1] + (now - here[0]) / 1000 / seconds) % 1
    off = abs(there["phase"] - expected) * seconds
    assert min(off, seconds - off) < 0.06

    assert screen.evaluate("immersions.notices.lines.value") == []
    screen.evaluate("immersions.send({ type: 'run', running: true })")
    until(screen, "immersions.notices.lines.value.length > 0")
    line = screen.evaluate("immersions.notices.lines.value[0].line")
    assert line == "viewers watch, and change nothing"
    assert not player.ask("immersions.state.value.running")
    screen.close()


def test_the_button_opens_it(player: Player) -> None:
    with player.page.expect_popup() as popup:
        player.page.get_by_role("button", name="Stage window").click()
    page = popup.value
    page.wait_for_load_state()
    assert page.url.endswith("/stage")
    page.close()


@pytest.fixture
def mortal(chromium: str) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


def test_without_a_server_the_last_picture_keeps_moving(browser: Browser, mortal: Server) -> None:
    player = Player.visit(browser, mortal.url)
    screen = opened(browser, mortal)
    player.play()
    until(screen, "document.querySelector('.screen.lit') !== null")
    mortal.kill()
    until(screen, "immersions.connection.value === 'lost'")
    first = screen.evaluate("immersions.following.at(Date.now()).phase")
    screen.wait_for_timeout(500)
    second = screen.evaluate("immersions.following.at(Date.now()).phase")
    assert first != second
    pictures = {screen.screenshot() for _ in range(3) if screen.wait_for_timeout(200) is None}
    assert len(pictures) > 1
    player.page.close()
    screen.close()
