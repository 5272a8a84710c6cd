"""The wheel, installed into an environment of its own, plays: page, clips, ears are all inside.

The new environment holds nothing but the wheel. Its dependencies are not downloaded again: a `.pth`
file lets it see the packages of the environment that runs the tests (our own source tree stays
invisible, because `.pth` files found there are not followed; a test asserts it). A requirement that
the wheel forgets to declare would therefore not show here: `test_house_rules.py` compares all
imports with the declared requirements.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src" / "immersions" / "server" / "page" / "index.html"
SERVER_STARTS_WITHIN_S = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert PAGE.is_file(), "the page is not built: run `make web`"
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel alone."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--no-deps", wheel],
        check=True,
        capture_output=True,
        timeout=120,
    )
    packages = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"))
    return python


@pytest.fixture(scope="module")
def address(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a performance started from the wheel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [python.with_name("immersions"), "perform", "--no-browser", "--port", str(port)],
            cwd=log.parent,
            env={**os.environ, "XDG_STATE_HOME": str(log.parent)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/health", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SERVER_STARTS_WITHIN_S
    while time.monotonic() < until:
        assert server.poll() is None, f"the server ended:\n{log.read_text()}"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"no answer within {SERVER_STARTS_WITHIN_S} s:\n{log.read_text()}")


def fetch(url: str) -> tuple[str, bytes]:
    """The content type and the bytes at `url`."""
    with urllib.request.urlopen(url, timeout=30) as reply:
        return reply.headers["content-type"], reply.read()


def test_it_holds_everything_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "immersions/py.typed" in names
    assert "immersions/server/page/index.html" in names
    assert sum(name.endswith(".flac") for name in names) >= 12
    assert any(name.startswith("immersions/assets/ears/small/") for name in names)
    outside = [name for name in names if not name.startswith("immersions")]
    assert outside == []
    assert not any("__pycache__" in name or "node_modules" in name for name in names)


def test_the_environment_uses_the_wheel_and_not_the_source(python: Path) -> None:
    where = "import immersions; print(immersions.__file__)"
    done = subprocess.run(
        [python, "-c", where], cwd=python.parent, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(python.parents[1])


def test_it_serves_the_page_and_all_that_the_page_asks_for(address: str) -> None:
    kind, page = fetch(f"{address}/")
    assert kind.startswith("text/html")
    assert page == PAGE.read_bytes()
    for line in page.decode().split('"'):
        if line.startswith("./") and line.endswith((".js", ".css")):
            _, content = fetch(f"{address}/{line[2:]}")
            assert content == (PAGE.parent / line).read_bytes()


def test_it_serves_a_clip(address: str, python: Path) -> None:
    listing = (
        "import json, immersions.assets as a; print(json.dumps([clip.name for clip in a.clips()]))"
    )
    done = subprocess.run(
        [python, "-c", listing], cwd=python.parent, capture_output=True, text=True, check=True
    )
    clips = json.loads(done.stdout)
    kind, sound = fetch(f"{address}/api/clips/{clips[0]}/audio")
    assert kind.split(";")[0] in ("audio/wav", "audio/x-wav", "application/octet-stream")
    assert len(sound) > 44_100
