"""Writes the log of a performance, line by line, from a thread of its own. No torch here."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import platform
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from immersions import audio
from immersions.stage.logs.events import Event, Opened, Sound

NAME = "log.jsonl"
SOUNDS = "sounds"
PROBES = 64

Samples = NDArray[np.float32]
Derive = Callable[[str, int, int], Samples]
"""A clip by name, sample rate and seed, where everybody has it; `LookupError` where not."""


@dataclass(frozen=True)
class _Heard:
    """A sound to keep, unless everybody has it as `clip`."""

    digest: str
    samples: Samples
    sample_rate: int
    clip: str
    seed: int


class Log:
    """Notes what happens in `folder`; a line is on its way to the disk within milliseconds.

    What it is told it writes from another thread, each line flushed, so that the end of this
    process at any moment loses no more than the last line. Where nothing can be written any more
    it stops, and `trouble` is called once with one line, from that thread: playing goes on.
    """

    def __init__(
        self, folder: Path, version: str, derive: Derive, trouble: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self._derive = derive
        self._trouble = trouble
        self._began = time.monotonic()
        self._known: set[str] = set()
        self._queue: queue.SimpleQueue[Event | _Heard | None] = queue.SimpleQueue()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(Opened(version=version, started=now, machine=machine(), beside=True))
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def note(self, event: Event) -> None:
        """Write an event, with the time that it is now. Does not block."""
        self._queue.put(event.model_copy(update={"time": self.now()}))

    def keep(self, samples: Samples, sample_rate: int, clip: str = "", seed: int = 0) -> str:
        """Have a sound be there when the log is read, and tell its digest. Does not block.

        What `clip` and `seed` give on every machine is not stored.
        """
        found = digest(samples)
        if found not in self._known:
            self._known.add(found)
            self._queue.put(_Heard(found, samples, sample_rate, clip, seed))
        return found

    def knows(self, name: str) -> bool:
        """Whether a sound was kept, by its digest."""
        return name in self._known

    def now(self) -> float:
        """Seconds since the log was begun."""
        return round(time.monotonic() - self._began, 4)

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._queue.put(None)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / NAME).open("ab") as file:
                while (item := self._queue.get()) is not None:
                    event = self._kept(item) if isinstance(item, _Heard) else item
                    file.write(event.model_dump_json().encode() + b"\n")
                    file.flush()
                with contextlib.suppress(OSError):
                    os.fsync(file.fileno())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split())
            self._trouble(f"The performance is no longer logged: {reason}.")
            while self._queue.get() is not None:
                pass  # what is told from now on is forgotten

    def _kept(self, heard: _Heard) -> Sound:
        told = Sound(
            time=self.now(),
            sha256=heard.digest,
            sample_rate=heard.sample_rate,
            samples=len(heard.samples),
            clip=heard.clip or None,
            seed=heard.seed,
        )
        with contextlib.suppress(LookupError, OSError, ValueError):
            common = self._derive(heard.clip, heard.sample_rate, heard.seed)
            if digest(np.resize(common, len(heard.samples))) == heard.digest:
                return told
        file = f"{SOUNDS}/{heard.digest}.wav"
        (self.folder / SOUNDS).mkdir(exist_ok=True)
        if not (self.folder / file).exists():
            audio.write(self.folder / file, heard.samples, heard.sample_rate, "FLOAT")
        return told.model_copy(update={"file": file})


def digest(samples: Samples | bytes) -> str:
    """The name of a sound: the SHA-256 of its samples, float32 and little-endian."""
    data = samples if isinstance(samples, bytes) else samples.astype("<f4", copy=False).tobytes()
    return hashlib.sha256(data).hexdigest()


def probed(samples: Samples) -> Samples:
    """The samples of a loop by which two machines are compared."""
    return samples[np.arange(PROBES) * len(samples) // PROBES]


def probe(samples: Samples) -> str:
    """The same as text."""
    return base64.b64encode(probed(samples).astype("<f4").tobytes()).decode()


def machine() -> str:
    """The processor and the system, as far as they are known."""
    name = platform.processor()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return f"{name or platform.machine()}, {platform.system()} {platform.machine()}"
