"""Which start sounds go, so that there is room for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from immersions.server import library
from immersions.stage.show import sounds

if TYPE_CHECKING:
    from immersions.server.room import Room

MADE = ("dream", "mixture")
"""What the instrument made; what the performer brought is never let go unasked."""


class Full(RuntimeError):
    """No more start sounds are kept; one line."""


def make_room(room: Room, new: str) -> None:
    """Where there are too many sounds, let the oldest go that was made here and is not needed.

    What only a step to undo would bring back goes last: the step leaves the clip as it is then.
    Where all are needed, `new`, which was taken in last, goes: `Full`.
    """
    if room.library.overfull:
        made = [clip.id for clip in room.library.clips() if clip.kind in MADE and clip.id != new]
        free = [clip for clip in made if not any(_users(room, clip))]
        undone = {clip for show in room.memory.steps for clip in sounds(show)}
        unneeded = [clip for clip in free if clip not in undone] or free
        room.library.remove(next(iter(unneeded), new))
        if not unneeded:
            raise Full(
                f"expected at most {library.MOST_UPLOADS} sounds of your own: remove one of them"
            )


def remove(room: Room, clip: str) -> None:
    """Forget a sound of the performer's; `ValueError`, one line, where something uses it."""
    if user := next(_users(room, clip), None):
        raise ValueError(f"the sound is not removed: {user} uses it")
    room.library.remove(clip)
    room.announce_clips()


def _users(room: Room, clip: str) -> Iterator[str]:
    """In a few words each, who would miss it."""
    for number, deck in room.decks.items():
        if clip in (deck.state.clip, deck.state.mix):
            yield f"deck {'ABCD'[number]}"
    for slot, sample in enumerate(room.samples):
        if sample == clip:
            yield f"sample {slot + 1}"
    for _, scene in room.memory.scenes:
        if clip in sounds(scene.show):
            yield f"the scene {scene.name!r}"
