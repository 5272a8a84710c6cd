"""Where Chromium is, and waiting for what a page of ours tells."""

from __future__ import annotations

import importlib.util
import shutil
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--headless=new", "--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
SKIPPED = f"needs playwright and one of {', '.join(NAMES)}"


def chromium() -> str | None:
    """Its path, if playwright, which drives it, is there too."""
    if importlib.util.find_spec("playwright") is None:
        return None
    return next(filter(None, map(shutil.which, NAMES)), None)


def wait(page: Any, condition: str) -> None:
    """Until a JavaScript condition holds, for a minute at most."""
    for _ in range(1200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(f"not within a minute: {condition}")
