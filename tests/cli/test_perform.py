"""`immersions perform`, as a user starts and ends it."""

import contextlib
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
from websockets.sync.client import connect

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


def test_killing_the_server_leaves_no_layout_behind(tmp_path):
    """An ear that has no layout yet is laid out in a third process, for a minute or so."""
    path = [str(Path(__file__).parents[1] / "stage"), os.environ.get("PYTHONPATH", "")]
    there = {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "XDG_CACHE_HOME": str(tmp_path / "caches"),
    }
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--threads", "1", "--ear", "stage_ears:fine"],
        stdout=subprocess.PIPE,
        env=os.environ | there,
        text=True,
    )
    try:
        address = process.stdout.readline().split()[2]
        with connect(address.replace("http", "ws") + "ws", max_size=None) as page:
            while '"type":"ear"' not in str(said := page.recv(timeout=90)):
                pass
        with urllib.request.urlopen(address.rstrip("/") + json.loads(said)["layout_url"]) as answer:
            assert answer.status == 200
        laying = workers_of(process.pid, "layout_child")
        assert len(laying) == 1
        process.kill()
        assert all(gone_within(each, 5.0) for each in laying)
    finally:
        process.kill()
        process.communicate()


def workers_of(pid, module, seconds=30):
    """The children that run a module, once there are any."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = []
        for each in children(pid):
            with contextlib.suppress(OSError):
                if module in Path(f"/proc/{each}/cmdline").read_text():
                    found.append(each)
        if found:
            return found
        time.sleep(0.05)
    return []


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--osc", "nine"], "--osc: expected PORT or HOST:PORT, got 'nine'"),
        (["--osc", "0.0.0.0:9000"], "name who may with --osc-from ADDRESS"),
        (["--osc-to", "127.0.0.1:9001"], "--osc-to and --osc-from need --osc PORT"),
    ],
)
def test_osc_that_cannot_be_is_one_line(options, said):
    ended = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_osc_port_that_is_taken_is_one_line():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        options = ["--port", "0", "--osc", str(taken.getsockname()[1])]
        ended = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "OSC: cannot listen on 127.0.0.1" in ended.stderr
    assert ended.stderr.count("\n") == 1
