"""A logged performance played again: the loops are dreamed as they are needed, and mixed."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.stage.logs.stretches import Placed, Stretch
from immersions.stage.logs.timeline import Timeline
from immersions.stage.mixdown import LATENCY_FRAMES, Lane, Limiter, Mixer, Place, Sounding, Strip
from immersions.stage.mixdown.fitting import fitted
from immersions.stage.mixdown.lanes import Samples
from immersions.stage.mixdown.mixer import level as level_of
from immersions.stage.mixdown.resampling import at_rate
from immersions.stage.workers.replay import Dreamed, Replay


@dataclass(frozen=True, eq=False)
class Heard:
    """What sounds of a deck at a moment: a loop, and where in it, 0 to 1."""

    dreamed: Dreamed
    at: float


class Shelf:
    """A deck's loops, dreamed in order when one is asked for; kept while one is still needed."""

    def __init__(self, replay: Replay, needed: Counter[int], tell: Callable[[Dreamed], None]):
        self._loops = replay.loops()
        self._needed = needed
        self._tell = tell
        self._kept: dict[int, Dreamed] = {}

    def take(self, number: int) -> Dreamed:
        """Raises `ValueError`, one line, where it cannot be dreamed."""
        while number not in self._kept:
            found = next(self._loops, None)
            if found is None:
                raise ValueError(f"damaged log: loop {number} sounded, and was never made")
            if self._needed[found.id] > 0:
                self._tell(found)
                self._kept[found.id] = found
        self._needed[number] -= 1
        return self._kept[number] if self._needed[number] > 0 else self._kept.pop(number)


class Playback:
    """Read `sound` in order; where it is `seen` too, `heard` says what the picture is to show.

    `sound` gives a sound of the log, with its sample rate; `tell` is called with every loop that is
    going to be heard.
    """

    def __init__(
        self,
        timeline: Timeline,
        replays: dict[int, Replay],
        sound: Callable[[str], tuple[Samples, int]],
        tell: Callable[[int, Dreamed], None] = lambda deck, dreamed: None,
        seen: bool = False,
    ) -> None:
        self.timeline = timeline
        self._sound = sound
        self._shelves: dict[int, Shelf] = {}
        strips = []
        for deck in timeline.decks:
            dream, start = f"deck_{deck}", f"start_{deck}"
            loops, starts = self._loops(dream), self._loops(start)
            # Once for the ear, once for the eye; start clips are few, and stay.
            needed = Counter(loops + loops if seen else loops)
            needed.update(dict.fromkeys(starts, 1000000))
            self._shelves[deck] = Shelf(replays[deck], needed, functools.partial(tell, deck))
            loop = functools.partial(self._loop, deck)
            strips.append(Strip(deck, self._place(dream, loop), self._place(start, loop)))
        samples = {
            name: self._place(name, self._sample)
            for name in timeline.stretches
            if name.startswith("sample")
        }
        self._mixer = Mixer(strips, timeline.turned, timeline.rate, samples)
        self._limiter = Limiter(timeline.rate)
        self._at = timeline.first
        self._skip(timeline.begin)
        self._showing: dict[int, tuple[int, Dreamed]] = {}

    def _loops(self, place: str) -> list[int]:
        """All that sounds there, by its numbers."""
        stretches = self.timeline.stretches.get(place, ())
        return [placed.loop for stretch in stretches for placed in stretch.placed]

    def _place(self, place: str, make: Callable[[Placed], Samples]) -> Place:
        rate = self.timeline.rate

        def asked(placed: Placed) -> Callable[[], Samples]:
            return lambda: make(placed)

        def lane(stretch: Stretch) -> Lane:
            soundings = (
                Sounding(each.at, each.fade, asked(each), each.into) for each in stretch.placed
            )
            return Lane(soundings, rate, stretch.ends)

        return Place(lane(each) for each in self.timeline.stretches.get(place, ()))

    def _loop(self, deck: int, placed: Placed) -> Samples:
        dreamed = self._shelves[deck].take(placed.loop)
        return at_rate(dreamed.samples, dreamed.sample_rate, self.timeline.rate)

    def _sample(self, placed: Placed) -> Samples:
        rate = self.timeline.rate
        samples, own = self._sound(placed.sound or "")
        return fitted(at_rate(samples, own, rate), placed.length, rate)

    def _skip(self, frame: int) -> None:
        while self._at < frame:
            self._process(min(frame - self._at, self.timeline.rate))

    def _process(self, count: int) -> Float[NDArray[np.float32], " count"]:
        block = self._limiter.process(self._mixer.read(self._at, count))
        self._at += count
        return block

    def sound(self, count: int) -> Float[NDArray[np.float32], " count"]:
        """The next frames of the master, as they left the limiter."""
        return self._process(count)

    def level(self, deck: int) -> Callable[[float], float]:
        """How loud a deck is beside the others at a frame of the clock, 0 to 1, in words of light.

        Asked for in order.
        """
        gain = level_of(deck, self.timeline.turned, self.timeline.rate)
        at = self.timeline.first
        stretches = self.timeline.stretches.get(f"deck_{deck}", ())

        def level(frame: float) -> float:
            nonlocal at
            count = max(1, int(frame) - at)
            at += count
            loud = float(min(1.0, gain.read(at - count, count)[-1]))
            sounds = any(at >= x.begins and (x.ends is None or at < x.ends) for x in stretches)
            return loud if sounds else 0.0

        return level

    def heard(self, deck: int, frame: float) -> Heard | None:
        """What sounds of a deck at a frame of the clock; asked for in order.

        The limiter holds the sound back, and so the picture.
        """
        frame -= LATENCY_FRAMES
        sounded = self.timeline.decks[deck]
        number, dreamed = self._showing.get(deck, (-1, None))
        while number + 1 < len(sounded) and sounded[number + 1].frame <= frame:
            number += 1
            dreamed = self._shelves[deck].take(sounded[number].loop)
        if dreamed is None:
            return None
        self._showing[deck] = (number, dreamed)
        length = round(len(dreamed.samples) * self.timeline.rate / dreamed.sample_rate)
        since = frame - sounded[number].frame + sounded[number].into
        return Heard(dreamed, (since % length) / length)
