"""Where in a song a moment lies. No torch here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """At `at` the song stands at `quarters`, from where it goes on at `bpm`.

    Times are seconds of `time.monotonic`.
    """

    at: float
    quarters: float
    bpm: float

    def quarters_at(self, at_seconds: float) -> float:
        """Where the song stands at another time, if its tempo stays."""
        return self.quarters + (at_seconds - self.at) * self.bpm / 60

    def seconds_off(self, later: Place) -> float:
        """By how much `later` lies before or behind what this place foretells."""
        return abs(later.quarters - self.quarters_at(later.at)) * 60 / later.bpm
