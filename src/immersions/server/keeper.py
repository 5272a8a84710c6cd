"""Keeps a room on disk while it plays, and brings it back."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.describe import line
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.stage.conductor import Dreamed, Samples
from immersions.stage.keeping import Place, folder
from immersions.stage.memory import Kept, KeptDream, KeptSound, kept_of, kept_to
from immersions.stage.scenes import Scenes
from immersions.stage.show import Show

COALESCED_SECONDS = 0.4
"""What changes within this long is written together."""
DREAM_SECONDS = 5.0
"""Between two writings of what was dreamed."""


def tell(text: str) -> None:
    print(f"immersions: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Opened:
    """Where a performance is kept, and what was kept there; nothing where it cannot be."""

    place: Place | None = None
    kept: Kept | None = None


def open_place(fresh: bool, tell: Callable[[str], None] = tell) -> Opened:
    """Find what was kept, unless `fresh`; what is wrong is told in one line."""
    try:
        place = Place(folder())
    except (OSError, ValueError, RuntimeError) as error:
        tell(f"this performance is not kept: {_reason(error)}")
        return Opened()
    if fresh:
        return Opened(place)
    kept, trouble = place.read(kept_of)
    if trouble:
        tell(trouble)
    return Opened(place, None if kept is None else kept.ahead())


def give_back(library: Library, opened: Opened, tell: Callable[[str], None] = tell) -> None:
    """Bring kept sounds back into the library."""
    if opened.place is None or opened.kept is None:
        return
    for each in opened.kept.uploads:
        try:
            samples, rate = opened.place.sound(each.id)
            clip = say.Clip(id=each.id, title=each.title, seconds=each.seconds, kind=each.kind)
            library.give_back(clip, samples, rate)
        except (OSError, ValueError, RuntimeError) as error:
            tell(f"the sound {each.title!r} is lost: {_reason(error)}")


def dreams_of(opened: Opened, tell: Callable[[str], None] = tell) -> dict[int, Dreamed]:
    """Where the dreams of a kept performance had got to, by deck."""
    found: dict[int, Dreamed] = {}
    if opened.place is None or opened.kept is None:
        return found
    for number, dream in opened.kept.dreams.items():
        state = opened.kept.show.decks.get(number)
        if state is None or (state.clip, state.seed) != (dream.clip, dream.seed):
            continue
        try:
            found[number] = Dreamed(*opened.place.sound(dream.sound), dream.step)
        except (OSError, ValueError) as error:
            tell(f"a dream begins again: {_reason(error)}")
    return found


class Room(Protocol):
    """A room, as far as it is kept."""

    library: Library
    ears: Mapping[str, EarChoice]
    decks: dict[int, Deck]

    @property
    def show(self) -> Show: ...

    @property
    def scenes(self) -> Scenes: ...


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
            try:
                async with asyncio.timeout(DREAM_SECONDS):
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
            loop = room.decks[number].conductor.newest
            if loop is not None and dream == newest[number]:
                samples = np.frombuffer(loop.samples, np.float32)
                sounds.append(_Sound(dream.sound, samples, loop.header["sample_rate"]))
        kept = Kept(
            room.show,
            Scenes(dict(room.scenes)),
            tuple(KeptSound(each.id, each.title, each.kind, each.seconds) for each, _, _ in taken),
            dict(self._dreams),
            {each.id: each.source for each in room.ears.values() if each.id != each.source},
        )
        return kept, sounds

    @staticmethod
    def _newest(room: Room) -> dict[int, KeptDream]:
        found: dict[int, KeptDream] = {}
        for number, deck in room.decks.items():
            loop, state = deck.conductor.newest, deck.state
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
                    self._tell(f"this performance is not kept for now: {_reason(error)}")
                self._troubled = True
            else:
                self._troubled = False


def _same_way(old: KeptDream, new: KeptDream) -> bool:
    return (old.clip, old.seed) == (new.clip, new.seed) and old.step <= new.step


def _reason(error: Exception) -> str:
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None)
    return f"{name}: {reason}" if name and reason else line(error)


def begun_with(kept: Kept, ear: str) -> Kept:
    """The same with another ear on the first deck."""
    decks = {**kept.show.decks, 0: replace(kept.show.decks[0], ear=ear)}
    return replace(kept, show=replace(kept.show, decks=decks))


def ear_of(kept: Kept) -> str:
    """What names the first deck's ear on the command line."""
    ear = kept.show.decks[0].ear
    return kept.ears.get(ear, ear)


