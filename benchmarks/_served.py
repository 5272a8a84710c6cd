"""A performance that is really served, for as long as a benchmark needs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(ear: str) -> Iterator[str]:
    """`immersions perform` in a process of its own, a new one; its address, once it listens."""
    with tempfile.TemporaryDirectory(prefix="immersions-state-") as state:
        yield from _served(ear, state)


def _served(ear: str, state: str) -> Iterator[str]:
    command = [sys.executable, "-c", "from immersions.cli import main; main()", "perform"]
    process = subprocess.Popen(
        [*command, "--no-browser", "--port", "0", "--ear", ear],
        env={**os.environ, "XDG_STATE_HOME": state, "XDG_DATA_HOME": state},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[2]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
