"""What waits to be sent to one page: the newest of each kind, so a slow page holds up nobody."""

from __future__ import annotations

import asyncio


class Outbox:
    """Bounded by the number of kinds. Kinds are sent in the order in which they were last put."""

    def __init__(self) -> None:
        self._waiting: dict[str, str | bytes] = {}
        self._filled = asyncio.Event()

    def put(self, kind: str, message: str | bytes) -> None:
        """Replace what waits of this kind."""
        self._waiting.pop(kind, None)
        self._waiting[kind] = message
        self._filled.set()

    async def take(self) -> str | bytes:
        """The message that has waited longest; waits for one. For one reader."""
        await self._filled.wait()
        kind = next(iter(self._waiting))
        message = self._waiting.pop(kind)
        if not self._waiting:
            self._filled.clear()
        return message

    def __len__(self) -> int:
        return len(self._waiting)
