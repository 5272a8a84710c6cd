"""A server that really runs, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass


@dataclass
class Performance:
    """A server that really runs, as `immersions perform` starts it."""

    address: str
    process: subprocess.Popen
    left: str = ""
    """What it said after its first line, once it has ended."""

    @property
    def socket(self):
        return self.address.replace("http", "ws") + "ws"


@contextlib.contextmanager
def performing(*options, state=None):
    """`immersions perform` on a free port, kept in the folder `state`; None for one of its own."""
    own = tempfile.TemporaryDirectory(prefix="immersions-state-")
    with own as folder, _performing(options, state or folder) as running:
        yield running


@contextlib.contextmanager
def _performing(options, state):
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from immersions.cli import main; main()", "perform"),
            *("--port", "0", "--no-browser", "--threads", "1"),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("Play at http://"), line + process.stderr.read()
        performance = Performance(line.split()[2], process)
        yield performance
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        left = process.communicate(timeout=20)
    performance.left = "".join(left)
