"""What axe-core finds against WCAG 2.1 AA: nothing, on any tab, in the dark or the light room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_player import Player
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("Dream", "Decks", "Tempo", "Mix", "Scenes", "MIDI")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
FOUND = f"""async () => {{
  const {{ violations }} = await axe.run(document, {{
    runOnly: {list(RULES)}, resultTypes: ["violations"],
  }});
  return violations.flatMap(({{ id, nodes }}) =>
    nodes.map(({{ target, failureSummary }}) => [id, target.join(" "), failureSummary]));
}}"""


@pytest.fixture
def examined(browser: Browser, server: Server) -> Iterator[Player]:
    assert AXE.is_file(), "the browser tests need axe-core: run make web"
    player = Player.visit(browser, server.url, size={"width": 1280, "height": 800})
    player.ask(AXE.read_text("utf-8") + "; axe.version")
    yield player
    player.page.close()


def findings(player: Player) -> list[Any]:
    return player.ask(f"({FOUND})()")  # type: ignore[no-any-return]


@pytest.mark.parametrize("bright", [False, True])
def test_nothing_is_found_on_any_tab(examined: Player, bright: bool) -> None:
    examined.play()
    if bright:
        examined.page.keyboard.press("l")
    found = {}
    for tab in TABS:
        examined.page.get_by_role("tab", name=tab).click()
        examined.rest(0.3)
        found[tab] = findings(examined)
    assert found == {tab: [] for tab in TABS}


def test_the_instrument_that_judges_sees_what_is_wrong(examined: Player) -> None:
    examined.ask("document.body.append(document.createElement('img'))")
    assert {rule for rule, *_ in findings(examined)} >= {"image-alt"}


def test_the_key_sheet_has_nothing_either(examined: Player) -> None:
    examined.page.keyboard.press("?")
    examined.rest(0.3)
    assert findings(examined) == []
