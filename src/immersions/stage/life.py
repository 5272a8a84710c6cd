"""One dreaming process under watch: it is killed when it stalls. No torch here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from immersions.stage.frames import Header
from immersions.stage.worker import Worker, WorkerConfig

_TICK_SECONDS = 0.25

Take = Callable[[Header, bytes], None]


@dataclass(frozen=True)
class Patience:
    """How long a worker may take, in seconds, before it is held to have stalled."""

    quiet: float = 4.0
    """Without a sign of life, once the ear is loaded."""
    loading: float = 90.0
    """Without a sign of life, before: importing and loading hold everything up."""
    first_step: float = 30.0
    """In one step, while nothing is known of how long steps take."""
    step: float = 5.0
    """In one step, or `steps` typical ones if that is longer."""
    steps: float = 8.0
    settled: float = 20.0
    """After so long alive, earlier deaths are forgiven."""
    most: float = 30.0
    """Longest pause before another attempt."""
    spare: float = 5.0
    """After so long at work, a second process is started that stands ready to take over."""


class Life:
    """A worker from its start to its end. What it says goes to `take`, which may be exchanged."""

    def __init__(self, worker: Worker, patience: Patience) -> None:
        self.worker = worker
        self.hello: Header | None = None
        """What it said of its ear, once that was loaded."""
        self.take: Take | None = None
        self._patience = patience
        self._quiet_ticks = 0
        self._reason = ""
        self._ended = asyncio.create_task(self._run())

    @classmethod
    async def start(cls, config: WorkerConfig, patience: Patience) -> Life:
        return cls(await Worker.start(config), patience)

    @property
    def over(self) -> bool:
        return self._ended.done()

    async def ended(self) -> str:
        """Wait for its end; why it ended, in one line."""
        # Shielded: who stops waiting does not stop the life.
        return await asyncio.shield(self._ended)

    async def end(self) -> None:
        """Kill it and wait until it has gone."""
        self.worker.kill()
        await self.ended()

    async def _run(self) -> str:
        watch = asyncio.create_task(self._watch())
        try:
            async for header, payload in self.worker.frames():
                self._quiet_ticks = 0
                self._read(header, payload)
        except ValueError as error:
            self._reason = str(error)
        finally:
            watch.cancel()
        ending = await self.worker.end()
        return self._reason or ending

    def _read(self, header: Header, payload: bytes) -> None:
        if header["type"] == "fatal":
            self._reason = str(header["message"])
            return
        if header["type"] == "hello":
            self.hello = header
        elif header["type"] == "beat":
            self._check_step(header)
        if self.take is not None:
            self.take(header, payload)

    def _check_step(self, beat: Header) -> None:
        patience, typical = self._patience, beat["typical_step"]
        longest = (
            patience.first_step
            if typical is None
            else max(patience.step, patience.steps * float(typical))
        )
        if beat["step_age"] > longest:
            self._stall(f"a step took longer than {longest:.0f} s")

    async def _watch(self) -> None:
        # Ticks, not time: when this process itself was held up, the worker is not to blame.
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._quiet_ticks += 1
            limit = self._patience.loading if self.hello is None else self._patience.quiet
            if self._quiet_ticks * _TICK_SECONDS > limit:
                self._stall(f"no sign of life for {limit:.0f} s")
                return

    def _stall(self, reason: str) -> None:
        self._reason = reason
        self.worker.kill()
