from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from browser_player import Player
from browser_server import Server
from playwright.sync_api import Browser, sync_playwright

from immersions.server.app import PAGE

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing(what: str) -> None:
    """A reason to skip on a musician's machine; a failure where the tests must be complete."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing(f"the browser tests need one of {', '.join(NAMES)}: apt-get install chromium")
    if not (PAGE / "index.html").is_file():
        missing("the browser tests need the built page: run make web")
    return str(found)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def browser_with_outputs(browser: Browser, chromium: str) -> Iterator[Browser]:
    """Several outputs, which the browser makes up, and about which nobody has to be asked."""
    made_up = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    opened = browser.browser_type.launch(executable_path=chromium, args=[*ARGUMENTS, *made_up])
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(chromium: str) -> Iterator[Server]:
    """One for all tests that leave it alive."""
    running = Server()
    running.start()
    running.wait_for_worker()
    yield running
    running.stop()


@pytest.fixture
def player(browser: Browser, server: Server) -> Iterator[Player]:
    """A fresh page, on a performance that rests at its first clip."""
    visited = Player.visit(browser, server.url)
    yield visited
    try:
        visited.reset()
    finally:
        visited.page.close()
