"""A page without a browser: what it says and what it hears over the WebSocket."""

import asyncio
import json
import struct
import time
from contextlib import asynccontextmanager

import numpy as np
from websockets.asyncio.client import connect

from immersions.server.messages import LoopHeader


class Page:
    """Keeps the newest message of each kind, and all loops' headers."""

    def __init__(self, socket):
        self._socket = socket
        self.heard = {}
        self.errors = []
        self.loops = []
        self.newest = b""
        self.sounding = {}
        """The newest loop of each deck and kind: header and payload."""

    async def say(self, kind, **body):
        await self._socket.send(json.dumps({"type": kind, **body}))

    async def send(self, raw):
        await self._socket.send(raw)

    async def listen(self):
        async for message in self._socket:
            if isinstance(message, bytes):
                header, self.newest = split(message)
                self.loops.append(header)
                self.sounding[header.deck, header.kind] = header, self.newest
            else:
                said = json.loads(message)
                self.heard[said["type"]] = said
                if said["type"] == "error":
                    self.errors.append(said["message"])

    @property
    def state(self):
        return self.heard.get("state", self.heard["welcome"]["decks"][0])["state"]

    @property
    def dreams(self):
        return [loop for loop in self.loops if loop.kind == "dream"]

    async def until(self, true, seconds=90.0):
        deadline = time.monotonic() + seconds
        while not true(self):
            assert time.monotonic() < deadline, f"waited too long; heard {self.heard.keys()}"
            await asyncio.sleep(0.005)


def split(message):
    """A binary loop's header and payload, by the contract's words alone."""
    (length,) = struct.unpack("<I", message[:4])
    header = LoopHeader.model_validate_json(message[4 : 4 + length])
    start = -(-(4 + length) // 4) * 4
    assert not any(message[4 + length : start])
    return header, message[start:]


def samples_of(header, payload):
    return np.frombuffer(payload[: 4 * header.samples], "<f4")


@asynccontextmanager
async def a_page(address, **options):
    async with connect(address, max_size=None, **options) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            await page.until(lambda page: "welcome" in page.heard)
            yield page
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
