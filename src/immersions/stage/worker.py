"""One life of a dreaming process, from the server's side. No torch here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from immersions.stage import frames
from immersions.stage.frames import Frame, Header

_PARTING_SECONDS = 0.5
_BUFFER = 8 * 2**20
"""Bytes read ahead: a whole loop of the largest ear."""


def default_threads() -> int:
    """Processors for the dreaming: all, but one for server and browser where there are many."""
    count = os.cpu_count() or 1
    return count if count <= 2 else count - 1


class Start(Protocol):
    """What a process is started with, that speaks in frames and ends with its pipes."""

    @property
    def threads(self) -> int: ...

    def command(self) -> list[str]: ...


@dataclass(frozen=True)
class WorkerConfig:
    """What a dreaming process is started with. `ear` is a name, a folder or `module:callable`."""

    ear: str
    threads: int

    def command(self) -> list[str]:
        # -P: a file in the present folder cannot stand in for one of Python's own modules.
        return [
            *(sys.executable, "-P", "-m", "immersions.stage.workers.child"),
            *("--ear", self.ear, "--threads", str(self.threads), "--parent", str(os.getpid())),
        ]


class Worker:
    """A running process. Use `frames` until it ends, then `end` for its last words."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last_words: deque[str] = deque(maxlen=20)
        self._listening = asyncio.create_task(self._listen_to_errors())

    @classmethod
    async def start(cls, config: Start) -> Worker:
        starting = asyncio.create_task(_spawn(config))
        try:
            return cls(await asyncio.shield(starting))
        except asyncio.CancelledError:
            # Who cancels a start does not want a process left behind.
            with contextlib.suppress(OSError):
                await cls(await starting).end()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    async def frames(self) -> AsyncIterator[Frame]:
        """What the worker says, until it has gone. `ValueError` when that makes no sense."""
        assert self._process.stdout is not None
        with contextlib.suppress(frames.Closed):
            while True:
                yield await frames.read_async(self._process.stdout)

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Say something, without waiting; lost when the worker has gone."""
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(frames.pack(header, payload))

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> str:
        """Make sure that it is gone; why it went, in one line."""
        with contextlib.suppress(TimeoutError):
            # One that closed its pipe is on its way out: let it say with which status.
            await asyncio.wait_for(self._process.wait(), _PARTING_SECONDS)
        self.kill()
        status = await self._process.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listening, _PARTING_SECONDS)
        if self._process.stdin is not None:
            self._process.stdin.close()
        last = f": {self._last_words[-1]}" if self._last_words and status > 0 else ""
        return (f"signal {-status}" if status < 0 else f"status {status}") + last

    async def _listen_to_errors(self) -> None:
        assert self._process.stderr is not None
        rest = b""
        while data := await self._process.stderr.read(65536):
            *lines, rest = (rest + data).split(b"\n")[-20:]
            self._last_words.extend(_words(line) for line in lines if line.strip())
            rest = rest[-4096:]
        if rest.strip():
            self._last_words.append(_words(rest))


async def _spawn(config: Start) -> asyncio.subprocess.Process:
    threads = str(config.threads)
    return await asyncio.create_subprocess_exec(
        *config.command(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_BUFFER,
        env={
            # Threads that spin while they wait stop each other where others work, too: with
            # two on two busy cores a step took 13 s, and 0.3 s with threads that sleep.
            "OMP_WAIT_POLICY": "PASSIVE",
            **os.environ,
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
            "NUMBA_NUM_THREADS": threads,
        },
        # A session of its own: Ctrl-C is the server's, which then ends its worker in order.
        start_new_session=True,
    )


def _words(line: bytes) -> str:
    return line.decode(errors="replace").strip()[:500]
