"""Keeps a dreaming process alive, for the server: when one ends, another goes on. No torch here.

While one works, a second stands ready with its ear loaded, so that going on takes no longer than
noticing. When processes keep dying, they are started ever more slowly.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal, Protocol

from immersions.stage.frames import Header
from immersions.stage.life import Life, Patience
from immersions.stage.worker import WorkerConfig

LifeWord = Literal["starting", "running", "stopped", "restarting"]

LOADING = "Loading the ear."
MOST_STRETCH = 4
"""A machine that is too slow for our patience is given up to so many times of it."""


class Listener(Protocol):
    """Who wants to know. Called in the event loop; must not block."""

    def on_life(self, life: LifeWord, message: str) -> None:
        """The process lives or does not; `message` is one line for the performer, or empty."""
        ...

    def on_hello(self, header: Header) -> None:
        """A process has loaded its ear and waits for a `begin`."""
        ...

    def on_frame(self, header: Header, payload: bytes) -> None:
        """Everything else that it says."""
        ...


class Supervisor:
    """`run` until cancelled; `send` reaches the process at work, or nobody."""

    def __init__(
        self, config: WorkerConfig, listener: Listener, patience: Patience | None = None
    ) -> None:
        self._config = config
        self._listener = listener
        self._patience = patience or Patience()
        self._present: Life | None = None
        self._spare: Life | None = None
        self._replaced = asyncio.Event()
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The working process's id, while there is one."""
        return self._present.worker.pid if self._present else None

    @property
    def spare_pid(self) -> int | None:
        """The id of the process that stands ready, if one does."""
        return self._spare.worker.pid if self._spare and self._spare.hello else None

    @property
    def ready(self) -> bool:
        """Whether a process has loaded its ear and obeys."""
        return self._present is not None and self._present.hello is not None

    def send(self, header: Header, payload: bytes = b"") -> None:
        if self._present is not None and self._present.hello is not None:
            self._present.worker.send(header, payload)

    def replace(self, config: WorkerConfig) -> None:
        """Go on with another process, at once."""
        self._config = config
        self._deaths = 0
        self._replaced.set()
        for life in (self._present, self._spare):
            if life is not None:
                life.take = None
                life.worker.kill()

    async def run(self) -> None:
        """Keep a process at work until cancelled; none is left then."""
        word: LifeWord = "starting"
        message = LOADING
        sparing = asyncio.create_task(self._keep_a_spare())
        try:
            while True:
                self._listener.on_life(word, message)
                reason = await self._one_life(message)
                word = "restarting"
                if self._replaced.is_set():
                    self._replaced.clear()
                    message = LOADING
                else:
                    message = await self._wait_after(reason)
        finally:
            lives = [life for life in (self._present, self._spare) if life is not None]
            for life in lives:
                life.worker.kill()  # first of all, in case this is hurried, too
            sparing.cancel()
            await asyncio.gather(sparing, return_exceptions=True)
            # One whose words could not be taken in ends with that error again.
            await asyncio.gather(*(life.end() for life in lives), return_exceptions=True)
            self._present = self._spare = None
            self._listener.on_life("stopped", "")

    async def _one_life(self, message: str) -> str:
        """Put a process to work and listen to it until it has gone; why it went."""
        life, self._spare = self._spare, None
        if life is None or life.over:
            try:
                life = await Life.start(self._config, self._patience)
            except OSError as error:
                return str(error)
        # Where processes are ended one after another, the machine may just be slow.
        life.patience = self._patience.stretched(min(MOST_STRETCH, max(1, self._deaths)))
        self._present = life
        if self._replaced.is_set():
            life.worker.kill()
        else:
            life.take = self._take
            if life.hello is not None:
                self._take_over(life.hello, message)
        began = asyncio.get_running_loop().time()
        reason = await life.ended()
        self._present = None
        if asyncio.get_running_loop().time() - began > self._patience.settled:
            self._deaths = 0
        return reason

    def _take(self, header: Header, payload: bytes) -> None:
        if header["type"] == "hello":
            self._take_over(header, "")
        else:
            self._listener.on_frame(header, payload)

    def _take_over(self, hello: Header, message: str) -> None:
        self._listener.on_life("running", message)
        self._listener.on_hello(hello)

    async def _keep_a_spare(self) -> None:
        """Have a second process ready, some time after the first one was."""
        pause = self._patience.spare
        while True:
            await asyncio.sleep(pause)
            if self._spare is not None and self._spare.over:
                self._spare = None
                pause = min(2 * pause, 8 * self._patience.spare)
            elif self._spare is None and self.ready and not self._replaced.is_set():
                with contextlib.suppress(OSError):
                    self._spare = await Life.start(self._config, self._patience)

    async def _wait_after(self, reason: str) -> str:
        """Wait a little longer after each death in a row; what to tell the performer."""
        self._deaths += 1
        message = f"The dreaming process ended ({reason}); starting it again."
        if self._deaths > 1:
            pause = min(self._patience.most, 0.5 * 2**self._deaths)
            message = (
                f"The dreaming process ended {self._deaths} times ({reason}); "
                f"trying again in {pause:.0f} s."
            )
            self._listener.on_life("restarting", message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._replaced.wait(), pause)
            self._replaced.clear()
        return message
