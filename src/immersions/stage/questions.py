"""Questions to the dreaming process, each answered by a frame of its own. No torch here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from immersions.stage.frames import Header


class Questions:
    """Waits for answers in an event loop; `send` passes a frame to the process."""

    def __init__(self, send: Callable[[Header], None]) -> None:
        self._send = send
        self._waiting: dict[int, asyncio.Future[Header]] = {}
        self._asked = 0

    async def ask(self, kind: str, seconds: float, **body: object) -> Header:
        """The answer's frame. `TimeoutError` when none comes: the process may have died."""
        self._asked += 1
        number = self._asked
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._send({"type": kind, "ask": number, **body})
            return await asyncio.wait_for(self._waiting[number], seconds)
        finally:
            del self._waiting[number]

    def answered(self, header: Header) -> None:
        """An answer has come; nobody may be waiting for it any more."""
        waiting = self._waiting.get(int(header["ask"]))
        if waiting is not None and not waiting.done():
            waiting.set_result(header)
