"""A real `immersions perform` in a process of its own, for a real browser to play."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`kill` and `start` again keep the address and the performance, as after a crash."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._process: subprocess.Popen[str] | None = None
        self._state = tempfile.TemporaryDirectory(prefix="immersions-state-")

    def start(self) -> None:
        """Return once the page's address was told."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from immersions.cli import main; main()", "perform"),
                *("--no-browser", "--port", str(self.port), "--threads", "1"),
                *self._options,
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": self._state.name},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert self.url in line, f"expected the address {self.url}, got {line!r}"

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        assert self._process is not None
        self._process.kill()
        self._close()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._close()
        self._state.cleanup()

    def _close(self) -> None:
        assert self._process is not None
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + "api/health", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def wait_for_worker(self) -> int:
        """The process id of a dreaming process that runs."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            health = self.health()
            if health["worker"] == "running" and health["worker_pid"]:
                return int(health["worker_pid"])
            time.sleep(0.1)
        raise AssertionError(f"no worker after {START_SECONDS} s: {health}")
