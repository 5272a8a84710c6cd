"""How soon a performance sounds, answers and recovers: a real server, no browser.

    python benchmarks/playing.py [--ear small] [--pulls 15]

`sound`: from starting `immersions perform` to the start clip on a page; `ear`: to the clip's
activations; `pull`: from asking for a loop, 50 ms after a changed parameter, to a loop that was
dreamed with it; `recovery`: from killing the dreaming process to a loop that goes on. Seconds,
medians where there are several. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import statistics
import struct
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from _measure import finish, machine
from _served import served

Header = dict[str, Any]


async def next_loop(page: ClientConnection, true: Callable[[Header], bool]) -> Header:
    """Wait for a loop of which `true` holds; its header."""
    while True:
        message = await asyncio.wait_for(page.recv(), 120)
        if isinstance(message, bytes):
            (length,) = struct.unpack("<I", message[:4])
            header: Header = json.loads(message[4 : 4 + length])
            if true(header):
                return header


async def drain(page: ClientConnection) -> None:
    """Forget what has arrived."""
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(page.recv(), 0.02)


async def measure(address: str, began: float, pulls: int) -> dict[str, float]:
    async with connect(address.replace("http", "ws") + "ws", max_size=None) as page:

        async def say(kind: str, **body: object) -> None:
            await page.send(json.dumps({"type": kind, **body}))

        await next_loop(page, lambda loop: True)
        found = {"sound": time.perf_counter() - began}
        await next_loop(page, lambda loop: bool(loop["layers"]))
        found["ear"] = time.perf_counter() - began
        await say("run", running=True)
        loop = await next_loop(page, lambda loop: loop["kind"] == "dream")
        waits = []
        for number in range(pulls):
            generation = loop["generation"]
            await say("set", parameters={"learning_rate": 0.02 + 0.001 * number})
            await asyncio.sleep(0.05)
            asked = time.perf_counter()
            await say("pull", id=loop["id"])
            loop = await next_loop(page, lambda loop, old=generation: loop["generation"] > old)
            waits.append(time.perf_counter() - asked)
            await asyncio.sleep(0.4)
        found |= {"pull": statistics.median(waits), "pull_slowest": max(waits)}
        await asyncio.sleep(10)  # the second process gets ready
        await drain(page)
        with urllib.request.urlopen(f"{address}api/health") as answer:
            os.kill(json.load(answer)["worker_pid"], signal.SIGKILL)
        killed = time.perf_counter()
        await next_loop(page, lambda loop: loop["kind"] == "dream")
        found["recovery"] = time.perf_counter() - killed
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ear", default="small")
    parser.add_argument("--pulls", type=int, default=15)
    options = parser.parse_args()
    document = {"benchmark": "playing", "machine": machine(), "ear": options.ear}
    began = time.perf_counter()
    with served(options.ear) as address:
        seconds = asyncio.run(measure(address, began, options.pulls))
    for name, value in seconds.items():
        print(f"{name:13} {value:6.2f} s")
    finish({**document, "seconds": {name: round(value, 3) for name, value in seconds.items()}})


if __name__ == "__main__":
    main()
