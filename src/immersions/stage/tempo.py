"""Beats, bars and how long a loop of them lasts; tapping. No torch here."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import deque
from dataclasses import dataclass

SLOWEST_BPM, FASTEST_BPM = 20.0, 300.0
MOST_BARS = 8
MOST_BEATS = 16
UNITS = (2, 4, 8, 16)
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 16.0
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Tempo:
    """A loop of `bars` bars of `beats`/`unit` (4/4, 7/8) at `bpm` quarter notes a minute.

    Quarters whatever the metre, as in MIDI clock and in other music programs. Raises `ValueError`,
    one line, for what cannot be: 20 to 300 BPM, 1 to 8 bars of 1 to 16 halves, quarters, eighths or
    sixteenths, 1 to 16 s in all.
    """

    bpm: float
    bars: int
    beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        check_bpm(self.bpm)
        _check_metre(self.beats, self.unit)
        possible = possible_bars(self.bpm, self.beats, self.unit)
        if self.bars not in possible:
            metre = f"{self.beats}/{self.unit} at {self.bpm:g} BPM"
            if not possible:
                raise ValueError(f"no loop of bars of {metre} lasts 1 to 16 s")
            raise ValueError(
                f"bars: expected {_span(possible)} of {metre} (1 to 16 s), got {self.bars}"
            )

    @property
    def quarters(self) -> float:
        """Quarter notes in a bar."""
        return quarters_of(self.beats, self.unit)

    @property
    def bar_seconds(self) -> float:
        return 60 * self.quarters / self.bpm

    @property
    def seconds(self) -> float:
        """How long the loop lasts."""
        return self.bars * self.bar_seconds

    def samples(self, sample_rate: int) -> int:
        """How long the loop lasts, in whole samples at `sample_rate` Hz."""
        return round(self.seconds * sample_rate)


def quarters_of(beats: int, unit: int) -> float:
    """Quarter notes in a bar of `beats`/`unit`."""
    return 4 * beats / unit


def possible_bars(bpm: float, beats: int = 4, unit: int = 4) -> tuple[int, ...]:
    """The numbers of bars that last 1 to 16 s; none for some long bars at some slow tempos."""
    bar = 60 * quarters_of(beats, unit) / bpm
    return tuple(
        bars
        for bars in range(1, MOST_BARS + 1)
        if SHORTEST_SECONDS - _TOLERANCE <= bars * bar <= LONGEST_SECONDS + _TOLERANCE
    )


def nearest(bpm: float, bars: float, beats: float = 4, unit: float = 4) -> tuple[Tempo, str]:
    """The tempo that is asked for, or the nearest that is possible; and what was moved, or "".

    The metre is kept before the tempo, and the tempo before the number of bars. All four must be
    within what each may be by itself; a `unit` in between becomes the nearest of 2, 4, 8, 16.
    """
    told = []
    beats, asked = round(beats), round(unit)
    unit = min(UNITS, key=lambda each: (abs(math.log2(each / max(1, asked))), each))
    if unit != asked:
        told.append(f"beat unit {asked} became {unit}")
    _check_metre(beats, unit)
    check_bpm(bpm)
    quarters = quarters_of(beats, unit)
    moved = max(bpm, SLOWEST_BPM, 60 * quarters / LONGEST_SECONDS)
    moved = min(moved, FASTEST_BPM, 60 * quarters * MOST_BARS / SHORTEST_SECONDS)
    if moved != bpm:
        told.append(f"{bpm:g} BPM became {moved:g}, where a loop of {beats}/{unit} lasts 1 to 16 s")
    possible = possible_bars(moved, beats, unit)
    best = min(possible, key=lambda each: (abs(each - bars), each))
    if best != bars:
        lasts = 60 * quarters * bars / moved
        told.append(f"{_count(bars)} would last {lasts:.1f} s, so it is {_count(best)}")
    return Tempo(moved, best, beats, unit), "; ".join(told)


def check_bpm(bpm: float) -> None:
    if not (math.isfinite(bpm) and SLOWEST_BPM <= bpm <= FASTEST_BPM):
        raise ValueError(f"bpm: expected {SLOWEST_BPM:g} to {FASTEST_BPM:g}, got {bpm:g}")


def _check_metre(beats: int, unit: int) -> None:
    if not 1 <= beats <= MOST_BEATS:
        raise ValueError(f"beats: expected 1 to {MOST_BEATS} in a bar, got {beats}")
    if unit not in UNITS:
        raise ValueError(f"beat unit: expected one of {', '.join(map(str, UNITS))}, got {unit}")


def _span(possible: tuple[int, ...]) -> str:
    first, last = possible[0], possible[-1]
    return str(first) if first == last else f"{first} to {last}"


def _count(bars: float) -> str:
    return f"{bars:g} bar" + ("" if bars == 1 else "s")


class Tap:
    """The tempo that is tapped: the median of the last intervals, from two taps on.

    After a pause, or when the hand finds another tempo, the taps before are forgotten.
    """

    KEPT = 8
    PAUSE_SECONDS = 3.6
    """Longer than a beat at the slowest tempo, by a hand's unevenness."""
    BOUNCE_SECONDS = 0.12
    """Sooner than any beat: the same tap twice."""
    ANOTHER = 1.5
    """An interval that many times longer or shorter than the others begins another tempo."""

    def __init__(self) -> None:
        self._taps: deque[float] = deque(maxlen=self.KEPT + 1)

    def tap(self, at_seconds: float) -> float | None:
        """A tap at this time, of any clock; the tempo in BPM, or None from a first tap."""
        taps = self._taps
        if taps:
            since = at_seconds - taps[-1]
            if 0 <= since < self.BOUNCE_SECONDS:
                return self._tempo()
            if since < 0 or since > self.PAUSE_SECONDS:
                taps.clear()
            elif len(taps) > 2:
                usual = statistics.median(self._intervals())
                if not usual / self.ANOTHER < since < usual * self.ANOTHER:
                    last = taps[-1]
                    taps.clear()
                    taps.append(last)
        taps.append(at_seconds)
        return self._tempo()

    def _tempo(self) -> float | None:
        if len(self._taps) < 2:
            return None
        bpm = 60 / statistics.median(self._intervals())
        return min(max(bpm, SLOWEST_BPM), FASTEST_BPM)

    def _intervals(self) -> list[float]:
        taps = list(self._taps)
        return [after - before for before, after in itertools.pairwise(taps)]
