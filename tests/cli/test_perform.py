"""`immersions perform`, as a user starts and ends it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("immersions")), "perform", "--no-browser"]


@pytest.fixture
def started():
    """The process, its page's address, and its worker's process id once the ear is loaded."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--threads", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        address = process.stdout.readline().split()[2]
        worker = None
        deadline = time.monotonic() + 60
        while worker is None:
            assert time.monotonic() < deadline
            with urllib.request.urlopen(f"{address}api/health", timeout=10) as answer:
                health = json.load(answer)
            worker = health["worker_pid"] if health["worker"] == "running" else None
            time.sleep(0.05)
        yield process, address, worker
    finally:
        process.kill()
        process.communicate()


def gone_within(pid, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        # Killed but not yet waited for by its new parent is gone, too.
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def children(pid):
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def test_killing_the_server_leaves_no_worker(started):
    process, _, worker = started
    deadline = time.monotonic() + 60
    while len(children(process.pid)) < 2:  # the second worker, which stands ready
        assert time.monotonic() < deadline
        time.sleep(0.1)
    workers = children(process.pid)
    assert worker in workers
    process.kill()
    assert all(gone_within(each, 2.0) for each in workers)


def test_ctrl_c_ends_it_in_order(started):
    process, _, worker = started
    # As a terminal does it: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "Traceback" not in out + err
    assert err.count("\n") <= 1, "at most that the page is not built"
    assert gone_within(worker, 2.0)


def refused(*options):
    run = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    lines = [line for line in run.stderr.splitlines() if "make web" not in line]
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_a_port_in_use_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}: cannot listen there" in refused("--port", str(port))


@pytest.mark.parametrize("ear", ["nothing", "/nowhere/at/all", "../.."])
def test_an_unknown_ear_is_said_in_one_line(ear):
    line = refused("--port", "0", "--ear", ear)
    assert f"unknown ear '{ear}'" in line
    assert "bundled ears" in line


def test_an_address_that_is_not_this_machine_s_is_said_in_one_line():
    line = refused("--port", "0", "--host", "192.0.2.7")
    assert "192.0.2.7:0: cannot listen there" in line


@pytest.mark.parametrize("token", ["short", "a" * 40, "with spaces and more than 22 letters"])
def test_a_token_that_can_be_guessed_is_refused_and_not_repeated(token):
    line = refused("--port", "0", "--token", token)
    assert "token: expected 22 to 200 letters" in line
    assert token not in line
