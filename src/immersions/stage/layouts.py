"""Has the ear that listens laid out in a process of its own. No torch here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from immersions.anatomy.layout import Layout, Shape, grid
from immersions.stage import kept
from immersions.stage.worker import Worker

LONGEST_SECONDS = 1800.0
Going = Literal["computing", "ready", "failed"]
Kind = Literal["grid", "laid"]


@dataclass(frozen=True)
class Laying:
    """How the layout of an ear comes along."""

    ear_hash: str
    going: Going = "computing"
    share: float = 0.0
    """From 0 to 1, of the computing."""
    message: str = ""
    """Why it failed, in one line."""


@dataclass(frozen=True)
class LayingConfig:
    """What the process is started with. `ear` is what the dreaming process was given."""

    ear: str
    ear_hash: str
    folder: Path
    threads: int = 1

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-P", "-m", "immersions.stage.workers.layout_child"),
            *("--ear", self.ear, "--hash", self.ear_hash),
            *("--folder", str(self.folder), "--parent", str(os.getpid())),
        ]


class Layouts:
    """One process at a time; what it makes is kept for good, also when another ear listens then.

    `tell` is called in the event loop whenever there is news; must not block.
    """

    def __init__(self, tell: Callable[[Laying], None]) -> None:
        self.latest: Laying | None = None
        self._tell = tell
        self._task: asyncio.Task[None] | None = None
        self._worker: Worker | None = None
        self._failed: set[str] = set()

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._worker.pid if self._worker is not None else None

    async def find(self, ear: str, ear_hash: str, layers: Sequence[Shape]) -> tuple[Layout, Kind]:
        """The layout of an ear; a grid where there is none, which is computed from now on."""
        neurons = sum(each.channels * each.pitches for each in layers)
        found = await asyncio.to_thread(kept.read, ear_hash, neurons)
        if found is not None:
            return found, "laid"
        self._want(ear, ear_hash)
        return grid(ear_hash, layers), "grid"

    def _want(self, ear: str, ear_hash: str) -> None:
        """Begin to lay out an ear; another is given up for it. What failed is not tried again."""
        busy = self._task is not None and not self._task.done()
        same = self.latest is not None and self.latest.ear_hash == ear_hash
        if ear_hash in self._failed or (busy and same):
            return
        if self._task is not None:
            self._task.cancel()
        self.latest = Laying(ear_hash)
        self._task = asyncio.create_task(self._lay_out(ear, self.latest, self._task))

    async def stop(self) -> None:
        """Give up what is under way; no process is left then."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _lay_out(self, ear: str, laying: Laying, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        self._say(laying)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._run(LayingConfig(ear, laying.ear_hash, kept.folder()), laying)
        except TimeoutError:
            self._fail(laying, f"it took longer than {LONGEST_SECONDS / 60:.0f} minutes")
        except (OSError, RuntimeError, ValueError) as error:
            self._fail(laying, " ".join(str(error).split()))
        else:
            self._say(replace(laying, going="ready", share=1.0))

    async def _run(self, config: LayingConfig, laying: Laying) -> None:
        """Raises `RuntimeError` with one line when no layout came of it."""
        worker = self._worker = await Worker.start(config)
        done, reason = False, ""
        try:
            async for header, _ in worker.frames():
                if header["type"] == "progress":
                    self._say(replace(laying, share=float(header["share"])))
                elif header["type"] == "done":
                    done = True
                else:
                    reason = str(header.get("message", ""))
        finally:
            worker.kill()
            ending = await worker.end()
            self._worker = None
        if not done:
            raise RuntimeError(reason or ending)

    def _fail(self, laying: Laying, reason: str) -> None:
        self._failed.add(laying.ear_hash)
        line = f"The ear could not be laid out, its neurons stay on a grid: {reason}"
        print(f"immersions: {line}", file=sys.stderr)
        self._say(replace(laying, going="failed", message=line))

    def _say(self, laying: Laying) -> None:
        self.latest = laying
        self._tell(laying)
