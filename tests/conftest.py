from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests come last.

    Playwright keeps an event loop running in this thread for as long as its browser lives, and
    with that nobody else can start one. And their server would compete with what is measured.
    """
    items.sort(key=lambda item: item.path.is_relative_to(BROWSER))
