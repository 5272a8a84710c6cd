"""How long a frame of the network takes: the page itself in Chromium, drawn by the processor.

    python benchmarks/drawing.py [--ear electronic] [--width 1280] [--height 720] [--frames 60]

`draw_ms` is a frame of all neurons with its glow and the edges of one neuron, from the first call
until its pixels can be read, median and slowest; `frames_per_second` follows from the mean.
`shown_per_second` is what the page really shows while the loop plays, with as many pixels as it
chooses (`shown_share` of a side). `draw_calls` is the most of any frame. With `--gpu` the browser
may use one. Needs playwright, Chromium and the built page; without the first two it says so and
measures nothing. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from _chromium import ARGUMENTS, SKIPPED, chromium, wait
from _measure import finish, machine
from _served import served

SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
TOP_BAR = 60

# In one go: nothing else of the page runs meanwhile, and the sound needs nothing of it.
DRAW = """([width, height, frames]) => {
  const { picture } = immersions;
  const { gl } = picture;
  const loop = immersions.playing.peek() ?? immersions.start.peek();
  const { vertices } = immersions.layout.peek().header;
  const threads = Array.from({ length: 200 }, (_, n) =>
    ({ from: Math.floor(vertices / 2), to: Math.floor((n * vertices) / 200), strength: 0.5 }));
  const times = [];
  let calls = 0;
  gl.canvas.width = width;
  gl.canvas.height = height;
  for (let i = -5; i < frames; i++) {
    const begun = performance.now();
    picture.draw({ loop, phase: ((i + 5) / frames) % 1, moved: 1,
      view: immersions.view.peek(), pulse: 0.5, seconds: i / 60, threads });
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    if (i >= 0) times.push(performance.now() - begun);
    calls = Math.max(calls, picture.drawCalls ?? 1);
  }
  return { times, calls };
}"""

SHOW = """async (seconds) => {
  const { picture } = immersions;
  let shown = 0;
  picture.onDrawn = () => { shown++; };
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const { canvas } = picture.gl;
  return { rate: (1000 * shown) / (performance.now() - begun),
    share: canvas.width / canvas.clientWidth };
}"""


def measure(address: str, browser: str, options: argparse.Namespace) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=browser, args=[*ARGUMENTS, *([] if options.gpu else SOFTWARE)]
        )
        size = {"width": options.width, "height": options.height + TOP_BAR}
        page = opened.new_page(viewport=size)  # type: ignore[arg-type]
        page.goto(address)
        wait(page, "immersions.received.value > 0 && immersions.layout.value !== null")
        wait(page, "immersions.start.value?.activations.length > 0")
        page.get_by_role("button", name="Play the loop").click()
        page.keyboard.press("h")
        page.locator(".network canvas").first.hover()
        page.wait_for_timeout(3000)
        drawn = page.evaluate(DRAW, [options.width, options.height, options.frames])
        shown = page.evaluate(SHOW, 6)
        neurons = page.evaluate("immersions.layout.value.header.vertices")
        opened.close()
    times = drawn["times"]
    return {
        "neurons": neurons,
        "draw_ms": {"median": round(statistics.median(times), 1), "slowest": round(max(times), 1)},
        "frames_per_second": round(1000 / statistics.mean(times), 1),
        "draw_calls": drawn["calls"],
        "shown_per_second": round(shown["rate"], 1),
        "shown_share": round(shown["share"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ear", default="electronic")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--gpu", action="store_true", help="let the browser use a GPU")
    options = parser.parse_args()
    document = {"benchmark": "drawing", "machine": machine(), "ear": options.ear}
    document |= {"width": options.width, "height": options.height, "gpu": options.gpu}
    browser = chromium()
    if browser is None:
        finish({**document, "skipped": SKIPPED})
        return
    with served(options.ear) as address:
        found = measure(address, browser, options)
    print(f"{found['frames_per_second']} frames a second, {found['draw_ms']['median']} ms a frame")
    finish({**document, **found})


if __name__ == "__main__":
    main()
