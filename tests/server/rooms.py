"""A room without sockets: real workers, and a reader in the place of a page."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

from listening import split

from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.room import Room

EARS = {
    name: EarChoice(name, name, f"stage_ears:{name}", 44_100)
    for name in ("small", "fine", "broken")
}


class Reader:
    """Reads an outbox as a page reads its socket."""

    def __init__(self, room):
        self.room = room
        self.outbox = room.enter()
        self.heard = {}
        self.loops = []

    async def say(self, kind, **body):
        await self.room.obey(self.outbox, json.dumps({"type": kind, **body}))

    async def until(self, true, seconds=90.0):
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"waited too long; heard {self.heard.keys()}"
            try:
                message = await asyncio.wait_for(self.outbox.take(), 0.1)
            except TimeoutError:
                continue
            if isinstance(message, bytes):
                self.loops.append(split(message))
            else:
                said = json.loads(message)
                self.heard[said["type"]] = said

    async def rest(self, seconds=1.5):
        """Listen on for a while: what was under way arrives."""
        end = time.monotonic() + seconds
        await self.until(lambda: time.monotonic() > end)

    @property
    def state(self):
        return self.heard["state"]["state"]


@asynccontextmanager
async def playing(ear, library=None, **options):
    room = Room(library or Library(), EARS, ear, threads=1, **options)
    task = asyncio.create_task(room.run())
    try:
        yield Reader(room)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
