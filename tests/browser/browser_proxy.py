"""A network between page and server that can be cut, and that can spoil what it carries."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from browser_server import free_port

NANS = struct.pack("<4f", *4 * [float("nan")])


class Proxy:
    """Carries bytes between a port of its own and the server's, from a thread of its own."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.poison = False
        """Whether the first samples of each loop are made NaN."""
        self.poisoned = 0
        self.carried = 0
        """Bytes, in both directions."""
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._whole = asyncio.Event()
        self._whole.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self, torn: bool) -> None:
        """Nothing passes any more; with `torn`, all connections are reset and none is made."""
        self._run(self._cut(torn))

    def mend(self) -> None:
        self._run(self._mend())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def _stop(self) -> None:
        await self._close_port()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _close_port(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _cut(self, torn: bool) -> None:
        self._whole.clear()
        if torn:
            await self._close_port()

    async def _mend(self) -> None:
        self._whole.set()
        if self._server is None:
            await self._listen()

    async def _accept(self, down: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(up)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(writer)
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await asyncio.gather(self._carry(down, writer), self._carry(reader, up))
            self._writers.discard(writer)
            writer.transport.abort()
        finally:
            self._writers.discard(up)
            self._tasks.discard(task)
            up.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._whole.wait()
            self.carried += len(data)
            writer.write(self._spoiled(data) if self.poison else data)
            await writer.drain()
        await self._whole.wait()
        writer.close()

    def _spoiled(self, data: bytes) -> bytes:
        """Behind a loop's length, header and padding lie its samples: the first become NaN."""
        header = data.rfind(b"{", 0, max(0, data.find(b'"type":"loop"')))
        if header < 4:
            return data
        (length,) = struct.unpack("<I", data[header - 4 : header])
        at = header - 4 + -(-(4 + length) // 4) * 4
        if at + len(NANS) > len(data):
            return data  # they come with the next packet: the next loop will do
        self.poisoned += 1
        return data[:at] + NANS + data[at + len(NANS) :]
