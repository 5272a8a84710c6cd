"""`stream` for many files, in a child process: whatever a codec does there costs one file."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from immersions.audio import streaming_child
from immersions.audio.header import StrPath, open_regular, shown
from immersions.audio.process import DecodingProcess
from immersions.audio.streaming import Mono, Notice

LONGEST_WAIT_SECONDS = 60.0
"""For the next block of sound, however long the file: a codec that has hung gives none."""
MEMORY_BYTES = 4 * 2**30
"""Address space, which ffmpeg's threads take more of than of memory."""


class Streamer:
    """Decodes and resamples in one child process, started at the first file and after a failure.

    Not for use by several threads at once: give each its own. `kill` may come from any.
    """

    def __init__(
        self, wait_seconds: float = LONGEST_WAIT_SECONDS, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self.wait_seconds, self.memory_bytes = wait_seconds, memory_bytes
        self._child = DecodingProcess("-m", streaming_child.__name__)
        self._ended = False

    def __enter__(self) -> Streamer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, while it runs."""
        return self._child.pid

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def kill(self) -> None:
        """End the child for good; a file that is being read then raises `ValueError`."""
        self._ended = True
        self._child.kill()

    def stream(
        self,
        path: StrPath,
        sample_rate: int,
        block_seconds: float = 10.0,
        notice: Notice = lambda line: None,
    ) -> Iterator[Mono]:
        """The blocks that `audio.stream` gives, to the last bit.

        Raises `ValueError` or `OSError` with one line that names the file, also when its decoder
        crashed, gave nothing for too long or ran out of memory.
        """
        os.close(open_regular(path))  # the plain errors first: missing, a folder, no permission
        name = os.fsencode(Path(path).absolute())
        request = streaming_child.REQUEST.pack(
            sample_rate, block_seconds, self.memory_bytes, len(name)
        )
        late = f"{self.wait_seconds:g} s without sound"
        with self._child.guarded(path, late, self.memory_bytes):
            if self._ended:
                raise ValueError(f"{shown(path)}: reading was ended before it")
            self._child.send(request)
            self._child.send(name)
            while (message := self._next())[0] == b"d":
                yield np.frombuffer(message[1], "<f4")
            kind, body = message
            if kind == b"x":
                raise ValueError(f"{shown(path)}: {json.loads(body)}")
        for line in json.loads(body):
            notice(line)

    def _next(self) -> tuple[bytes, bytes]:
        # Anew for each block: what is waited for is the child, not what becomes of its sound.
        self._child.deadline = time.monotonic() + self.wait_seconds
        return self._child.receive()
