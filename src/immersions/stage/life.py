"""One dreaming process under watch: it is killed when it stalls. No torch here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from immersions.stage.frames import Header
from immersions.stage.worker import Worker, WorkerConfig

_TICK_SECONDS = 0.25

Take = Callable[[Header, bytes], None]


@dataclass(frozen=True)
class Patience:
    """How long a worker may take, in seconds, before it is held to have stalled."""

    quiet: float = 4.0
    """Without a sign of life, once the ear is loaded."""
    quiet_loading: float = 30.0
    """Without a sign of life, before: reading libraries from a cold disk holds everything up."""
    loading: float = 60.0
    """From its start until the ear is loaded."""
    first: float = 8.0
    """In one piece of work, while nothing is known of how long steps take."""
    least: float = 5.0
    """In one piece of work, however short steps are."""
    steps: float = 8.0
    """In one piece of work, in typical steps, where that is between `least` and `first`."""
    slow_steps: float = 3.0
    """The same where steps are slower still."""
    settled: float = 20.0
    """After so long alive, earlier deaths are forgiven."""
    most: float = 30.0
    """Longest pause before another attempt."""
    spare: float = 5.0
    """After so long at work, a second process is started that stands ready to take over."""

    def stretched(self, times: float) -> Patience:
        """The same, with `times` as much time for what a slow machine is slow at."""
        return replace(
            self,
            quiet_loading=times * self.quiet_loading,
            loading=times * self.loading,
            first=times * self.first,
            least=times * self.least,
        )

    def for_work(self, typical_step: float | None) -> float:
        """How long one piece of work may take."""
        if typical_step is None:
            return self.first
        usual = min(self.first, max(self.least, self.steps * typical_step))
        return max(usual, self.slow_steps * typical_step)


class Life:
    """A worker from its start to its end. What it says goes to `take`, which may be exchanged."""

    def __init__(self, worker: Worker, patience: Patience) -> None:
        self.worker = worker
        self.hello: Header | None = None
        """What it said of its ear, once that was loaded."""
        self.take: Take | None = None
        self.patience = patience
        self._quiet_ticks = 0
        self._loading_ticks = 0
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
        except Exception:
            # Whoever takes its words has failed, and nobody listens to it any more.
            self.worker.kill()
            await self.worker.end()
            raise
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
            self._check_work(header)
        if self.take is not None:
            self.take(header, payload)

    def _check_work(self, beat: Header) -> None:
        longest = self.patience.for_work(beat["typical_step"])
        if beat["work"] and beat["work_age"] > longest:
            self._stall(f"a {beat['work']} took longer than {longest:.0f} s")

    async def _watch(self) -> None:
        # Ticks, not time: when this process itself was held up, the worker is not to blame.
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._quiet_ticks += 1
            limit = self.patience.quiet
            if self.hello is None:
                limit = self.patience.quiet_loading
                self._loading_ticks += 1
                if self._loading_ticks * _TICK_SECONDS > self.patience.loading:
                    self._stall(f"loading the ear took longer than {self.patience.loading:.0f} s")
                    return
            if self._quiet_ticks * _TICK_SECONDS > limit:
                self._stall(f"no sign of life for {limit:.0f} s")
                return

    def _stall(self, reason: str) -> None:
        self._reason = reason
        self.worker.kill()
