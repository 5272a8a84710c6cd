"""Three performances of a minute each, written as logs: `python recipes/demos/demos.py FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from score import Score, neurons, slide

SECONDS = 60.0


def breakbeat() -> Score:
    """A breakbeat bends towards one unit of the context, then another, then to silence of both."""
    score = Score(steps=14)
    deck = score.deck("small", "breakbeat")
    ear = deck.ear
    deck.aim(3, neurons(ear, "encoder.3", 0), neurons(ear, "encoder.3", 40))
    deck.dream(3.2)
    deck.aim(18, neurons(ear, "context.2", 17))
    deck.set(18, {"learning_rate": 0.09})
    deck.aim(33, neurons(ear, "encoder.4", 114), neurons(ear, "encoder.1", 23, weight=0.5))
    deck.set(33, {"time_shift": 0.4})
    deck.play(47, "jungle")
    deck.aim(47.1, neurons(ear, "context.3", 80))
    deck.set(47.1, {"learning_rate": 0.12})
    return score


def piano() -> Score:
    """Out of silence, the ear that knows nothing but pianos; then a guitar, heard by it."""
    score = Score(steps=14)
    deck = score.deck("piano", "silence", seed=7)
    ear = deck.ear
    deck.aim(0.1, neurons(ear, "encoder.3", 12), neurons(ear, "encoder.3", 77))
    deck.dream(0.2)
    deck.aim(16, neurons(ear, "encoder.4", 31), neurons(ear, "encoder.2", 8, weight=0.5))
    deck.play(30, "guitar")
    deck.aim(30.1, neurons(ear, "encoder.3", 12), neurons(ear, "encoder.3", 77))
    deck.aim(45, neurons(ear, "context.3", 20))
    deck.set(45, {"learning_rate": 0.1})
    return score


def decks() -> Score:
    """Two decks in time: `electronic` on a bass line of acid, `small` on industrial drums."""
    score = Score(steps=9)
    low, high = score.deck("electronic", "acid"), score.deck("small", "industrial", seed=3)
    low.aim(2, neurons(low.ear, "encoder.4", 68), neurons(low.ear, "encoder.3", 0))
    low.dream(2.2)
    low.aim(30, neurons(low.ear, "context.4", 100))
    low.set(30, {"learning_rate": 0.1})
    high.aim(12, neurons(high.ear, "encoder.2", 14), neurons(high.ear, "encoder.3", 60))
    high.dream(12.2)
    high.aim(40, neurons(high.ear, "context.2", 5))
    score.gains(0, {"deck_0": 0.9, "deck_1": 0.0})
    slide(score, "deck_1", 7.5, 13.0, 0.0, 0.8)
    slide(score, "deck_0", 28.0, 33.0, 0.9, 0.35)
    slide(score, "deck_0", 40.0, 44.0, 0.35, 0.9)
    return score


DEMOS: dict[str, Callable[[], Score]] = {"breakbeat": breakbeat, "piano": piano, "decks": decks}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python recipes/demos/demos.py FOLDER")
    for name, make in DEMOS.items():
        print(make().write(Path(sys.argv[1]) / name, SECONDS))


if __name__ == "__main__":
    main()
