"""Ableton Link: one tempo with everyone in the room. Optional, and not part of this package.

Link's licence is the GPL (version 2 or later), so nothing here imports it before a performer asks
for it: `pip install 'immersions[link]'` fetches the package `LinkPython-extern`, a program of its
own. No torch here.
"""

from __future__ import annotations

import importlib
import math
import time
from typing import Any

from immersions.stage.place import Place
from immersions.stage.tempo import FASTEST_BPM, MOST_BARS, MOST_BEATS, SLOWEST_BPM

SAME_BPM = 0.005
"""Link's tempos come back rounded to microseconds a beat."""
QUARTERS = 2 * math.lcm(
    *(bars * beats for bars in range(1, MOST_BARS + 1) for beats in range(1, MOST_BEATS + 1))
)
"""A bar so long that any loop that there can be fits into it whole times: Link knows no song, only
phases, and the phase in this bar is that in all of them."""
READINGS = 3


class LinkSession:
    """A session with all Link programs in the local network. Not thread-safe; never blocks."""

    def __init__(self, bpm: float) -> None:
        """Join, or begin a session at `bpm`. `ValueError`, one line, where Link is not there."""
        try:
            module: Any = importlib.import_module("link")
            link = module.Link(bpm)
        except (ImportError, AttributeError, TypeError) as error:
            raise ValueError(
                "Ableton Link is not installed; it is GPL and apart from immersions: "
                "pip install 'immersions[link]'"
            ) from error
        self._link = link
        self._known = bpm
        link.enabled = True

    @property
    def peers(self) -> int:
        """Other programs in the session."""
        return int(self._link.numPeers())

    def bpm(self) -> float:
        """The session's tempo, within what a performance can play."""
        tempo = float(self._link.captureAppSessionState().tempo())
        return min(max(tempo, SLOWEST_BPM), FASTEST_BPM)

    def changed(self) -> float | None:
        """The session's tempo when others have changed it since it was last asked for or set."""
        now = self.bpm()
        if abs(now - self._known) <= SAME_BPM:
            return None
        self._known = now
        return now

    def set_bpm(self, bpm: float) -> None:
        """Have everybody play at this tempo."""
        if abs(bpm - self._known) <= SAME_BPM:
            return
        state = self._link.captureAppSessionState()
        state.setTempo(bpm, self._link.clock().micros())
        self._link.commitAppSessionState(state)
        self._known = bpm

    def phase(self, quarters: float) -> float:
        """Where in a bar of so many quarters the session is now, from 0 to below that."""
        micros = self._link.clock().micros()
        return float(self._link.captureAppSessionState().phaseAtTime(micros, quarters))

    def place(self) -> Place:
        """Where the session is now, in quarters that any loop may be counted by."""
        at, micros = min(self._clocks() for _ in range(READINGS))[1:]
        state = self._link.captureAppSessionState()
        return Place(at, float(state.phaseAtTime(micros, float(QUARTERS))), float(state.tempo()))

    def _clocks(self) -> tuple[float, float, int]:
        """Our time and Link's at one moment, and how long it took to read both: the less the
        better."""
        before = time.monotonic()
        micros = int(self._link.clock().micros())
        took = time.monotonic() - before
        return took, before + took / 2, micros

    def close(self) -> None:
        """Leave; the others play on."""
        self._link.enabled = False
