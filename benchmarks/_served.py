"""A performance that is really served, for as long as a benchmark needs it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(ear: str) -> Iterator[str]:
    """`immersions perform` in a process of its own; its address, once it listens."""
    command = [sys.executable, "-c", "from immersions.cli import main; main()", "perform"]
    process = subprocess.Popen(
        [*command, "--no-browser", "--port", "0", "--ear", ear],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[2]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
