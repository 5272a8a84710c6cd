"""Conducts the dreaming process: tells it what the performer wants, keeps what it last dreamed.

A new process after a death goes on from the last loop, so that the sound bends on. No torch here.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from immersions.stage.aside import Aside, Audience, Progress, fitting, unheard
from immersions.stage.frames import Header
from immersions.stage.life import Patience
from immersions.stage.logs.tracing import Trace
from immersions.stage.performance import State
from immersions.stage.questions import Questions
from immersions.stage.supervisor import LifeWord, Supervisor
from immersions.stage.wire import state_to
from immersions.stage.worker import WorkerConfig

Samples = NDArray[np.float32]

NOTICE_SECONDS = 6.0


@dataclass(frozen=True)
class Loop:
    """A loop as it plays: `header` as in the server's `LoopHeader`, samples, then activations."""

    header: Header
    payload: bytes

    @property
    def kind(self) -> Literal["start", "dream"]:
        return "start" if self.header["kind"] == "start" else "dream"

    @property
    def id(self) -> int:
        return int(self.header["id"])

    @property
    def samples(self) -> bytes:
        """The sound alone: float32, little-endian."""
        return self.payload[: 4 * self.header["samples"]]

    def unheard(self) -> Loop:
        """The same sound without what any neuron answered to it."""
        return Loop({**self.header, "activation": None, "layers": []}, self.samples)


