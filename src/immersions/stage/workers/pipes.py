"""The worker's end of its two pipes, and its promise to end with them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
from typing import BinaryIO

from immersions.stage import frames
from immersions.stage.frames import Frame, Header

_PR_SET_PDEATHSIG = 1


class Pipes:
    """Frames in and out over what were standard input and output.

    Made first of all: from then on what anybody prints goes to standard error, and reading from
    standard input gives nothing. The process ends at once when either pipe is closed.
    """

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._reader, self._writer = _take_over()

    def listen(self) -> None:
        """Fill `inbox` from a thread of its own."""
        threading.Thread(target=self._listen, name="pipe", daemon=True).start()

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Send a frame; from any thread."""
        data = frames.pack(header, payload)
        try:
            with self._lock:
                self._writer.write(data)
                self._writer.flush()
        except OSError:
            _end()

    def _listen(self) -> None:
        try:
            while True:
                self.inbox.put(frames.read(self._reader))
        except (EOFError, OSError, ValueError):
            _end()


def die_with(parent: int) -> None:
    """Have Linux kill this process when its parent dies, even where no pipe tells it so."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        _end()


def _take_over() -> tuple[BinaryIO, BinaryIO]:
    reader = os.fdopen(os.dup(0), "rb")
    writer = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reader, writer


def _end() -> None:
    # Not sys.exit: a thread's exit leaves the process alive, and a step may last a second.
    os._exit(0)
