"""What one page may do to the others: nothing, however it behaves. All real but the browser."""

import asyncio
import base64
import contextlib
import json
import os
import socket
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from listening import a_page
from performances import performing
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from immersions.server.security import LARGEST_BINARY
from immersions.server.sockets import MOST, SLOW_SECONDS, Pace

LOUD = {"layer": "encoder.1", "weight": 1.0, "channel": [0, 0.2], "pitch": [0, 1], "time": [0, 1]}


def pages(performance):
    with urllib.request.urlopen(performance.address + "api/health", timeout=20) as answer:
        return json.load(answer)["pages"]


@contextlib.contextmanager
def deaf(performance, path="/ws"):
    """A page that is let in and then takes nothing, not even from its own kernel's buffers."""
    where = urlsplit(performance.address)
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect((where.hostname, where.port))
        key = base64.b64encode(os.urandom(16)).decode()
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        assert raw.recv(12) == b"HTTP/1.1 101"
        yield raw


async def until_alone(performance, seconds):
    """How long until one page is left."""
    began = time.monotonic()
    while await asyncio.to_thread(pages, performance) > 1:
        assert time.monotonic() - began < seconds, "the deaf page is still there"
        await asyncio.sleep(0.2)
    return time.monotonic() - began


@pytest.mark.parametrize("dreaming", [True, False])
def test_a_page_that_takes_nothing_is_dropped_and_the_rest_go_on(performance, dreaming):
    async def play():
        async with a_page(performance.socket) as page:
            await page.until(lambda page: page.loops and page.loops[-1].layers)
            if dreaming:
                await page.say("target", ranges=[LOUD])
                await page.say("run", running=True)
                await page.until(lambda page: page.dreams)
            with deaf(performance):
                await asyncio.sleep(0.5)
                assert await asyncio.to_thread(pages, performance) == 2
                dropping = asyncio.create_task(until_alone(performance, 4 * SLOW_SECONDS))
                rounds = 0
                while not dropping.done():
                    known = page.loops[-1].id
                    if dreaming:
                        await page.say("pull", id=known)
                        await page.until(lambda page, known=known: page.loops[-1].id > known, 20)
                        rounds += 1
                    await asyncio.sleep(0.2)
                assert await dropping > 0.5 * SLOW_SECONDS
                assert (rounds > 5) == dreaming
            await page.say("run", running=False)
            await page.until(lambda page: not page.state["running"])

    asyncio.run(play())


def test_a_page_that_says_too_much_is_sent_away_with_one_line(performance):
    async def play():
        async with a_page(performance.socket) as page:
            async with connect(performance.socket, max_size=None) as loud:
                with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
                    for number in range(3000):
                        rate = 0.02 + 1e-6 * number
                        said = {"type": "set", "parameters": {"learning_rate": rate}}
                        await loud.send(json.dumps(said))
                    while True:
                        await asyncio.wait_for(loud.recv(), 20)
                assert closed.value.rcvd.code == 1008
                assert closed.value.rcvd.reason == "expected at most 200 messages a second"
            generation = page.state["generation"]
            await page.say("set", parameters={"learning_rate": 0.05})
            await page.until(lambda page: page.state["parameters"]["learning_rate"] == 0.05)
            assert page.state["generation"] > generation

    asyncio.run(play())


@pytest.mark.parametrize("query", ["", "?view"])
def test_who_asks_whether_the_server_is_still_there_is_told(performance, query):
    async def play():
        async with a_page(performance.socket + query) as page:
            await page.say("still_there")
            await page.until(lambda page: "still_here" in page.heard, 20)
            assert page.errors == []

    asyncio.run(play())


def test_a_second_s_messages_may_come_at_once_and_no_more():
    moment = 0.0
    pace = Pace(200, lambda: moment)
    assert sum(pace.take() for _ in range(1000)) == 200
    moment = 0.1
    assert sum(pace.take() for _ in range(1000)) == 20
    moment = 1000.0
    assert sum(pace.take() for _ in range(1000)) == 200


def test_eight_perform_and_sixty_four_watch(performance):
    async def play():
        async with contextlib.AsyncExitStack() as stack:

            async def enter(path):
                page = await stack.enter_async_context(
                    connect(performance.socket + path, max_size=None)
                )
                return json.loads(await asyncio.wait_for(page.recv(), 20))["type"]

            for path, role in (("?view", "viewer"), ("", "performer")):
                for _ in range(MOST[role]):
                    assert await enter(path) == "welcome"
                with pytest.raises(ConnectionClosed) as closed:
                    await enter(path)
                assert closed.value.rcvd.code == 1013
                assert f"at most {MOST[role]} {role}s" in closed.value.rcvd.reason
            assert await asyncio.to_thread(pages, performance) == sum(MOST.values())
        # Who leaves makes room.
        async with a_page(performance.socket):
            pass

    asyncio.run(play())


def test_bytes_of_a_loop_are_refused_in_one_line_and_more_not_read(performance):
    async def play():
        async with a_page(performance.socket) as page:
            await page.send(bytes(LARGEST_BINARY))
            await page.until(lambda page: page.errors)
            assert "JSON" in page.errors[0]
        async with connect(performance.socket, max_size=None) as page:
            with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
                await page.send(bytes(LARGEST_BINARY + 1))
                while True:
                    await asyncio.wait_for(page.recv(), 20)
            assert closed.value.rcvd is None or closed.value.rcvd.code == 1009

    asyncio.run(play())


def asked(address, path="", **headers):
    request = urllib.request.Request(address + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_where_others_can_reach_it_a_link_is_needed_and_is_not_logged():
    with performing("--host", "0.0.0.0") as running:
        link = urlsplit(running.address)
        token = link.query.removeprefix("token=")
        watch = urlsplit(running.process.stdout.readline().split()[2])
        assert watch.path == "/stage"
        assert link.path == "/"
        here = f"http://127.0.0.1:{link.port}/"
        assert asked(here)[0] == 403
        assert asked(here, "?token=wrong")[0] == 403
        assert asked(here, "?token=x", Host=f"evil.example:{link.port}")[0] == 403
        cookies = []
        for query in (link.query, watch.query):
            with urllib.request.urlopen(
                urllib.request.Request(
                    f"{here}icon.svg?{query}", headers={"Sec-Fetch-Site": "cross-site"}
                )
            ) as answer:
                cookies.append(answer.headers["Set-Cookie"].split(";")[0])
        assert json.loads(asked(here, "api/health", Cookie=cookies[0])[1])["status"] == "ok"
        assert asked(here, "api/health", Cookie=cookies[1])[0] == 403

        async def play():
            address = here.replace("http", "ws") + "ws"
            with pytest.raises(Exception, match="403"):
                async with connect(f"{address}?{link.query}"):
                    pass
            performer, viewer = ({"Cookie": cookie} for cookie in cookies)
            async with (
                a_page(address, additional_headers=performer) as page,
                a_page(address, additional_headers=viewer) as watching,
            ):
                await watching.say("set", parameters={"learning_rate": 0.09})
                await watching.until(lambda page: page.errors)
                await page.say("set", parameters={"learning_rate": 0.02})
                await watching.until(lambda page: page.state["parameters"]["learning_rate"] == 0.02)

        asyncio.run(play())
    assert token not in running.left
    assert watch.query.removeprefix("token=") not in running.left
