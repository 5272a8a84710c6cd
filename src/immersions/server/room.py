"""The room of one performance: its pages on one side, its dreaming on the other."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from immersions.dreaming import PARAMETERS
from immersions.dreaming.starts import NOISE
from immersions.server import binary, describe
from immersions.server import messages as say
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.outbox import Outbox
from immersions.stage import performance
from immersions.stage.conductor import Conductor, Loop, Samples, stop
from immersions.stage.frames import Header
from immersions.stage.layouts import Laying, Layouts
from immersions.stage.life import Patience
from immersions.stage.performance import State
from immersions.stage.worker import WorkerConfig

STATUS_SECONDS = 0.25
REFUSALS_KEPT = 8


class Room:
    """Obeys pages and tells all of them what happens. For one event loop."""

    def __init__(
        self,
        library: Library,
        ears: Mapping[str, EarChoice],
        ear: str,
        threads: int,
        patience: Patience | None = None,
    ) -> None:
        self.library = library
        self.ear: say.EarDescription | None = None
        self._run = secrets.token_hex(8)
        self._ears = ears
        self._threads = threads
        self._sample_rate = ears[ear].sample_rate
        self._state = State(library.first(), ear, 4.0, parameters=PARAMETERS.defaults())
        self._pages: set[Outbox] = set()
        self._refusals = 0
        self._changed = asyncio.Event()
        self._beginning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._conductor = Conductor(self._worker(ear), self, patience)
        self._layouts = Layouts(self._on_layout)

    @property
    def state(self) -> State:
        return self._state

    @property
    def sample_rate(self) -> int:
        """Of the ear that listens now, in Hz."""
        return self._sample_rate

    @property
    def conductor(self) -> Conductor:
        return self._conductor

    @property
    def pages(self) -> int:
        return len(self._pages)

    async def run(self) -> None:
        """Play until cancelled; no process is left then."""
        dreaming = asyncio.create_task(self._conductor.run())
        telling = asyncio.create_task(self._tell_status())
        try:
            await self._open()
            # Not gather, which would cancel the dreaming at once; `stop` does, and waits.
            done, _ = await asyncio.wait((dreaming, telling), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            telling.cancel()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(self._layouts.stop(), stop(dreaming))

    # Pages.

    def enter(self) -> Outbox:
        """A page's own outbox, with what it needs to begin."""
        outbox = Outbox()
        outbox.put("welcome", self._welcome().model_dump_json())
        if self.ear is not None:
            outbox.put("ear", self.ear.model_dump_json())
            if (latest := self._layouts.latest) is not None and latest.going != "ready":
                outbox.put("layout", describe.laying(latest, self._folders()).model_dump_json())
        for loop in (self._conductor.start, self._conductor.newest):
            if loop is not None:
                outbox.put(loop.kind, binary.of_loop(loop))
        outbox.put("status", self._status().model_dump_json())
        self._pages.add(outbox)
        return outbox

    async def layout(self, ear_hash: str) -> bytes | None:
        """Where the neurons of the ear that listens lie; None when it is another one."""
        if self.ear is None or ear_hash != self.ear.hash:
            return None
        source = self._ears[self._state.ear].source
        return binary.of_layout(*await self._layouts.find(source, ear_hash, self.ear.layers))

    def show(self, outbox: Outbox, newest_known: int) -> None:
        """Give a page the newest loop if it has an older one; nothing is computed for it."""
        newest = self._conductor.newest or self._conductor.start
        if newest is not None and newest.id > newest_known:
            outbox.put(newest.kind, binary.of_loop(newest))

    def leave(self, outbox: Outbox) -> None:
        self._pages.discard(outbox)

    async def obey(self, outbox: Outbox, text: str) -> None:
        """Do what a page says; what cannot be done is answered with one line."""
        try:
            await self._do(outbox, say.from_client.validate_json(text))
        except ValidationError as error:
            self.refuse(outbox, describe.validation(error))
        except Exception as error:
            # Whatever it is, the others play on.
            self.refuse(outbox, describe.line(error))

    async def _do(self, outbox: Outbox, message: say.ClientMessage) -> None:
        match message:
            case say.SetParameters():
                self._change(
                    performance.set_parameters(self._state, PARAMETERS, message.parameters)
                )
            case say.ChooseTarget():
                layers = None if self.ear is None else _names(self.ear)
                self._change(
                    performance.set_targets(self._state, layers, message.ranges, message.mode)
                )
            case say.Run():
                self._change(performance.run(self._state, message.running))
            case say.ChooseClip():
                await self._choose_clip(message.id)
            case say.ChooseMix():
                await self._choose_mix(message.id)
            case say.Seed():
                await self._begin(lambda state: performance.set_seed(state, message.seed))
            case say.Restart():
                await self._begin(performance.restart)
            case say.ChooseEar():
                await self._choose_ear(message.id)
            case say.Pull():
                self._pull(outbox, message.id)
            case say.Sync():
                synced = say.Synced(id=message.id, state=self._state)
                outbox.put("synced", synced.model_dump_json())

    def announce_clips(self) -> None:
        """Tell all pages that the start sounds have changed."""
        self._tell("clips", say.Clips(clips=self.library.clips()))

    # Changes.

    def _change(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self._conductor.change(state)
            self._tell("state", say.StateChanged(state=state))

    async def _open(self) -> None:
        """Play the first clip; noise where it cannot be read, for something must sound."""
        try:
            await self._begin(lambda state: state)
        except (OSError, ValueError) as error:
            print(f"immersions: {describe.line(error)}; noise plays instead", file=sys.stderr)
            await self._choose_clip(NOISE)

    async def _choose_clip(self, clip: str) -> None:
        clips = [each.id for each in self.library.clips()]
        await self._begin(lambda state: performance.choose_clip(state, clip, clips))

    async def _choose_mix(self, clip: str | None) -> None:
        async with self._beginning:
            clips = [each.id for each in self.library.clips()]
            wanted = performance.choose_mix(self._state, clip, clips)
            if wanted is not self._state:
                mix = await self._mix_of(wanted)
                self._state = performance.choose_mix(self._state, clip, clips)
                self._conductor.mix_in(self._state, mix)
                self._tell("state", say.StateChanged(state=self._state))

    async def _mix_of(self, state: State) -> Samples | None:
        if state.mix is None:
            return None
        return await asyncio.to_thread(
            self.library.samples, state.mix, self._sample_rate, state.seed
        )

    async def _begin(self, change: Callable[[State], State]) -> None:
        """Apply a change after which the clip begins again."""
        async with self._beginning:
            wanted = change(self._state)
            rate = self._sample_rate
            samples = await asyncio.to_thread(self.library.samples, wanted.clip, rate, wanted.seed)
            mix = await self._mix_of(wanted)
            # Other changes may have come while the clip was decoded: this one goes on top.
            state = change(self._state)
            self._state = performance.play_for(state, len(samples) / rate)
            self._conductor.begin(self._state, np.ascontiguousarray(samples), rate, mix)
            self._tell("state", say.StateChanged(state=self._state))

    async def _choose_ear(self, ear: str) -> None:
        async with self._beginning:
            state = performance.choose_ear(self._state, ear, list(self._ears))
            if ear != self._state.ear:
                self.ear = None
                self._change(state)
                self._conductor.listen_with(self._worker(ear))

    def _pull(self, outbox: Outbox, newest_known: int) -> None:
        if self._state.running:
            self._conductor.pull()
        else:
            self.show(outbox, newest_known)

    # What the conductor tells.

    def on_loop(self, loop: Loop) -> None:
        message = binary.of_loop(loop)
        for page in self._pages:
            page.put(loop.kind, message)

    def on_ear(self, hello: Header) -> None:
        self.ear = describe.ear(self._ears[self._state.ear], hello)
        self._tell("ear", self.ear)
        layers = _names(self.ear)
        self._change(performance.fit_targets(self._state, layers, describe.first_target(layers)))
        if self.ear.sample_rate != self._sample_rate:
            self._sample_rate = self.ear.sample_rate
            self._soon(self._begin(performance.restart))

    def on_progress(self) -> None:
        self._changed.set()

    def _on_layout(self, laying: Laying) -> None:
        self._tell("layout", describe.laying(laying, self._folders()))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What pages are told.

    def _tell(self, kind: str, message: say.Message) -> None:
        text = message.model_dump_json()
        for page in self._pages:
            page.put(kind, text)

    def refuse(self, outbox: Outbox, line: str) -> None:
        """Tell one page in one line what was not done, and why."""
        # A few of them wait side by side: two mistakes in a row are two lines.
        self._refusals += 1
        kind = f"error {self._refusals % REFUSALS_KEPT}"
        outbox.put(kind, say.Refused(message=line).model_dump_json())

    async def _tell_status(self) -> None:
        told = None
        while True:
            await self._changed.wait()
            self._changed.clear()
            status = self._status()
            if status != told:
                told = status
                self._tell("status", status)
            await asyncio.sleep(STATUS_SECONDS)

    def _status(self) -> say.Status:
        return describe.status(self._conductor.progress, self._folders())

    def _folders(self) -> list[str]:
        return [each.source for each in self._ears.values()]

    def _welcome(self) -> say.Welcome:
        return describe.welcome(self._run, self.library.clips(), self._ears.values(), self._state)

    def _worker(self, ear: str) -> WorkerConfig:
        return WorkerConfig(self._ears[ear].source, self._threads)


def _names(ear: say.EarDescription) -> list[str]:
    return [layer.name for layer in ear.layers]
