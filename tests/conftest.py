"""What all tests share."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# What the tests' performances keep is not their user's; those of one run are kept together.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="immersions-tests-")

BROWSER = Path(__file__).parent / "browser"

# A shell makes what it runs in the background deaf to Ctrl-C, and children inherit that; the tests
# send Ctrl-C to programs that they start, wherever they themselves run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Performances are kept in a folder of the test's own, neither the user's nor another's."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def denormals() -> Iterator[None]:
    """A replay dreams as a dreaming process does, without denormals; the next test has them."""
    yield
    if torch := sys.modules.get("torch"):
        torch.set_flush_denormal(False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests come last.

    Playwright keeps an event loop running in this thread for as long as its browser lives, and
    with that nobody else can start one. And their server would compete with what is measured.
    """
    items.sort(key=lambda item: item.path.is_relative_to(BROWSER))
