"""Tends what a room is made of: sound must not stop because something else has failed."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from immersions.server import describe


@dataclass(frozen=True)
class Pauses:
    """Before what has failed is begun again, in seconds."""

    first: float = 0.5
    most: float = 30.0
    """Each in a row is twice as long as the one before, up to this."""
    settled: float = 60.0
    """What went well for so long begins a new row when it fails."""


async def tend(
    name: str,
    work: Callable[[], Awaitable[None]],
    tell: Callable[[str], None],
    pauses: Pauses | None = None,
) -> None:
    """Do `work` until it is done, again and again where it fails; each failure is told in one line.

    To be cancelled as `work` alone would be.
    """
    pauses = pauses or Pauses()
    now = asyncio.get_running_loop().time
    pause = pauses.first
    while True:
        began = now()
        try:
            return await work()
        except Exception as error:
            if now() - began > pauses.settled:
                pause = pauses.first
            # Telling may be the very thing that fails.
            with contextlib.suppress(Exception):
                tell(f"{name} failed and goes on in {pause:g} s: {reason(error)}")
        await asyncio.sleep(pause)
        pause = min(2 * pause, pauses.most)


def reason(error: BaseException) -> str:
    """What nobody had foreseen in one line, with the place where it happened."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    kind, words = type(error).__name__, describe.line(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return (kind if words == kind else f"{kind}: {words}") + place
