"""Listening to some neurons alone while somebody holds them, and going on as before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from immersions.dreaming.starts import SILENCE
from immersions.stage import performance
from immersions.stage.conductor import Conductor
from immersions.stage.performance import State
from immersions.stage.selection import Range

LONGEST_SECONDS = 60.0
"""A page that has frozen would hold on for ever."""


class Dreaming(Protocol):
    """What a solo needs of its deck."""

    @property
    def state(self) -> State: ...

    @property
    def layers(self) -> Sequence[str]: ...

    @property
    def conductor(self) -> Conductor: ...

    def go_on_with(self, state: State) -> None: ...


class Solo:
    """Of one deck. Its state stays what it was, and may be changed meanwhile."""

    def __init__(self, deck: Dreaming) -> None:
        self._deck = deck
        self._holder: object | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def held(self) -> bool:
        return self._holder is not None

    def hold(self, holder: object, chosen: Range) -> None:
        """Dream of one range alone, out of silence, until its holder lets go.

        `ValueError`, one line, where the ear has no such layer or is still loading.
        """
        deck = self._deck
        performance.set_targets(deck.state, deck.layers, [chosen])
        state = performance.restart(deck.state)
        parameters = state.parameters | {"mix": 0.0}
        deck.conductor.set_aside(
            replace(
                state,
                clip=SILENCE,
                mix=None,
                targets=(chosen,),
                running=True,
                parameters=parameters,
            )
        )
        self.forget()
        self._holder = holder
        self._timer = asyncio.get_running_loop().call_later(LONGEST_SECONDS, self.end)
        deck.go_on_with(state)

    def let_go(self, holder: object) -> None:
        """Go on as before, where it is this holder who holds."""
        if self._holder is holder:
            self.end()

    def end(self) -> None:
        """Go on as before, whoever holds."""
        if self.held:
            self.forget()
            state = performance.restart(self._deck.state)
            self._deck.conductor.take_up(state)
            self._deck.go_on_with(state)

    def forget(self) -> None:
        """Nobody holds any more, and something else begins."""
        self._holder = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
