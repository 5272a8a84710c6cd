"""The WebSocket: who may enter, how much may be said, and who is too slow to stay."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from immersions.server import describe
from immersions.server import messages as say
from immersions.server.access import Role
from immersions.server.outbox import Outbox
from immersions.server.pages import put
from immersions.server.room import Room
from immersions.server.security import LARGEST_TEXT

MOST: dict[Role, int] = {"performer": 8, "viewer": 64}
"""Pages that may be open at once."""
MESSAGES_A_SECOND = 200
"""From one page; as many may come at once after a pause."""
SLOW_SECONDS = 10.0
"""A page that takes nothing for so long, although something waits for it, is dropped."""

Address = tuple[str, int]


class Pace:
    """A bucket that holds a second's messages and fills as fast as they may come."""

    def __init__(self, a_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._a_second = a_second
        self._now = now
        self._left = a_second
        self._then = now()

    def take(self) -> bool:
        """Whether one more message may come now."""
        now = self._now()
        self._left = min(self._a_second, self._left + (now - self._then) * self._a_second)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def add_socket(app: FastAPI, room: Room) -> None:
    """`/ws`, for performers; `/ws?view` for those who only watch, whatever they are."""
    seated: Counter[Role] = Counter()

    @app.websocket("/ws")
    async def page(socket: WebSocket) -> None:
        role: Role = "viewer" if "view" in socket.query_params else socket.state.role
        await socket.accept()
        if seated[role] >= MOST[role]:
            await socket.close(1013, f"expected at most {MOST[role]} {role}s' pages at once")
            return
        seated[role] += 1
        outbox = room.enter()
        sending = asyncio.create_task(_send_all(socket, outbox))
        try:
            await _talk(socket, room, outbox, role)
        finally:
            room.leave(outbox)
            seated[role] -= 1
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _talk(socket: WebSocket, room: Room, outbox: Outbox, role: Role) -> None:
    """Obey a page until it leaves or breaks the rules."""
    pace = Pace(MESSAGES_A_SECOND)
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            text = await _text(socket)
            if not pace.take():
                line = f"expected at most {MESSAGES_A_SECOND} messages a second"
                await socket.close(1008, line)
                return
            if len(text) > LARGEST_TEXT or len(text.encode()) > LARGEST_TEXT:
                await socket.close(1009, f"expected at most {LARGEST_TEXT // 2**10} kB of text")
                return
            if role == "viewer":
                _show(room, outbox, text)
            else:
                await room.obey(outbox, text)


def _show(room: Room, outbox: Outbox, text: str) -> None:
    """A viewer may ask for the newest loop, and for nothing else."""
    try:
        message = say.from_client.validate_json(text)
        if isinstance(message, say.StillThere):
            put(outbox, describe.still_here(message))
        elif isinstance(message, say.Pull):
            room.show(outbox, message.deck, message.id)
        else:
            raise ValueError("viewers watch, and change nothing")
    except ValidationError as error:
        room.refuse(outbox, describe.validation(error))
    except ValueError as error:
        room.refuse(outbox, describe.line(error))


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    # Bytes are no message of ours; as text they are refused with one line like any other.
    text = message.get("text")
    return text if isinstance(text, str) else ""


async def _send_all(socket: WebSocket, outbox: Outbox) -> None:
    """Until the page has gone, or takes nothing for too long."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await outbox.take()
            try:
                async with asyncio.timeout(SLOW_SECONDS):
                    if isinstance(message, str):
                        await socket.send_text(message)
                    else:
                        await socket.send_bytes(message)
            except TimeoutError:
                # A goodbye would wait behind what it does not take; `_talk` ends with the line.
                client = socket.client
                abort = getattr(socket.app.state, "abort", None)
                if client is not None and abort is not None:
                    abort((client.host, client.port))
                return
