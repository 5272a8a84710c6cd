"""How soon a control is acknowledged while a performance dreams, and what an open page costs it.

    python benchmarks/latency.py [--ear small] [--changes 400] [--rounds 3] [--seconds 20]

`acknowledged`: from sending a turned parameter to the `state` message that carries it, in
milliseconds, over a socket to a real server whose other process dreams all the while. `steps`: of
the dream a second, in turns with a page of Chromium that plays it and without one, medians. The
page gets no frames to draw in: a processor that draws would be measured, not the page. Without
playwright or Chromium the second half is left out. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from _chromium import ARGUMENTS, SKIPPED, chromium
from _measure import finish, machine
from _served import served

NO_FRAMES = "window.requestAnimationFrame = () => 0"
PAUSE_SECONDS = 0.05


async def said(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next text message of this kind."""
    while True:
        message = await asyncio.wait_for(socket.recv(), 120)
        if isinstance(message, str):
            read: dict[str, Any] = json.loads(message)
            if read["type"] == kind:
                return read


async def begin(socket: ClientConnection) -> None:
    """Dream, and wait until steps are made."""
    await said(socket, "ear")
    await socket.send(json.dumps({"type": "run", "deck": 0, "running": True}))
    while (await said(socket, "status"))["steps"] < 5:
        pass


async def acknowledgements(socket: ClientConnection, changes: int) -> list[float]:
    """Milliseconds of each."""
    waits = []
    for number in range(changes):
        value = 0.02 + 1e-5 * number
        text = json.dumps({"type": "set", "deck": 0, "parameters": {"learning_rate": value}})
        began = time.perf_counter()
        await socket.send(text)
        while True:
            state = (await said(socket, "state"))["state"]
            if state["parameters"]["learning_rate"] == value:
                break
        waits.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(PAUSE_SECONDS)
    return waits


async def steps_a_second(socket: ClientConnection, seconds: float) -> float:
    """Made between two words on the status, at least `seconds` apart."""
    first = await said(socket, "status")
    began = time.perf_counter()
    while True:
        last = await said(socket, "status")
        passed = time.perf_counter() - began
        if passed >= seconds:
            return float(last["steps"] - first["steps"]) / passed


@asynccontextmanager
async def playing(browser: str, address: str) -> AsyncIterator[None]:
    """A page that plays."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=browser, args=[*ARGUMENTS, "--disable-3d-apis"]
        )
        page = await opened.new_page(viewport={"width": 900, "height": 460})
        await page.add_init_script(NO_FRAMES)
        await page.goto(address)
        await page.get_by_role("button", name="Play the loop").click()
        while not await page.evaluate("immersions.player.swaps > 1"):
            await page.wait_for_timeout(200)
        try:
            yield
        finally:
            await opened.close()


async def measure(address: str, options: argparse.Namespace) -> dict[str, Any]:
    browser = chromium()
    async with connect(address.replace("http", "ws") + "ws", max_size=None) as socket:
        await begin(socket)
        waits = await acknowledgements(socket, options.changes)
        found: dict[str, Any] = {
            "acknowledged_ms": {
                "median": round(statistics.median(waits), 2),
                "p99": round(statistics.quantiles(waits, n=100)[98], 2),
                "slowest": round(max(waits), 2),
            }
        }
        if browser is None:
            return {**found, "skipped": f"steps: {SKIPPED}"}
        rates: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(options.rounds):
            for name, each in rates.items():
                async with playing(browser, address) if name == "with" else nullcontext():
                    each.append(await steps_a_second(socket, options.seconds))
        steps = {name: round(statistics.median(each), 2) for name, each in rates.items()}
    return {**found, "steps": steps, "kept": round(steps["with"] / steps["without"], 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ear", default="small")
    parser.add_argument("--changes", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each count of steps")
    options = parser.parse_args()
    document = {"benchmark": "latency", "machine": machine(), "ear": options.ear}
    with served(options.ear) as address:
        found = asyncio.run(measure(address, options))
    print("acknowledged: {median} ms, p99 {p99} ms".format(**found["acknowledged_ms"]))
    if "steps" in found:
        print("steps a second: {without} alone, {with} with a page".format(**found["steps"]))
    finish({**document, **found})


if __name__ == "__main__":
    main()
