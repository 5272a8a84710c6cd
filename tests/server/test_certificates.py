"""A performance that is encrypted: a browser's view from another machine, without the browser."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from websockets.sync.client import connect

from immersions.cli import run
from immersions.server.serving import Certificate

IMMERSIONS = [sys.executable, "-m", "immersions.cli"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> tuple[Path, Path]:
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "stage.pem")
    issued.private_key_pem.write_to_path(tmp_path / "stage.key")
    return tmp_path / "stage.pem", tmp_path / "stage.key"


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def address(files: tuple[Path, Path]) -> Iterator[str]:
    certificate, key = (str(each) for each in files)
    chosen = ["--port", "0", "--no-browser", "--no-keep", "--threads", "1"]
    process = subprocess.Popen(
        [*IMMERSIONS, "perform", *chosen, "--certificate", certificate, "--key", key],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[2]
    finally:
        process.kill()
        process.communicate()


def test_page_and_socket_are_encrypted(address: str, trusting: ssl.SSLContext) -> None:
    assert address.startswith("https://127.0.0.1:")
    with urllib.request.urlopen(f"{address}api/health", context=trusting, timeout=10) as answer:
        assert "worker" in json.load(answer)
    url = address.replace("https", "wss")
    with connect(f"{url}ws", ssl=trusting, origin=address.rstrip("/")) as socket:  # type: ignore[arg-type]
        assert json.loads(socket.recv(timeout=10))["type"] == "welcome"


def test_both_may_be_in_one_file(files: tuple[Path, Path]) -> None:
    both = files[0].with_name("both.pem")
    Certificate(both, both).check()


def test_what_is_no_certificate_is_told_in_one_line(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = files
    wrong = key.with_name("wrong.pem")
    wrong.write_text("no key")
    for chosen, expected in (
        (["--certificate", str(certificate), "--key", str(wrong)], "expected a certificate"),
        (["--certificate", str(certificate)], "expected a certificate"),
        (["--certificate", str(key.with_name("none.pem"))], "No such file"),
        (["--key", str(key)], "--key needs --certificate"),
    ):
        assert run(["perform", "--no-browser", *chosen]) != 0
        (line,) = capsys.readouterr().err.splitlines()
        assert expected in line
