"""The set-up: what `make` runs on a fresh machine, and what it says when something is missing."""

from __future__ import annotations

import http.server
import importlib.util
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def install_torch() -> ModuleType:
    path = ROOT / "tools" / "install_torch.py"
    spec = importlib.util.spec_from_file_location("install_torch", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of a package index that lists torch."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "index.html").write_text("<a href='torch-2.13.0.whl'>torch</a>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_python_is_found_and_can_be_chosen() -> None:
    assert run("tools/find-python.sh", PYTHON=sys.executable).stdout.strip() == sys.executable


@pytest.mark.parametrize(
    ("script", "version"),
    [("tools/find-python.sh", "Python 3.9.1"), ("tools/check-node.sh", "v18.20.0")],
)
@pytest.mark.parametrize("there", [True, False], ids=["too old", "missing"])
def test_what_is_missing_or_too_old_is_said_in_one_line(
    script: str, version: str, there: bool, tmp_path: Path
) -> None:
    if there:
        for name in ("python3", "node", "npm"):
            stand_in = tmp_path / name
            stand_in.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo {version} || exit 1\n')
            stand_in.chmod(0o755)
    done = run("/bin/sh", script, PATH=str(tmp_path), PYTHON="")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert (version if there else "missing") in done.stderr
    assert "immersions needs" in done.stderr


def test_help_names_every_target() -> None:
    named = run("make", "--no-print-directory", "help").stdout
    for line in (ROOT / "Makefile").read_text().splitlines():
        if line.startswith(".PHONY") or line.startswith("\t") or ":" not in line:
            continue
        target = line.split(":")[0]
        if target.replace("-", "").isalpha() and target.islower() and target != "machine":
            assert f"  {target} " in named


def test_torch_is_the_pinned_one(install_torch: ModuleType) -> None:
    assert install_torch.pinned() == f"torch=={install_torch.installed()}"


def test_an_index_that_lists_torch_is_used(
    install_torch: ModuleType, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    monkeypatch.setattr(install_torch, "CPU_INDEX", index)
    monkeypatch.setattr(install_torch.sys, "platform", "linux")
    monkeypatch.setenv("PATH", "")
    assert install_torch.extra_index() == index


def test_an_index_that_does_not_answer_is_left_out(
    install_torch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    monkeypatch.setattr(install_torch.sys, "platform", "linux")
    monkeypatch.setenv("PATH", "")
    started = time.monotonic()
    for address in ("http://127.0.0.1:9", "http://no-such-host.invalid", "not an address"):
        monkeypatch.setattr(install_torch, "CPU_INDEX", address)
        assert install_torch.extra_index() == ""
    assert time.monotonic() - started < 3 * (install_torch.PATIENCE_S + 1)


@pytest.mark.parametrize("chosen", ["", "https://example.org/index"])
def test_an_index_chosen_by_hand_is_taken_unasked(
    install_torch: ModuleType, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_INDEX", chosen)
    assert install_torch.extra_index() == chosen


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("playwright")
    monkeypatch.syspath_prepend(ROOT / "tools")
    spec = importlib.util.spec_from_file_location("soak", ROOT / "tools" / "soak.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("a_minute", "grew"), [(0.0, 0.0), (0.1, 2.4)])
def test_a_soak_tells_what_grows_from_what_wavers(
    soak: ModuleType, a_minute: float, grew: float
) -> None:
    samples = []
    for number in range(61):
        begun = 3.0 - max(0, 6 - number) * 0.1  # what a page fills at first is no growth
        each = dict.fromkeys(soak.SHARES, 10.0) | {"seconds": 30.0 * number, "loops": number}
        wavering = 0.02 * (-1) ** number
        heap = {"heap_mb": begun + wavering + a_minute * number / 2, "new_loops": number, "gaps": 0}
        samples.append(each | heap)
    found = soak.report("small", samples)
    assert found["rows"]["heap_mb"]["grew"] == pytest.approx(grew, abs=0.02)
    assert found["rows"]["heap_mb"]["flat"] == (a_minute == 0)
    assert found["rows"]["gpu_objects"]["flat"]
    assert found["loops"] == found["new_loops"] == 60
