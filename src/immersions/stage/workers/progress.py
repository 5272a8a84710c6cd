"""How the dreaming goes, written by the loop that dreams and read by the thread that tells it."""

from __future__ import annotations

import threading
import time
from collections import deque
from statistics import median
from typing import Any

RATE_SECONDS = 3.0
"""Steps per second are counted over this long."""


class Progress:
    """Thread-safe. `summary` is the body of a heartbeat; each activation is told once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work = ""
        self._began = 0.0
        self._durations: deque[float] = deque(maxlen=20)
        self._ended: deque[float] = deque()
        self._untold: list[tuple[int, float]] = []
        self._dream = -1
        self._step = 0

    def begin(self, dream: int, step: int) -> None:
        """A new dream, known as `dream`, whose first step will be `step` + 1."""
        with self._lock:
            self._dream = dream
            self._step = step
            self._untold.clear()
            self._ended.clear()
            # Steps of another clip take another time.
            self._durations.clear()

    def start(self, work: str) -> None:
        """A piece of work begins, and whatever was done before has ended; in a word or two."""
        with self._lock:
            self._work = work
            self._began = time.monotonic()

    def rest(self) -> None:
        """Nothing is done now, or what is done depends on others."""
        with self._lock:
            self._work = ""

    def end_step(self, step: int, activation: float) -> None:
        """The work was a step, and it came to something."""
        with self._lock:
            now = time.monotonic()
            self._durations.append(now - self._began)
            self._ended.append(now)
            self._step = step
            self._untold.append((step, activation))

    def summary(self) -> dict[str, Any]:
        """Steps done, their rate, what is new since the last call; what is done, and since when."""
        with self._lock:
            now = time.monotonic()
            while self._ended and now - self._ended[0] > RATE_SECONDS:
                self._ended.popleft()
            span = now - self._ended[0] if self._ended else 0.0
            told, self._untold = self._untold[-200:], []
            return {
                "dream": self._dream,
                "step": self._step,
                "steps_per_second": (len(self._ended) - 1) / span if span > 0 else 0.0,
                "history": told,
                "work": self._work,
                "work_age": now - self._began if self._work else 0.0,
                "typical_step": median(self._durations) if self._durations else None,
            }
