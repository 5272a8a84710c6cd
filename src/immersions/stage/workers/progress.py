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
        self._began: float | None = None
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

    def start_step(self) -> None:
        with self._lock:
            self._began = time.monotonic()

    def end_step(self, step: int, activation: float) -> None:
        with self._lock:
            now = time.monotonic()
            if self._began is not None:
                self._durations.append(now - self._began)
            self._began = None
            self._ended.append(now)
            self._step = step
            self._untold.append((step, activation))

    def fail_step(self) -> None:
        """The step that was started came to nothing."""
        with self._lock:
            self._began = None

    def summary(self) -> dict[str, Any]:
        """Steps done, their rate, what is new since the last call, and how old a step is."""
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
                "step_age": now - self._began if self._began is not None else 0.0,
                "typical_step": median(self._durations) if self._durations else None,
            }
