"""A performance of its own, and a browser that plays it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    *("--headless=new", "--no-sandbox", "--enable-unsafe-swiftshader"),
    "--autoplay-policy=no-user-gesture-required",
]


def chromium() -> str:
    """Its path; ends the program with one line where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        sys.exit(f"needs one of {', '.join(NAMES)}")
    return found


@contextmanager
def served(ear: str) -> Iterator[tuple[str, int]]:
    """Its address and the server's process id."""
    command = [sys.executable, "-c", "from immersions.cli import main; main()", "perform"]
    with tempfile.TemporaryDirectory(prefix="immersions-tool-") as own:
        process = subprocess.Popen(
            [*command, "--no-browser", "--port", "0", "--ear", ear, "--threads", "1"],
            env={**os.environ, "XDG_STATE_HOME": own, "XDG_DATA_HOME": own},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[2], process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def wait(page: Page, condition: str, seconds: float = 300) -> None:
    """Until a JavaScript condition holds."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {condition}")
        page.wait_for_timeout(100)
