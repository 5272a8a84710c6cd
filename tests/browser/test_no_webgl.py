"""Without WebGL2 there is a plain picture, one line that says so, and the sound."""

from __future__ import annotations

import pytest
from browser_player import NONE, Player
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_says_so_and_plays(browser: Browser, chromium: str, server: Server) -> None:
    blind = browser.browser_type.launch(
        executable_path=chromium,
        args=["--headless=new", "--no-sandbox", "--disable-3d-apis"],
    )
    player = Player.visit(blind, server.url)
    assert "WebGL2" in player.page.locator(".trouble").inner_text()
    player.play()
    player.rest(1)
    lit = player.ask(
        """(() => {
          const { context } = immersions.picture;
          const { width, height } = context.canvas;
          const { data } = context.getImageData(0, 0, width, height);
          const colours = new Set();
          for (let i = 0; i < data.length; i += 4)
            if (data[i] + data[i + 1] + data[i + 2] > 90) colours.add(data[i] >> 4);
          return colours.size;
        })()"""
    )
    assert lit > 4, "no neurons were drawn"
    assert player.interruptions() == NONE
    assert player.ask("immersions.report.value.peak") > 0
    blind.close()
