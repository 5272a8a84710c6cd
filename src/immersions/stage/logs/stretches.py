"""What each place of a page's mixer played, from its beginning to its end. No torch here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from immersions.stage.logs import events as say
from immersions.stage.logs.reading import Performance

Loops = dict[tuple[int, int], int]
"""Of each deck's loops, the start clip's loop that they were dreamed from."""


@dataclass(frozen=True)
class Placed:
    """A loop, alone from frame `at` on, where its sample `into` lies and a crossfade ends.

    It is loop `loop` of a deck, or `sound` of the log, fitted to loops of `length` frames.
    """

    at: int
    fade: int
    into: int = 0
    loop: int = 0
    sound: str | None = None
    length: int = 0


@dataclass(frozen=True)
class Stretch:
    """Loops that followed each other. The first fades in; from `ends` on the last fades away."""

    placed: tuple[Placed, ...]
    ends: int | None = None

    @property
    def begins(self) -> int:
        return self.placed[0].at


@dataclass
class _Open:
    ends: int | None = None
    placed: dict[int, Placed] = field(default_factory=dict)

    def stretch(self) -> Stretch:
        # Of two loops for one moment, the later word.
        return Stretch(tuple(self.placed[at] for at in sorted(self.placed)), self.ends)


class Stretches:
    """Of one page. `complete` is false where the log does not know what all samples were."""

    def __init__(self, performance: Performance, page: int) -> None:
        self.complete = True
        self._places: defaultdict[str, list[_Open]] = defaultdict(list)
        self._starts = starts(performance)
        self._sounds = performance.sounds()
        # Before it was told, the start clips changed with the dreams.
        self._told = performance.opened.beside
        for event in performance.events:
            if isinstance(event, say.OfPage) and event.page == page:
                self._note(event)

    def __iter__(self) -> Iterator[tuple[str, tuple[Stretch, ...]]]:
        for place, opened in self._places.items():
            yield place, tuple(each.stretch() for each in opened)

    def _note(self, event: say.OfPage) -> None:
        match event:
            case say.Sounds():
                self._dream(event)
            case say.Beside():
                self._beside(event)
            case say.Silence():
                self._close(event.place, event.frame)
            case say.Gains():
                heard = any(x > 0 for name, x in event.gains.items() if name.startswith("sample"))
                self.complete &= self._told or not heard

    def _dream(self, event: say.Sounds) -> None:
        start = self._starts.get((event.deck, event.loop))
        if start is None:
            return  # another performance's
        placed = Placed(event.frame, event.fade, event.into, event.loop)
        self._add(f"deck_{event.deck}", placed)
        if not self._told:
            self._add(f"start_{event.deck}", replace(placed, loop=start))

    def _beside(self, event: say.Beside) -> None:
        name, _, number = event.place.partition("_")
        placed = Placed(event.frame, event.fade, event.into)
        if name == "start" and event.loop is not None and (int(number), event.loop) in self._starts:
            self._add(event.place, replace(placed, loop=event.loop))
        elif name == "sample" and event.sound in self._sounds and event.length is not None:
            self._add(event.place, replace(placed, sound=event.sound, length=event.length))
        else:
            self.complete &= name != "sample"
            self._close(event.place, event.frame - event.fade)

    def _add(self, place: str, placed: Placed) -> None:
        opened = self._places[place]
        if placed.fade == 0 or not opened or opened[-1].ends is not None:
            self._close(place, placed.at)
            opened.append(_Open())
        opened[-1].placed[placed.at] = placed

    def _close(self, place: str, frame: int) -> None:
        opened = self._places[place]
        if opened and opened[-1].ends is None:
            opened[-1].ends = frame


def starts(performance: Performance) -> Loops:
    """Of all loops that were made."""
    latest: dict[int, int] = {}
    found: Loops = {}
    for each in performance.events:
        if isinstance(each, say.LoopMade):
            if each.kind == "start":
                latest[each.deck] = each.id
            found[each.deck, each.id] = latest.get(each.deck, each.id)
    return found
