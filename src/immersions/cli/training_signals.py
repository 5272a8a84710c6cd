"""How `immersions train` ends before its time: by a signal, or with the other processes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from immersions.training.ranks import Ranks

FAILED = 2


@contextmanager
def said_once(ranks: Ranks) -> Iterator[None]:
    """What ends all processes of a run, or one and by that the others, is one line."""
    try:
        yield
    except (typer.Exit, KeyboardInterrupt):
        raise
    except Exception:
        if ranks.speaks():
            raise
        raise typer.Exit(FAILED) from None


@contextmanager
def signals() -> Iterator[list[int]]:
    """A list that is no longer empty once Ctrl-C or SIGTERM came; a second Ctrl-C ends at once."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
