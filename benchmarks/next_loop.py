"""How often the next loop carries a control changed shortly before it: a real page in Chromium.

    python benchmarks/next_loop.py [--ear small] [--before 0.5 0.8] [--changes 20]

While the page plays and dreams, a fader is turned when `before` seconds of the audible loop remain.
`carried` counts the changes that the loop heard next was dreamed with. `left` is what really
remained when the fader had been turned, in seconds, median: a busy page turns it late. With
`--no-picture` nothing is drawn, nearly as where a GPU does it: a processor that draws, too, answers
later. Needs playwright, Chromium and the built page; without the first two it says so and measures
nothing. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

from _chromium import ARGUMENTS, SKIPPED, chromium, wait
from _measure import finish, machine
from _served import served

PICTURE = {True: "--enable-unsafe-swiftshader", False: "--disable-3d-apis"}

CHANGE = """async ([before, position]) => {
  const moment = () => new Promise((resolve) => setTimeout(resolve, 2));
  const heard = () => {
    const { loop, phase } = immersions.player.heard(performance.now());
    return { loop, left: ((1 - phase) * loop.samples.length) / loop.header.sample_rate };
  };
  while (heard().left < before + 0.2) await moment();
  while (heard().left > before) await moment();
  const known = immersions.state.value.generation;
  const fader = document.querySelector("[data-parameter=learning_rate]");
  fader.value = position;
  fader.dispatchEvent(new Event("input", { bubbles: true }));
  const left = heard().left;
  // The loop's start: much more of it remains than a moment ago.
  let now = heard();
  for (let last = left; now.left < last + 0.2; now = heard()) {
    last = now.left;
    await moment();
  }
  const carried = now.loop.header.generation;
  for (let i = 0; i < 1000 && immersions.state.value.generation === known; i++) await moment();
  const turned = immersions.state.value.generation;
  if (turned <= known) throw new Error("the change did not arrive at all");
  return [left, carried >= turned];
}"""


def measure(
    address: str, befores: list[float], changes: int, picture: bool, browser: str
) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=browser, args=[*ARGUMENTS, PICTURE[picture]]
        )
        page = opened.new_page(viewport={"width": 900, "height": 460})
        page.goto(address)
        wait(page, "immersions.received.value > 0 && immersions.layout.value !== null")
        page.get_by_role("button", name="Play the loop").click()
        page.get_by_role("button", name="Dream", exact=True).click()
        wait(page, "immersions.player.swaps > 2")
        for before in befores:
            rows = []
            for number in range(changes):
                rows.append(page.evaluate(CHANGE, [before, 0.3 + 0.01 * (number % 20)]))
                left, carried = rows[-1]
                print(f"{left:.3f} s left: {'carried' if carried else 'late'}", file=sys.stderr)
            found[f"{before:g}"] = {
                "changes": changes,
                "carried": sum(carried for _, carried in rows),
                "left": round(statistics.median(left for left, _ in rows), 3),
            }
        report = page.evaluate("immersions.report.value")
        found["gaps"] = report["gaps"] + report["jumps"]
        opened.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ear", default="small")
    parser.add_argument("--before", type=float, nargs="+", default=[0.5, 0.8])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--picture", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    document = {"benchmark": "next_loop", "machine": machine(), "ear": options.ear}
    document |= {"picture": options.picture}
    browser = chromium()
    if browser is None:
        finish({**document, "skipped": SKIPPED})
        return
    with served(options.ear) as address:
        found = measure(address, options.before, options.changes, options.picture, browser)
    for before in (key for key in found if key != "gaps"):
        row = found[before]
        print(f"{before} s before: {row['carried']} of {row['changes']} carried by the next loop")
    finish({**document, "before": found})


if __name__ == "__main__":
    main()
