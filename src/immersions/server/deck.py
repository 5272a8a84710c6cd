"""One deck: its state, the sound it starts from, and the process that dreams for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

import numpy as np

from immersions.dreaming import PARAMETERS
from immersions.dreaming.starts import NOISE
from immersions.server import describe
from immersions.server import messages as say
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.onwards import Onwards
from immersions.server.solo import Solo
from immersions.stage import hand, performance
from immersions.stage.conductor import Conductor, Loop, Samples, stop
from immersions.stage.fitting import Phrase
from immersions.stage.frames import Header
from immersions.stage.life import Patience
from immersions.stage.logs.tracing import Trace
from immersions.stage.performance import State
from immersions.stage.show import BEGINS, BENDS, part
from immersions.stage.tempo import Tempo
from immersions.stage.worker import WorkerConfig


class House(Protocol):
    """Who a deck belongs to: it passes on what the deck tells."""

    def tell(self, message: say.OfDeck) -> None: ...

    def tell_loop(self, deck: int, loop: Loop) -> None: ...

    def on_progress(self) -> None: ...


class Deck:
    """For one event loop. What cannot be done raises `ValueError` and changes nothing."""

    def __init__(
        self,
        number: int,
        house: House,
        library: Library,
        ears: Mapping[str, EarChoice],
        state: State,
        threads: int,
        patience: Patience | None = None,
        tempo: Tempo | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.number = number
        self.tempo = tempo
        """What the loop is in; None for the clip's own."""
        self.ear: say.EarDescription | None = None
        """What is loaded; nothing while an ear is loading."""
        self.sample_rate = ears[state.ear].sample_rate
        """Of the ear that listens now, in Hz."""
        self.settling = False
        """Whether it is changing its state by itself, to fit the ear that was loaded."""
        self.resumes: Loop | None = None
        """Where the dream is to go on, once it runs."""
        self._house = house
        self._library = library
        self._ears = ears
        self._threads = threads
        self._state = state
        self._phrase: Phrase | None = None
        self._onwards = Onwards()
        self._beginning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.solo = Solo(self)
        self.conductor = Conductor(self._worker(state.ear), self, patience, trace)

    @property
    def state(self) -> State:
        return self._state

    @property
    def shapes(self) -> list[say.LayerShape]:
        """The ear's layers; none while it is loading."""
        return [] if self.ear is None else self.ear.layers

    @property
    def layers(self) -> list[str]:
        """Names of the ear's layers; none while it is loading."""
        return [layer.name for layer in self.shapes]

    @property
    def phrase(self) -> Phrase | None:
        """What is known of the bars of the loop that plays."""
        return self._phrase

    @property
    def newest(self) -> Loop | None:
        """What was dreamed last, or the clip."""
        return self.conductor.newest or self.conductor.start

    async def run(self) -> None:
        """Play until cancelled; no process is left then."""
        dreaming = asyncio.create_task(self.conductor.run())
        try:
            await self._open()
            await asyncio.shield(dreaming)
        finally:
            self.solo.forget()
            for task in tuple(self._tasks):
                task.cancel()
            await stop(dreaming)

    # Changes.

    def set_parameters(self, values: Mapping[str, object]) -> None:
        self._change(performance.set_parameters(self._state, PARAMETERS, values))

    def turn_hand(self, values: Mapping[str, object]) -> None:
        """Turn the target in hand; see `immersions.stage.hand`."""
        ranges = hand.turned(self._state.targets, self.shapes, values)
        self.choose_targets(say.ChooseTarget(ranges=list(ranges)))

    def choose_targets(self, message: say.ChooseTarget) -> None:
        layers = None if self.ear is None else self.layers
        self._change(performance.set_targets(self._state, layers, message.ranges, message.mode))

    def run_or_rest(self, running: bool) -> None:
        self._change(performance.run(self._state, running))

    async def choose_clip(self, clip: str) -> None:
        clips = self._clips()
        await self._begin(lambda state: performance.choose_clip(state, clip, clips))

    async def choose_mix(self, clip: str | None) -> None:
        async with self._beginning:
            clips = self._clips()
            wanted = performance.choose_mix(self._state, clip, clips)
            if wanted is not self._state:
                self.solo.end()
                mix = await self._mix_of(wanted)
                self._state = performance.choose_mix(self._state, clip, clips)
                self.conductor.mix_in(self._state, mix)
                self._tell_state()

    async def choose_ear(self, ear: str) -> None:
        async with self._beginning:
            if performance.choose_ear(self._state, ear, list(self._ears)).ear != self._state.ear:
                self.solo.end()
                self.ear = None
                self._change(performance.choose_ear(self._state, ear, list(self._ears)))
                self.conductor.listen_with(self._worker(ear))

    def go_on_with(self, state: State) -> None:
        self._state = state
        self._tell_state()

    async def set_seed(self, seed: int) -> None:
        await self._begin(lambda state: performance.set_seed(state, seed))

    async def restart(self) -> None:
        await self._begin(performance.restart)

    def turn(self, values: Mapping[str, object]) -> None:
        """Put faders elsewhere; `values` are fields of the state that are known to be valid."""
        self._change(performance.move(self._state, values))

    async def adopt(self, wanted: State) -> None:
        """Move to a state of clips and ears that there are.

        The loop bends on where it can; it begins again only for what needs that, as another clip.
        """
        async with self._beginning:
            other = wanted.ear != self._state.ear
            if other:
                self.solo.end()
                self.ear = None
            changed = performance.move(self._state, part(wanted, BENDS))
            self._change(self._fitting(changed) if changed.targets else changed)
            if other:
                self.conductor.listen_with(self._worker(wanted.ear))
        rest = {
            name: value
            for name, value in part(wanted, BEGINS | {"mix"}).items()
            if value != getattr(self._state, name)
        }
        if rest.keys() == {"mix"}:
            await self.choose_mix(wanted.mix)
        elif rest:
            await self._begin(lambda state: performance.move(state, rest))

    async def keep_time(self, tempo: Tempo | None) -> None:
        """Have the loop in this tempo, or in the clip's own with None; the dream goes on."""
        self.tempo = tempo
        await self._begin(performance.restart, onwards=True)

    def pull(self, newest_known: int) -> Loop | None:
        """Have a new loop made; what there is, where nothing dreams and it is not known yet."""
        if self._state.running or self.solo.held:
            self.conductor.pull()
            return None
        return newest if (newest := self.newest) and newest.id > newest_known else None

    def _change(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            if not self.solo.held:
                self.conductor.change(state)
            self._tell_state()

    def _fitting(self, state: State) -> State:
        """`state` with targets that the ear has; any will do while it is loading."""
        if self.ear is None:
            return state
        return performance.fit_targets(state, self.layers, describe.first_target(self.layers))

    async def _open(self) -> None:
        """Play the first clip; noise where it cannot be read, for something must sound."""
        try:
            if self.resumes is not None:
                self._onwards.note(self.resumes, self._phrase_of(self._state.clip))
            await self._begin(lambda state: state, onwards=True)
        except (OSError, ValueError, LookupError) as error:
            print(f"immersions: {describe.line(error)}; noise plays instead", file=sys.stderr)
            await self.choose_clip(NOISE)

    async def _begin(self, change: Callable[[State], State], *, onwards: bool = False) -> None:
        """Apply a change after which the clip begins again, or with `onwards` the dream goes on."""
        async with self._beginning:
            wanted = change(self._state)
            rate = self.sample_rate
            samples = await self._sound(wanted.clip, wanted.seed)
            mix = await self._mix_of(wanted)
            phrase = self._phrase_of(wanted.clip)
            if not onwards:
                self._onwards.forget()
            dream = await asyncio.to_thread(self._onwards.fitted, rate, len(samples), phrase)
            if dream is None:
                self._onwards.forget()
            # Other changes may have come while the clip was decoded: this one goes on top.
            state = change(self._state)
            self.solo.forget()
            quarters = None if phrase is None else phrase.bars * phrase.quarters
            self._state = performance.play_for(state, len(samples) / rate, quarters)
            self._phrase = phrase
            sound = np.ascontiguousarray(samples)
            self.conductor.begin(self._state, sound, rate, mix, dream, self._onwards.step)
            self._tell_state()

    def _phrase_of(self, clip: str) -> Phrase | None:
        return self._library.phrase(clip) if self.tempo is None else Phrase.of(self.tempo)

    async def _sound(self, clip: str, seed: int) -> Samples:
        return await asyncio.to_thread(
            self._library.samples, clip, self.sample_rate, seed, self.tempo
        )

    async def _mix_of(self, state: State) -> Samples | None:
        return None if state.mix is None else await self._sound(state.mix, state.seed)

    def _clips(self) -> list[str]:
        return [each.id for each in self._library.clips()]

    # What the conductor tells.

    def on_loop(self, loop: Loop) -> None:
        if not self.solo.held:
            self._onwards.note(loop, self._phrase)
        self._house.tell_loop(self.number, loop)

    def on_ear(self, hello: Header) -> None:
        self.ear = describe.ear(self._ears[self._state.ear], hello, self.number)
        self._house.tell(self.ear)
        self.settling = True
        self._change(self._fitting(self._state))
        self.settling = False
        if self.ear.sample_rate != self.sample_rate:
            self.sample_rate = self.ear.sample_rate
            self._soon(self._begin(performance.restart))

    def on_progress(self) -> None:
        self._house.on_progress()

    def _tell_state(self) -> None:
        self._house.tell(say.StateChanged(deck=self.number, state=self._state))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _worker(self, ear: str) -> WorkerConfig:
        return WorkerConfig(self._ears[ear].source, self._threads)
