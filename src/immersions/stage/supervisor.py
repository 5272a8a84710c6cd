"""Keeps one dreaming process alive, for the server: starts it, watches it, starts it again.

A process that closes its pipe has died. One that has not said a word for `quiet_seconds`, or whose
step lasts much longer than its steps do, has stalled and is killed. Either is followed by another
at once; when they keep dying, ever more slowly. No torch here.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Literal, Protocol

from immersions.stage.frames import Header
from immersions.stage.worker import Worker, WorkerConfig

Life = Literal["starting", "running", "stopped", "restarting"]

_TICK_SECONDS = 0.25


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


class Listener(Protocol):
    """Who wants to know. Called in the event loop; must not block."""

    def on_life(self, life: Life, message: str) -> None:
        """The process lives or does not; `message` is one line for the performer, or empty."""
        ...

    def on_hello(self, header: Header) -> None:
        """A process has loaded its ear and waits for a `begin`."""
        ...

    def on_frame(self, header: Header, payload: bytes) -> None:
        """Everything else that it says."""
        ...


class Supervisor:
    """`run` until cancelled; `send` reaches the present worker, or nobody."""

    def __init__(
        self, config: WorkerConfig, listener: Listener, patience: Patience | None = None
    ) -> None:
        self._config = config
        self._listener = listener
        self._patience = patience or Patience()
        self._worker: Worker | None = None
        self._greeted = False
        self._quiet_ticks = 0
        self._stalled = ""
        self._replaced = asyncio.Event()
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return self._worker.pid if self._worker else None

    @property
    def ready(self) -> bool:
        """Whether a worker has loaded its ear and obeys."""
        return self._worker is not None and self._greeted

    def send(self, header: Header, payload: bytes = b"") -> None:
        if self._worker is not None and self._greeted:
            self._worker.send(header, payload)

    def replace(self, config: WorkerConfig) -> None:
        """Go on with another process, at once."""
        self._config = config
        self._deaths = 0
        self._replaced.set()
        if self._worker is not None:
            self._worker.kill()

    async def run(self) -> None:
        """Keep a worker alive until cancelled; none is left then."""
        life: Life = "starting"
        message = "Loading the ear."
        try:
            while True:
                self._listener.on_life(life, message)
                reason = await self._one_life()
                life = "restarting"
                if self._replaced.is_set():
                    self._replaced.clear()
                    message = "Loading the ear."
                    continue
                message = await self._wait_after(reason)
        finally:
            self._listener.on_life("stopped", "")

    async def _one_life(self) -> str:
        """Start a worker and listen to it until it has gone; why it went."""
        self._greeted, self._quiet_ticks, self._stalled = False, 0, ""
        try:
            worker = await Worker.start(self._config)
        except OSError as error:
            return str(error)
        self._worker = worker
        if self._replaced.is_set():
            worker.kill()
        began = asyncio.get_running_loop().time()
        watch = asyncio.create_task(self._watch(worker))
        fatal = ""
        try:
            async for header, payload in worker.frames():
                self._quiet_ticks = 0
                if header["type"] == "fatal":
                    fatal = str(header["message"])
                else:
                    self._take(header, payload)
        except ValueError as error:
            fatal = str(error)
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            watch.cancel()
            self._worker = None
            reason = await worker.end()
        if asyncio.get_running_loop().time() - began > self._patience.settled:
            self._deaths = 0
        return fatal or self._stalled or reason

    def _take(self, header: Header, payload: bytes) -> None:
        if self._replaced.is_set():
            return
        if header["type"] == "hello":
            self._greeted = True
            self._listener.on_life("running", "")
            self._listener.on_hello(header)
            return
        if header["type"] == "beat":
            self._check_step(header)
        self._listener.on_frame(header, payload)

    def _check_step(self, header: Header) -> None:
        patience, typical = self._patience, header["typical_step"]
        longest = (
            patience.first_step
            if typical is None
            else max(patience.step, patience.steps * float(typical))
        )
        if header["step_age"] > longest and self._worker is not None:
            self._stalled = f"a step took longer than {longest:.0f} s"
            self._worker.kill()

    async def _watch(self, worker: Worker) -> None:
        # Ticks, not time: when this process itself was held up, the worker is not to blame.
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._quiet_ticks += 1
            limit = self._patience.quiet if self._greeted else self._patience.loading
            if self._quiet_ticks * _TICK_SECONDS > limit:
                self._stalled = f"no sign of life for {limit:.0f} s"
                worker.kill()
                return

    async def _wait_after(self, reason: str) -> str:
        """Wait a little longer after each death in a row; what to tell the performer."""
        self._deaths += 1
        pause = 0.0 if self._deaths == 1 else min(self._patience.most, 0.5 * 2**self._deaths)
        message = f"The dreaming process ended ({reason}); starting it again."
        if pause:
            message = (
                f"The dreaming process ended {self._deaths} times ({reason}); "
                f"trying again in {pause:.0f} s."
            )
            self._listener.on_life("restarting", message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._replaced.wait(), pause)
            self._replaced.clear()
        return message
