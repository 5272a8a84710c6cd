"""Does the page grow while it plays? Half an hour of it in a real browser, sampled.

    python tools/soak.py [--minutes 30] [--every 30] [--ear small] [--report soak.json]

Chromium plays and dreams, a control is turned now and then, and every `every` seconds are noted,
after a garbage collection: the heap of the page's scripts, its DOM nodes, listeners and audio
nodes, what lives on the GPU (created less deleted, counted where it is created), the memory of the
page's process and of the server, loops heard, and gaps in the sound. Growth is the slope through
the samples after the first fifth, times their duration. Exit status 1 where something grew by more
than its share, or the sound had a gap. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from _browsing import ARGUMENTS, chromium, served, wait
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

COUNT_GPU = """(() => {
  const live = (window.gpuObjects = {});
  const context = WebGL2RenderingContext.prototype;
  for (const kind of ["Texture", "Buffer", "Program", "Shader", "Framebuffer", "VertexArray"]) {
    const [create, remove] = [context[`create${kind}`], context[`delete${kind}`]];
    const known = new WeakSet();
    live[kind] = 0;
    context[`create${kind}`] = function (...given) {
      const made = create.apply(this, given);
      if (made) {
        live[kind]++;
        known.add(made);
      }
      return made;
    };
    context[`delete${kind}`] = function (made) {
      if (made && known.delete(made)) live[kind]--;
      return remove.call(this, made);
    };
  }
})()"""
SHARES = {
    "heap_mb": 0.05,
    "dom_nodes": 0.02,
    "listeners": 0.02,
    "audio_nodes": 0.1,
    "gpu_objects": 0.0,
    "renderer_mb": 0.1,
    "server_mb": 0.1,
}
"""Of its median, by which each may grow from the first fifth to the end."""

Sample = dict[str, float]


def resident_mb(pid: int) -> float:
    """Memory of a process that is its own, in MB."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * 4096 / 1e6


class Watch:
    """What is sampled of one page."""

    def __init__(self, browser: Browser, page: Page, server: int) -> None:
        self._page = page
        self._server = server
        self._browser = browser.new_browser_cdp_session()
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable")
        self._cdp.send("HeapProfiler.enable")

    def sample(self) -> Sample:
        self._cdp.send("HeapProfiler.collectGarbage")
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        named = {each["name"]: each["value"] for each in metrics}
        processes = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        renderers = [each["id"] for each in processes if each["type"] == "renderer"]
        gpu, swaps, report, played = self._page.evaluate(
            """[gpuObjects, immersions.player.swaps, immersions.report.value,
            immersions.sound.output.context.currentTime / immersions.state.value.seconds]"""
        )
        return {
            "heap_mb": named["JSHeapUsedSize"] / 1e6,
            "dom_nodes": named["Nodes"],
            "listeners": named["JSEventListeners"],
            "audio_nodes": named.get("AudioHandlers", 0),
            "gpu_objects": sum(gpu.values()),
            "renderer_mb": sum(map(resident_mb, renderers)),
            "server_mb": resident_mb(self._server),
            "loops": round(played, 1),
            "new_loops": swaps,
            "gaps": report["gaps"] + report["jumps"] + report["broken"],
        }


def soak(ear: str, minutes: float, every: float, browser: str) -> list[Sample]:
    """Samples, each with `seconds` since the first."""
    samples: list[Sample] = []
    with served(ear) as (address, server), sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        page = opened.new_page(viewport={"width": 900, "height": 460})
        page.add_init_script(COUNT_GPU)
        page.goto(address)
        wait(page, "immersions.received.value > 0 && immersions.layout.value !== null")
        page.get_by_role("button", name="Play the loop").click()
        page.get_by_role("button", name="Dream", exact=True).click()
        wait(page, "immersions.player.swaps > 2")
        watch = Watch(opened, page, server)
        began = time.monotonic()
        now = 0.0
        while now < 60 * minutes:
            now = time.monotonic() - began
            samples.append({"seconds": round(now, 1), **watch.sample()})
            print(json.dumps(samples[-1]), file=sys.stderr, flush=True)
            turn = 0.3 + 0.02 * (len(samples) % 10)
            page.locator("[data-parameter=learning_rate]").fill(f"{turn:.2f}")
            page.wait_for_timeout(max(0.0, 1000 * (every - (time.monotonic() - began - now))))
        opened.close()
    return samples


def growth(samples: list[Sample], name: str) -> float:
    """From the first fifth to the end, by the straight line through what was sampled there."""
    late = samples[len(samples) // 5 :]
    if len(late) < 2:
        return 0.0
    seconds = [each["seconds"] for each in late]
    line = statistics.linear_regression(seconds, [each[name] for each in late])
    return line.slope * (seconds[-1] - seconds[0])


def report(ear: str, samples: list[Sample]) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = {}
    for name, share in SHARES.items():
        values = [each[name] for each in samples]
        median, grew = statistics.median(values), growth(samples, name)
        rows[name] = {
            "first": round(values[0], 2),
            "median": round(median, 2),
            "last": round(values[-1], 2),
            "grew": round(grew, 3),
            "flat": grew <= share * median + 1e-6,
        }
    return {
        "soak": ear,
        "minutes": round(samples[-1]["seconds"] / 60, 1),
        "loops": round(samples[-1]["loops"] - samples[0]["loops"]),
        "new_loops": samples[-1]["new_loops"] - samples[0]["new_loops"],
        "gaps": samples[-1]["gaps"],
        "rows": rows,
        "samples": samples,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between samples")
    parser.add_argument("--ear", default="small")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    found = report(options.ear, soak(options.ear, options.minutes, options.every, chromium()))
    if options.report is not None:
        options.report.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{'':14}{'first':>10}{'median':>10}{'last':>10}{'grew':>10}")
    for name, row in found["rows"].items():
        figures = "".join(f"{row[each]:10.2f}" for each in ("first", "median", "last", "grew"))
        print(f"{name:14}{figures}{'' if row['flat'] else '  GREW'}")
    heard = f"{found['loops']} loops, {found['new_loops']} of them new"
    print(f"{heard}, in {found['minutes']} min: {found['gaps']} gaps")
    print(json.dumps({name: each for name, each in found.items() if name != "samples"}))
    return int(found["gaps"] > 0 or not all(row["flat"] for row in found["rows"].values()))


if __name__ == "__main__":
    sys.exit(main())