class Conductor:
    """Give it the clip (`begin`), then every new state (`change`); it tells its audience."""

    def __init__(
        self,
        config: WorkerConfig,
        audience: Audience,
        patience: Patience | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.progress = Progress()
        self.start: Loop | None = None
        """The start clip as it plays."""
        self.newest: Loop | None = None
        """What was dreamed last, since the clip was begun."""
        self._audience = audience
        self._config = config
        self._trace = trace
        self._supervisor = Supervisor(config, self, patience)
        self.questions = Questions(self._supervisor.send)
        self._aside: Aside | None = None
        self._state: State | None = None
        self._clip: Samples = np.zeros(0, np.float32)
        self._mix: Samples = np.zeros(0, np.float32)
        self._onwards = b""
        self._sample_rate = 0
        self._begun = 0
        self._heard = False
        self._ids = trace.ids if trace is not None else 0
        self._trouble = ""
        self._notice = ""
        self._notice_until = 0.0

    @property
    def dreamed(self) -> Loop | None:
        """What was dreamed last of the clip, also while something else is listened to."""
        return self.newest if self._aside is None else self._aside.newest

    @property
    def pid(self) -> int | None:
        """The dreaming process's id, while there is one."""
        return self._supervisor.pid

    @property
    def spare_pid(self) -> int | None:
        """The id of the process that stands ready to take over, if one does."""
        return self._supervisor.spare_pid

    async def run(self) -> None:
        """Keep the dreaming alive until cancelled."""
        await self._supervisor.run()

    def begin(
        self,
        state: State,
        clip: Samples,
        sample_rate: int,
        mix: Samples | None = None,
        onwards: Samples | None = None,
        step: int = 0,
    ) -> None:
        """Start again from `clip`. While there is no process, its sound alone is told.

        `mix` is what the parameter `mix` mixes in, cut or repeated to the clip's length; None for
        the clip itself. `onwards`, as long as the clip, is what was dreamed of it already, in
        `step` steps: the dream goes on from there.
        """
        self._aside = None
        self._state, self._clip, self._sample_rate = state, clip, sample_rate
        self._mix = fitting(mix, clip)
        self._begun, self.newest, self._heard = state.generation, None, False
        self._onwards, self._trouble = b"" if onwards is None else onwards.tobytes(), ""
        self.progress.steps = 0 if onwards is None else step
        if onwards is None:
            self.progress.history.clear()
        if self._supervisor.ready:
            self._send_begin()
        else:
            header = unheard(clip, sample_rate, state)
            self._keep(header, clip.tobytes())
            if self._onwards:
                going = {**header, "kind": "dream", "step": self.progress.steps}
                self._keep(going, self._onwards)

    def change(self, state: State) -> None:
        """Dream on with another state."""
        self._state = state
        self._trouble = ""
        told = state_to(state)
        number = self._trace.state(told) if self._trace is not None else 0
        self._supervisor.send({"type": "state", "state": told, "number": number})

    def mix_in(self, state: State, mix: Samples | None) -> None:
        """Dream on with another sound, or the clip itself, mixed in."""
        self._state, self._mix = state, fitting(mix, self._clip)
        self._trouble = ""
        told, rate = state_to(state), self._sample_rate
        number = self._trace.mix(told, self._mix, rate) if self._trace is not None else 0
        self._supervisor.send({"type": "mix", "state": told, "number": number}, self._mix.tobytes())

    def set_aside(self, state: State) -> None:
        """Dream with `state` out of silence; what was dreamed is kept for `take_up`.

        Raises `ValueError` while no ear has heard the clip. A `begin` forgets what was kept.
        """
        if not (self._supervisor.ready and self._heard and len(self._clip)):
            raise ValueError("the ear is still loading: it cannot dream of one neuron yet")
        if self._aside is None:
            progress = replace(self.progress, history=self.progress.history.copy())
            self._aside = Aside(self._clip, self._mix, self.newest, progress)
        self._state, self._begun, self.newest = state, state.generation, None
        self._clip = np.zeros_like(self._clip)
        self._mix = np.zeros(0, np.float32)
        self.progress.steps = 0
        self.progress.history.clear()
        self._send_begin()

    def take_up(self, state: State) -> None:
        """Go on with what was set aside, from the loop that was newest then; it is told again."""
        aside, self._aside = self._aside, None
        if aside is None:
            return
        self._state, self._begun = state, state.generation
        self._clip, self._mix, self.newest = aside.clip, aside.mix, aside.newest
        self.progress.steps = aside.progress.steps
        self.progress.history = aside.progress.history
        if self._supervisor.ready:
            self._send_begin()
        # The loop that it was, by its own number: nothing new was made.
        if (before := self.newest or self.start) is not None:
            again = Loop({**before.header, "generation": state.generation}, before.payload)
            self._audience.on_loop(again)
        self._audience.on_progress()

    def pull(self) -> None:
        """Have a loop with the newest state rendered now."""
        self._supervisor.send({"type": "pull"})

    def listen_with(self, config: WorkerConfig) -> None:
        """Go on with another ear, in another process. What the old one heard is forgotten."""
        self._heard = False
        self.start = self.start and self.start.unheard()
        self.newest = self.newest and self.newest.unheard()
        self._config = config
        self._supervisor.replace(config)

    # What the supervisor tells.

    def on_life(self, life: LifeWord, message: str) -> None:
        self.progress.life = life
        self._notice = message
        self._notice_until = time.monotonic() + NOTICE_SECONDS
        self._compose()
        if life != "running":
            self.progress.steps_per_second = 0.0
        self._audience.on_progress()

    def on_hello(self, header: Header) -> None:
        if self._trace is not None and self._state is not None:
            config = self._config
            self._trace.ear(self._state.ear, config.ear, config.threads, header)
        self._audience.on_ear(header)
        if header["sample_rate"] == self._sample_rate:
            self._send_begin()

    def on_frame(self, header: Header, payload: bytes) -> None:
        if header["type"] == "loop":
            if header["generation"] >= self._begun:
                self._trouble = ""
                self._keep(header, payload)
        elif header["type"] == "beat":
            self._count(header)
        elif header["type"] == "note":
            self._trouble = str(header["message"])
        elif header["type"] == "edges":
            self.questions.answered(header)
        elif header["type"] == "trace" and self._trace is not None:
            self._trace.told(header)
        self._compose()
        self._audience.on_progress()

    def _compose(self) -> None:
        """What the performer reads: what is wrong, else what has happened lately."""
        fresh = self.progress.life != "running" or time.monotonic() < self._notice_until
        self.progress.message = self._trouble or (self._notice if fresh else "")

    def _send_begin(self) -> None:
        if self._state is None:
            return
        last = self.newest.samples if self.newest is not None else self._onwards
        if len(last) != 4 * len(self._clip):
            last = b""
        told, number = state_to(self._state), 0
        if self._trace is not None:
            step = self.progress.steps if last else 0
            sounds = (self._clip, self._mix, np.frombuffer(last, "<f4"))
            number = self._trace.begin(told, step, self._sample_rate, *sounds)
        header = {
            "type": "begin",
            "number": number,
            "state": told,
            "dream": self._begun,
            "step": self.progress.steps if last else 0,
            "clip": len(self._clip),
            "mix": len(self._mix),
            "announce": not self._heard,
            "render": len(last) > 0 and not (self.newest and self.newest.header["layers"]),
        }
        self._supervisor.send(header, self._clip.tobytes() + self._mix.tobytes() + last)

    def _keep(self, header: Header, payload: bytes) -> None:
        self._ids += 1
        loop = Loop({**header, "id": self._ids}, payload)
        if loop.kind == "start":
            self.start = loop
            self._heard = bool(header["layers"])
        else:
            self.newest = loop
            self.progress.loops += 1
        if self._trace is not None and self._state is not None:
            self._trace.loop(loop.header, loop.samples, self._state.clip, self._state.seed)
        self._audience.on_loop(loop)
        if loop.kind == "start" and self.newest is not None:
            # Told again as an ear hears it now; the dream of it is what goes on playing.
            self._audience.on_loop(self.newest)

    def _count(self, beat: Header) -> None:
        self.progress.steps_per_second = float(beat["steps_per_second"])
        if beat["history"] and beat["dream"] == self._begun:
            self.progress.steps = int(beat["step"])
            self.progress.history.extend((int(step), float(on)) for step, on in beat["history"])


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a conductor's `run` and wait until its process has gone."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
