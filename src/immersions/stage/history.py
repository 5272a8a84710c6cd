"""Undo and redo: the performance as it was before each change."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields

from immersions.stage.performance import State
from immersions.stage.show import COUNTED, Show, chosen

MOST_STEPS = 200
SAME_TURN_SECONDS = 1.0
"""Turns of the same controls that follow each other faster are one step."""


class History:
    """Compares the performance with what it was, so that whoever changes it need not say how."""

    def __init__(self, present: Show, now: Callable[[], float] = time.monotonic) -> None:
        self._present = present
        self._past: list[Show] = []
        self._future: list[Show] = []
        self._now = now
        self._turned: frozenset[Hashable] = frozenset()
        self._turned_at = -SAME_TURN_SECONDS

    @property
    def undos(self) -> int:
        return len(self._past)

    @property
    def redos(self) -> int:
        return len(self._future)

    @property
    def shows(self) -> Iterator[Show]:
        """All that can be gone to."""
        yield from self._past
        yield from self._future

    def note(self, present: Show) -> bool:
        """The performance may have changed; whether it has."""
        turned = turns(self._present, present)
        if turned is None:
            self._present = present
            return False
        now = self._now()
        # A switch thrown twice is two steps, a fader on its way is one.
        same = bool(turned) and turned == self._turned and self._past
        if not same or now - self._turned_at >= SAME_TURN_SECONDS:
            self._past = [*self._past, self._present][-MOST_STEPS:]
        self._future = []
        self._turned, self._turned_at = turned, now
        self._present = present
        return True

    def step(self, before: Show) -> None:
        """A move begins that is one step, whatever it changes on its way (`settle`)."""
        self._past = [*self._past, before][-MOST_STEPS:]
        self._future = []
        self._turned = frozenset()

    def settle(self, present: Show) -> None:
        """The performance has changed by itself, or as part of the latest step."""
        self._present = present

    def undo(self) -> Show:
        """What to go back to. `ValueError`, one line, when there is nothing."""
        return self._go(self._past, self._future, "undo")

    def redo(self) -> Show:
        return self._go(self._future, self._past, "redo")

    def _go(self, there: list[Show], back: list[Show], what: str) -> Show:
        if not there:
            raise ValueError(f"there is nothing to {what}")
        back.append(self._present)
        self._turned = frozenset()
        self._present = there.pop()
        return self._present


def turns(old: Show, new: Show) -> frozenset[Hashable] | None:
    """Which faders differ; empty when a switch does, for which every change is a step; None when
    nothing differs."""
    before, after = chosen(old), chosen(new)
    if before == after:
        return None
    if before.decks.keys() != after.decks.keys() or before.samples != after.samples:
        return frozenset()
    found: set[Hashable] = {("desk", name) for name in differing(before.desk, after.desk)}
    for number, then in before.decks.items():
        each = _turned(then, after.decks[number])
        if each is None:
            return frozenset()
        found |= {(number, *names) for names in each}
    return frozenset(found)


def _turned(old: State, new: State) -> set[tuple[str, ...]] | None:
    """Faders of a deck that differ; None when something else does."""
    found: set[tuple[str, ...]] = set()
    for name in (each.name for each in fields(State)):
        before, after = getattr(old, name), getattr(new, name)
        if name in COUNTED or before == after:
            continue
        if name == "parameters":
            found |= {("parameters", each) for each in differing(before, after)}
        elif name == "targets" and [each.layer for each in before] == [
            each.layer for each in after
        ]:
            found.add(("targets",))
        else:
            return None
    return found


def differing(old: Mapping[str, float], new: Mapping[str, float]) -> set[str]:
    """Names whose values are not the same."""
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
