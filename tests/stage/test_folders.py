import sys
from pathlib import Path

import pytest

from immersions.stage.folders import folder

LINUX = {
    "cache": ".cache",
    "config": ".config",
    "data": ".local/share",
    "state": ".local/state",
}


@pytest.mark.parametrize("kind", LINUX)
def test_a_kind_of_things_lies_where_this_user_s_programs_keep_it(kind, tmp_path, monkeypatch):
    name = f"XDG_{kind.upper()}_HOME"
    monkeypatch.setenv(name, str(tmp_path))
    assert folder(kind) == tmp_path / "immersions"
    monkeypatch.setenv("HOME", str(tmp_path))
    for useless in ("not/absolute", ""):
        monkeypatch.setenv(name, useless)
        if sys.platform == "linux":
            assert folder(kind) == tmp_path / LINUX[kind] / "immersions"


def test_the_four_differ(monkeypatch):
    for kind in LINUX:
        monkeypatch.delenv(f"XDG_{kind.upper()}_HOME", raising=False)
    monkeypatch.setenv("HOME", str(Path("/home/somebody")))
    assert len({folder(kind) for kind in LINUX}) == (4 if sys.platform == "linux" else 2)
