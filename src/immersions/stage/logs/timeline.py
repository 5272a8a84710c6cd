"""What sounded when, on one page: a log put in the order of its audio clock. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import soundfile

from immersions.stage.logs import events as say
from immersions.stage.logs.reading import Performance
from immersions.stage.logs.stretches import Stretch, Stretches
from immersions.stage.mixdown import Turned


@dataclass(frozen=True)
class Timeline:
    """Frames are those of a page's audio clock."""

    page: int
    rate: int
    first: int
    """Where the first loop begins, or the mixer was set before."""
    begin: int
    """From where on it is asked for."""
    end: int
    decks: dict[int, tuple[say.Sounds, ...]]
    turned: tuple[Turned, ...]
    stretches: dict[str, tuple[Stretch, ...]]
    """Of each place of the mixer."""
    complete: bool
    """Whether what was heard beside the dreams is all there."""

    @property
    def seconds(self) -> float:
        return (self.end - self.begin) / self.rate


def timeline(performance: Performance, recording: str | None = None) -> Timeline:
    """The page that recorded, else the one that played most; all of it or one recording.

    Raises `ValueError`, one line, where nothing sounded or there is no such recording.
    """
    recorded = _recorded(performance, recording) if recording is not None else None
    made = {(x.deck, x.id) for x in performance.events if isinstance(x, say.LoopMade)}
    sounded = [
        each
        for each in performance.events
        if isinstance(each, say.Sounds) and (each.deck, each.loop) in made
    ]
    if recorded is not None:
        page = recorded[0].page
    elif sounded:
        page = _busiest(performance, sounded)
    else:
        raise ValueError("nothing sounded in this performance: no page played it")
    mine = [each for each in sounded if each.page == page]
    if not mine:
        raise ValueError(f"recording {recording}: nothing sounded on the page that recorded")
    rate = mine[0].rate
    first = min(each.frame for each in mine)
    if recorded is not None:
        begin = recorded[0].frame
        end = begin + recorded[1]
    else:
        begin, end = first, _end(performance, mine, rate)
    if begin >= end:
        raise ValueError("nothing sounded in this performance, or not for long enough")
    stretches = Stretches(performance, page)
    turned = tuple(
        Turned(each.frame, each.gains)
        for each in performance.events
        if isinstance(each, say.Gains) and each.page == page
    )
    return Timeline(
        page,
        rate,
        min(first, begin, *(each.frame for each in turned)),
        begin,
        end,
        {deck: _of_deck(mine, deck) for deck in sorted({each.deck for each in mine})},
        turned,
        dict(stretches),
        stretches.complete,
    )


def _of_deck(sounded: Sequence[say.Sounds], deck: int) -> tuple[say.Sounds, ...]:
    """In the order of the clock; of two loops for one place, the later word."""
    places = {each.frame: each for each in sounded if each.deck == deck}
    return tuple(places[frame] for frame in sorted(places))


def _recorded(performance: Performance, name: str) -> tuple[say.Recording, int]:
    """The recording of this name, and how many frames it has."""
    begun = [each for each in performance.events if isinstance(each, say.Recording)]
    found = next((each for each in begun if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in begun) or "none"
        raise ValueError(f"unknown recording {name!r}; of this performance: {known}")
    ended = [
        each.frames
        for each in performance.events
        if isinstance(each, say.Recorded) and each.id == name
    ]
    return found, ended[-1] if ended else _written(performance, name)


def _written(performance: Performance, name: str) -> int:
    """Frames of a recording that a crash cut off, of which the log tells no end."""
    path = performance.folder / f"{name}.wav"
    try:
        return int(soundfile.info(str(path)).frames)
    except (OSError, soundfile.LibsndfileError):
        raise ValueError(
            f"recording {name} was never ended, and is not beside the log: {path}"
        ) from None


def _busiest(performance: Performance, sounded: Sequence[say.Sounds]) -> int:
    recorders = [each.page for each in performance.events if isinstance(each, say.Recording)]
    pages = [each.page for each in sounded]
    known = [page for page in recorders if page in pages] or pages
    return max(dict.fromkeys(known), key=pages.count)


def _end(performance: Performance, mine: Sequence[say.Sounds], rate: int) -> int:
    """Where the performance ends: as long after the last loop as there were events."""
    last = max(mine, key=lambda each: each.frame)
    after = max((each.time for each in performance.events), default=last.time) - last.time
    return last.frame + max(rate, round(after * rate))
