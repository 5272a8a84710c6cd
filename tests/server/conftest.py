import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from immersions.server.app import make_app
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.room import Room


@dataclass(frozen=True)
class Performance:
    """A server that really runs, as `immersions perform` starts it."""

    address: str
    process: subprocess.Popen

    @property
    def socket(self):
        return self.address.replace("http", "ws") + "ws"


@contextlib.contextmanager
def performing(*options):
    """`immersions perform` on a free port."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from immersions.cli import main; main()", "perform"),
            *("--port", "0", "--no-browser", "--threads", "1"),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("Play at http://"), line + process.stderr.read()
        yield Performance(line.split()[2], process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def performance():
    with performing() as running:
        yield running


@pytest.fixture
def begin():
    """Begins a performance of a test's own: `with begin("--ear", …) as performance`."""
    return performing


@pytest.fixture
def room():
    """A room in which nothing runs: enough for what is answered without dreaming."""
    return Room(Library(), {"small": EarChoice("small", "small", "small", 44_100)}, "small", 1)


@pytest.fixture
def app(room):
    return make_app(room)


@pytest.fixture
def ears_found(monkeypatch, request):
    path = [str(request.path.parents[1] / "stage"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
