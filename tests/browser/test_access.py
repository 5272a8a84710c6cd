"""Every control has a name and says what it does, and every one is reached by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from browser_player import Player

pytestmark = pytest.mark.browser

CONTROLS = "button, input, select, textarea, summary, a[href], [role=tab], [tabindex='0']"
FOUND = f"""() => [...document.querySelectorAll("{CONTROLS}")]
  .filter((each) => each.checkVisibility() && !each.disabled)
  // Opened by a button beside it, which has a name of its own.
  .filter((each) => each.type !== "file" || each.tabIndex >= 0)
  .map((each) => {{
    const labels = [...(each.labels ?? [])].map((label) => label.textContent).join(" ");
    const by = each.getAttribute("aria-labelledby");
    const named = each.getAttribute("aria-label")
      ?? (by && document.getElementById(by)?.textContent)
      ?? (labels.trim() || each.textContent || each.placeholder || "");
    return {{
      html: each.outerHTML.slice(0, 120),
      name: named.trim(),
      // Over the picture a tooltip would hide what it explains; a card tells of each neuron.
      title: each.localName === "canvas" ? "a card"
        : each.closest("[title]")?.getAttribute("title") ?? "",
      focusable: each.tabIndex >= 0 || each.getAttribute("role") === "tab" || each.type === "radio",
    }};
  }})"""


def faults(player: Player) -> list[str]:
    found: list[dict[str, Any]] = player.page.evaluate(FOUND)
    assert len(found) > 10
    return [
        f"{what}: {each['html']}"
        for each in found
        for what in ("name", "title", "focusable")
        if not each[what]
    ]


def test_every_control_of_every_tab_has_a_name_a_tooltip_and_the_focus(player: Player) -> None:
    page = player.page
    player.ask("immersions.memory.store(0)")
    player.wait("immersions.memory.scenes.value.length === 1")
    wrong = {}
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        if lines := faults(player):
            wrong[tab.inner_text()] = lines
    player.ask("immersions.memory.delete(0)")
    assert wrong == {}


def test_the_tab_key_reaches_everything_and_ends_nowhere(player: Player) -> None:
    page = player.page
    page.get_by_role("tab", name="Scenes").click()
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('.top :is(button, select, input):not(:disabled)')]
          .filter((each) => each.checkVisibility() && each.tabIndex >= 0).length"""
    )
    page.evaluate("document.activeElement.blur()")
    reached: set[str] = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "document.activeElement.closest('.top') ? document.activeElement.outerHTML : ''"
        )
        reached |= {here} - {""}
    assert len(reached) >= wanted
