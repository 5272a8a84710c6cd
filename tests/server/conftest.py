import os

import pytest
from performances import performing

from immersions.server.app import make_app
from immersions.server.ears import EarChoice
from immersions.server.library import Library
from immersions.server.room import Room


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
