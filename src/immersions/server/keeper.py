"""Keeps a room on disk while it plays, and brings it back."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from immersions.server.deck import Deck
from immersions.server.describe import line
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.memory import Memory
from immersions.stage.conductor import Loop, Samples
from immersions.stage.keeping import Place
from immersions.stage.memory import Kept, KeptDream, KeptSound, kept_to
from immersions.stage.scenes import Scenes
from immersions.stage.show import Show

COALESCED_SECONDS = 0.4
"""What changes within this long is written together."""
DREAM_SECONDS = 4.0
"""Between two writings of what was dreamed; with its own time a writing is within five seconds."""


def tell(text: str) -> None:
    print(f"immersions: {text}", file=sys.stderr, flush=True)


class Room(Protocol):
    """A room, as far as it is kept."""

    library: Library
    ears: Mapping[str, EarChoice]
    decks: dict[int, Deck]
    memory: Memory

    @property
    def present(self) -> Show: ...


@dataclass(frozen=True)
class _Sound:
    name: str
    samples: Samples
    sample_rate: int


class Keeper:
    """Writes what has changed, in a thread; nobody ever waits for the disk."""

    def __init__(self, place: Place, tell: Callable[[str], None] = tell) -> None:
        self._place = place
        self._tell = tell
        self._touched = asyncio.Event()
        self._writing = threading.Lock()
        self._dreams: dict[int, KeptDream] = {}
        self._dreamed_at = 0.0
        self._troubled = False

    def touch(self) -> None:
        """Something has changed."""
        self._touched.set()

    async def run(self, room: Room) -> None:
        """Keep the room until cancelled, and once more then."""
        try:
            while True:
                await self._wait(room)
                self._touched.clear()
                await asyncio.to_thread(self._write, *self._snapshot(room))
        finally:
            self._write(*self._snapshot(room, parting=True))
            self._place.close()

    async def _wait(self, room: Room) -> None:
        """Until something has changed, or there is a newer dream and it is time for it."""
        while True:
            now = asyncio.get_running_loop().time()
            due = self._dreamed_at + DREAM_SECONDS
            try:
                # A change that is written meanwhile does not put off what is dreamed.
                async with asyncio.timeout(due - now if due > now else DREAM_SECONDS):
                    await self._touched.wait()
            except TimeoutError:
                if self._newest(room) == self._dreams:
                    continue
            await asyncio.sleep(COALESCED_SECONDS)
            return

    def _snapshot(self, room: Room, parting: bool = False) -> tuple[Kept, list[_Sound]]:
        taken = room.library.taken()
        sounds = [_Sound(clip.id, samples, rate) for clip, samples, rate in taken]
        now = asyncio.get_running_loop().time()
        newest = self._newest(room)
        if parting or now - self._dreamed_at >= DREAM_SECONDS:
            self._dreams, self._dreamed_at = newest, now
        # While it is too early for the newest, one that is still on the same way will do.
        self._dreams = {
            number: dream
            for number, dream in self._dreams.items()
            if number in newest and _same_way(dream, newest[number])
        }
        for number, dream in self._dreams.items():
            loop = room.decks[number].conductor.dreamed
            if loop is not None and dream == newest[number]:
                samples = np.frombuffer(loop.samples, np.float32)
                sounds.append(_Sound(dream.sound, samples, loop.header["sample_rate"]))
        kept = Kept(
            room.present,
            Scenes(dict(room.memory.scenes)),
            tuple(KeptSound(each.id, each.title, each.kind, each.seconds) for each, _, _ in taken),
            dict(self._dreams),
            {each.id: each.source for each in room.ears.values() if each.id != each.source},
        )
        return kept, sounds

    @staticmethod
    def _newest(room: Room) -> dict[int, KeptDream]:
        found: dict[int, KeptDream] = {}
        for number, deck in room.decks.items():
            loop, state = deck.conductor.dreamed, deck.state
            if loop is not None:
                name = f"deck-{number}-{loop.header['generation']}-{loop.id}"
                found[number] = KeptDream(name, state.clip, state.seed, int(loop.header["step"]))
        return found

    def _write(self, kept: Kept, sounds: list[_Sound]) -> None:
        with self._writing:
            try:
                for sound in sounds:
                    self._place.keep_sound(sound.name, sound.samples, sound.sample_rate)
                self._place.write(kept_to(kept))
                self._place.prune(kept.sounds)
            except OSError as error:
                # Told once: it is tried again with the next change.
                if not self._troubled:
                    self._tell(f"this performance is not kept for now: {reason(error)}")
                self._troubled = True
            else:
                self._troubled = False


@dataclass(frozen=True)
class Back:
    """What a room is to come back to, and by whom it is kept; nothing where it is new or is not."""

    keeper: Keeper | None = None
    show: Show | None = None
    scenes: Scenes = field(default_factory=Scenes)
    dreams: Mapping[int, Loop] = field(default_factory=dict)


def _same_way(old: KeptDream, new: KeptDream) -> bool:
    return (old.clip, old.seed) == (new.clip, new.seed) and old.step <= new.step


def reason(error: Exception) -> str:
    """An error in one line, with the file that it is about."""
    name = getattr(error, "filename", None)
    words = getattr(error, "strerror", None)
    return f"{name}: {words}" if name and words else line(error)
