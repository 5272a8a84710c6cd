"""MIDI clock, 24 pulses a quarter note: followed, with all its jitter. No torch here."""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions.stage.place import Place
from immersions.stage.tempo import FASTEST_BPM, SLOWEST_BPM

PULSES = 24
"""In a quarter note."""
SIXTEENTH = PULSES // 4

KEPT_SECONDS = 6.0
"""The line is drawn through so much of the past, and through four beats at least."""
FEWEST = PULSES // 2
"""Before so many pulses have come, nothing is known."""
SETTLED = 2 * PULSES
"""A tempo is told from so many pulses on."""
PAUSE_SECONDS = 0.75
"""Six pulses at the slowest tempo: after a longer gap everything is measured anew."""
CHANGE_BPM = 0.1
"""A tempo that differs by less is the same."""
PRECISION = 4e-4
"""Of the tempo, one standard deviation: what is known no better is not told."""


@dataclass(frozen=True)
class _Line:
    """Pulse k stands at `start` + k `period` seconds, give or take `deviation`."""

    start: float
    period: float
    deviation: float
    error: float
    """Standard deviation of the period as a part of it."""


class ClockFollower:
    """Give it every message of a MIDI clock with its time; it says when the tempo has changed.

    Times are seconds of any clock that does not run backwards. Pulses may come late or early by
    some milliseconds, be missing or come twice: a line is drawn through the last beats, without
    what lies far off it.
    """

    def __init__(self) -> None:
        self.bpm: float | None = None
        """The tempo last told; None as long as none is known."""
        self.playing = False
        """Between start (or continue) and stop; the clock itself goes on after a stop."""
        self._pulses: deque[tuple[int, float]] = deque()
        self._line: _Line | None = None
        self._last: deque[float] = deque(maxlen=FEWEST)
        """When the last pulses came, counted or not."""
        self._position: int | None = None
        """The pulse that is the song's first one; it may lie in the past or the future."""
        self._pending: int | None = None
        """Where in the song, in pulses, the next pulse will be."""
        self._started: tuple[float, int] | None = None
        """When a pulse came whose place in the song is known, and that place."""
        self._pointer = 0

    def start(self) -> None:
        """From its first bar: the next pulse is the song's first."""
        self._pending, self.playing = 0, True

    def resume(self) -> None:
        """MIDI's continue: the next pulse is where it was stopped, or where the pointer is."""
        self._pending, self.playing = self._pointer, True

    def stop(self) -> None:
        self.playing = False
        self._pending = self._started = None
        if self._position is not None and self._pulses:
            self._pointer = max(0, self._pulses[-1][0] + 1 - self._position)

    def song_position(self, sixteenths: int) -> None:
        """MIDI's song position pointer, in sixteenth notes from the song's begin."""
        self._pointer = max(0, sixteenths) * SIXTEENTH
        if self._pending is not None:
            self._pending = self._pointer

    def pulse(self, at_seconds: float) -> float | None:
        """A clock message at this time; the tempo in BPM when it has settled on another one."""
        if not math.isfinite(at_seconds):
            return None
        self._take(at_seconds)
        line = self._line
        if line is None or len(self._pulses) < SETTLED or not self.precise:
            return None
        bpm = round(60 / (PULSES * line.period), 2)
        known = SLOWEST_BPM - 0.5 <= bpm <= FASTEST_BPM + 0.5
        change = max(CHANGE_BPM, 3 * line.error * bpm)
        if not known or (self.bpm is not None and abs(bpm - self.bpm) <= change):
            return None
        self.bpm = min(max(bpm, SLOWEST_BPM), FASTEST_BPM)
        return self.bpm

    @property
    def precise(self) -> bool:
        """Whether the tempo is known well enough to be told."""
        return self._line is not None and self._line.error <= PRECISION

    @property
    def place(self) -> Place | None:
        """Where the song was at the last pulse; None as long as there was no start."""
        if self._line is None or not self._last:
            return None
        at = self._last[-1]
        quarters = self.quarters_at(at)
        return None if quarters is None else Place(at, quarters, 60 / PULSES / self._line.period)

    def quarters_at(self, at_seconds: float) -> float | None:
        """How many quarters of the song lie before a time near the present; by the line.

        None as long as there was no start, or too few pulses since.
        """
        if self._line is None or self._position is None:
            return None
        pulse = (at_seconds - self._line.start) / self._line.period
        return (pulse - self._position) / PULSES

    def _take(self, at: float) -> None:
        if self._last and not -0.05 < at - self._last[-1] < PAUSE_SECONDS:
            self._forget()
        self._last.append(at)
        if self._pending is not None:
            self._started, self._pending = (at, self._pending), None
        if len(self._last) < FEWEST:
            return
        usual = _usual_gap(self._last)
        for each in (at,) if self._pulses else tuple(self._last):
            self._count(each, usual)
        while len(self._pulses) > 4 * PULSES and at - self._pulses[0][1] > KEPT_SECONDS:
            self._pulses.popleft()
        self._draw()

    def _count(self, at: float, usual: float) -> None:
        """Give a pulse its number, by the gap since the last one, or leave out a doubled one."""
        last, when = self._pulses[-1] if self._pulses else (-1, at - usual)
        number = last + round((at - when) / usual)
        if number > last:
            self._pulses.append((number, at))
        if self._started is not None and at >= self._started[0]:
            self._position, self._started = max(number, last) - self._started[1], None

    def _forget(self) -> None:
        self._pulses.clear()
        self._last.clear()
        self._line, self._position, self._started = None, None, None
        # Whoever goes on after a pause may find that another tempo was chosen meanwhile.
        self.bpm = None

    def _draw(self) -> None:
        """The line anew; through the last beat alone where that tells of another tempo."""
        pulses = self._pulses
        if len(pulses) < FEWEST:
            return
        numbers, times = (np.array(each, np.float64) for each in zip(*pulses, strict=True))
        self._line = _drawn(numbers, times)
        if len(numbers) > PULSES:
            recent = _drawn(numbers[-PULSES:], times[-PULSES:])
            spread = 6 * math.hypot(recent.error, self._line.error) + 1e-4
            if abs(recent.period / self._line.period - 1) > spread:
                self._line = recent
                while len(pulses) > PULSES:
                    pulses.popleft()


def _usual_gap(times: deque[float]) -> float:
    gaps = [after - before for before, after in zip(times, list(times)[1:], strict=False)]
    middle = statistics.median(gaps)
    return max(1e-4, statistics.median([each for each in gaps if each >= middle / 4]))


def _drawn(numbers: NDArray[np.float64], times: NDArray[np.float64]) -> _Line:
    """Least squares without what lies three deviations off, the deviation being robust."""
    used = np.ones(len(numbers), bool)
    for _ in range(3):
        middle = numbers[used].mean()
        centred = numbers[used] - middle
        period = float(np.sum(centred * times[used]) / np.sum(centred**2))
        start = float(times[used].mean() - middle * period)
        off = np.abs(times - start - numbers * period)
        deviation = float(1.4826 * np.median(off)) + 1e-6
        keep = off <= 3 * deviation
        if keep.sum() < 3 or (keep == used).all():
            break
        used = keep
    error = deviation / math.sqrt(float(np.sum(centred**2))) / max(period, 1e-6)
    return _Line(start, period, deviation, error)
