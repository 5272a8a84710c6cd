"""What is written when, beside a room that is only looked at."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from immersions.dreaming import PARAMETERS
from immersions.server import keeper as keeping
from immersions.server.keeper import Keeper
from immersions.stage.conductor import Loop
from immersions.stage.desk import DESK
from immersions.stage.performance import State
from immersions.stage.show import Show


class Disk:
    """When which step was written."""

    def __init__(self) -> None:
        self.dreams: list[tuple[float, int]] = []

    def keep_sound(self, name: str, samples: object, sample_rate: int) -> None: ...

    def write(self, kept: dict) -> None:
        steps = [dream["step"] for dream in kept["dreams"].values()]
        if steps and (not self.dreams or self.dreams[-1][1] != steps[0]):
            self.dreams.append((time.monotonic(), steps[0]))

    def prune(self, sounds: object) -> None: ...

    def close(self) -> None: ...


class Dreaming:
    """A deck whose dream is always newer."""

    def __init__(self) -> None:
        self.state = State("noise", "small", 1.0, parameters=PARAMETERS.defaults())
        self.conductor = self
        self.steps = 0

    @property
    def dreamed(self) -> Loop:
        self.steps += 1
        header = {"id": 1, "generation": 1, "step": self.steps, "samples": 4, "sample_rate": 44_100}
        return Loop(header, np.zeros(4, np.float32).tobytes())


def test_changes_do_not_put_off_what_is_dreamed(monkeypatch):
    monkeypatch.setattr(keeping, "COALESCED_SECONDS", 0.05)
    monkeypatch.setattr(keeping, "DREAM_SECONDS", 0.6)
    deck, disk = Dreaming(), Disk()
    room = SimpleNamespace(
        library=SimpleNamespace(taken=list),
        ears={},
        decks={0: deck},
        memory=SimpleNamespace(scenes={}),
        present=Show({0: deck.state}, DESK.defaults(), (None,) * 4),
    )

    async def play():
        keeper = Keeper(disk)
        task = asyncio.create_task(keeper.run(room))
        for _ in range(6):
            # Shortly before what was dreamed is to be written.
            await asyncio.sleep(0.5)
            keeper.touch()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())
    times = [at for at, _ in disk.dreams]
    assert len(times) >= 4
    assert max(b - a for a, b in pairwise(times)) < 0.9
