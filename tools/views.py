"""What does the page look like? Every view of it, at every size, in the dark and the light room.

    python tools/views.py [--into build/views] [--ear small]

Writes a picture of each, and looks for what no picture should show: a page wider than its window,
words that are cut off, and controls that lie outside of the window or under another. Exit status 1
where one was found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from _browsing import ARGUMENTS, chromium, served, wait
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {
    "laptop": (1280, 800),
    "screen": (1920, 1080),
    "tablet": (1024, 768),
    "tablet-upright": (820, 1180),
}
TABS = ("Dream", "Decks", "Tempo", "Mix", "Scenes", "MIDI")
LOOK = """() => {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} of ${clientWidth} wide`);
  const asked = document.querySelector("dialog[open], .overlay"); // lies above everything
  const name = (each) =>
    (each.getAttribute("aria-label") || each.textContent || "").trim().slice(0, 40);
  for (const each of document.querySelectorAll("button, label, summary, h1, h2, h3, a, select")) {
    const box = each.getBoundingClientRect();
    const shown = each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!shown || box.width === 0 || box.width <= 1) continue;
    const { overflowX, textOverflow } = getComputedStyle(each);
    if (overflowX !== "visible" && textOverflow !== "ellipsis"
        && each.scrollWidth > each.clientWidth + 1)
      found.push(`cut off: ${each.tagName} ${name(each)}`);
    if (box.left < -1 || box.right > innerWidth + 1)
      found.push(`beside the window: ${each.tagName} ${name(each)}`);
    if (each.tagName !== "BUTTON" || box.bottom > innerHeight || box.top < 0) continue;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const top = document.elementFromPoint(x, y);
    const scrolled = each.closest(".panel, .scroll, [data-scrolls]");
    const inside = !scrolled || scrolled.getBoundingClientRect().bottom >= y;
    if (inside && top && !asked && !each.contains(top) && !top.contains(each))
      found.push(`under ${top.tagName}.${top.className}: ${name(each)}`);
  }
  return found;
}"""


def views(browser: Browser, address: str, size: tuple[int, int]) -> Iterator[tuple[str, Page]]:
    """Each view's name, with the page that shows it."""
    window = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=window)  # type: ignore[arg-type]
    page.goto(address)
    wait(page, "immersions.received.value > 0 && immersions.layout.value !== null")
    page.wait_for_timeout(1500)
    yield "first", page
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Play the loop").click()
    page.get_by_role("button", name="Dream", exact=True).click()
    wait(page, "immersions.playing.value?.header.kind === 'dream'")
    for room in ("dark", "light"):
        if room == "light":
            page.keyboard.press("l")
        for tab in TABS:
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(700)
            yield f"{tab.lower()}-{room}", page
    page.keyboard.press("l")
    page.keyboard.press("?")
    page.wait_for_timeout(700)
    yield "keys", page
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.wait_for_timeout(700)
    yield "picture", page
    stage = browser.new_page(viewport=window)  # type: ignore[arg-type]
    stage.goto(f"{address}stage")
    wait(stage, "document.querySelector('.screen.lit') !== null")
    stage.wait_for_timeout(1500)
    yield "stage", stage
    stage.close()
    page.evaluate("immersions.dream(false)")
    wait(page, "!immersions.state.value.running")
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("build/views"))
    parser.add_argument("--ear", default="small")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    found = 0
    with served(options.ear) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for device, size in SIZES.items():
            for view, page in views(browser, address, size):
                page.screenshot(path=options.into / f"{device}-{view}.png")
                for line in dict.fromkeys(page.evaluate(LOOK)):
                    print(f"{device} {view}: {line}")
                    found += 1
        browser.close()
    print(f"{options.into}: {found or 'nothing'} to mend")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
