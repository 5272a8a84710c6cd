"""OSC over real sockets on this machine; python-osc speaks the other side."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from a_hand import SURFACE, MemoryHand
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage as Theirs
from pythonosc.osc_message_builder import OscMessageBuilder

from immersions.stage.controls import addresses, packets
from immersions.stage.controls.control import Place
from immersions.stage.controls.osc import Osc, listen
from immersions.stage.controls.osc_plan import OscPlan
from immersions.stage.controls.packets import BUNDLE, DEEPEST, OscMessage, read, write

FAR = time.time() + 1e6


def message(address: str, *values: Any) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build().dgram


def nested(data: bytes, levels: int) -> bytes:
    for _ in range(levels):
        data = BUNDLE + struct.pack(">Q", 1) + struct.pack(">I", len(data)) + data
    return data


class Rig:
    def __init__(self, osc: Osc, hand: MemoryHand, problems: list[str], out: socket.socket) -> None:
        self.osc, self.hand, self.problems, self.out = osc, hand, problems, out

    async def send(self, *data: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for each in data:
                sender.sendto(each, self.osc.address)
        await asyncio.sleep(0.05)

    async def until(self, true: Callable[[], bool]) -> None:
        """The machine may be busy: what must happen is waited for."""
        for _ in range(400):
            if true():
                return
            await asyncio.sleep(0.025)
        raise AssertionError(f"not within 10 s; set so far: {self.hand.sets}")

    async def heard(self, name: str = "") -> dict[str, float]:
        """What was sent where changes are told; waits for an address where one is named."""
        found: dict[str, float] = {}
        await asyncio.sleep(0.05)
        await self.until(lambda: name in self.take(found) or not name)
        return found

    def take(self, found: dict[str, float]) -> dict[str, float]:
        with contextlib.suppress(BlockingIOError):  # nothing more has come
            while True:
                for each in OscBundle(self.out.recv(65536)):
                    found[each.address] = each.params[0]
        return found


@asynccontextmanager
async def rigged(**plan: Any) -> AsyncIterator[Rig]:
    hand, problems = MemoryHand(), []
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind(("127.0.0.1", 0))
    out.setblocking(False)
    options = OscPlan(port=0, to=("localhost", out.getsockname()[1]), **plan)
    osc = await listen(SURFACE, hand, options, problems.append)
    try:
        yield Rig(osc, hand, problems, out)
    finally:
        osc.close()
        out.close()
        await asyncio.sleep(0)


def run(of: Callable[[Rig], Coroutine[Any, Any, None]], **plan: Any) -> None:
    async def go() -> None:
        async with rigged(**plan) as rig:
            await of(rig)

    asyncio.run(go())


def test_controls_are_set_by_position_by_unit_and_by_deck() -> None:
    async def go(rig: Rig) -> None:
        await rig.send(
            message("/immersions/level", 0.25),
            message("/immersions/bpm/value", 90),
            message("/immersions/deck/c/rate", 1.0),
            message("/immersions/dream", True),
            message("/immersions/restart"),
            message("/immersions/deck/b/restart", 1.0),
            message("/immersions/tap", 0.0),  # let go
        )
        await rig.until(lambda: len(rig.hand.done) == 2)
        assert rig.hand.value("level") == 0.25
        assert rig.hand.value("bpm") == 90
        assert rig.hand.value("rate", 2) == 1
        assert rig.hand.value("dream") == 1
        assert rig.hand.done == [Place("restart", 0), Place("restart", 1)]
        assert rig.problems == []

    run(go)


def test_a_flood_is_reduced_to_the_newest() -> None:
    async def go(rig: Rig) -> None:
        began = time.monotonic()
        for hundred in range(20):
            steps = range(100 * hundred, 100 * hundred + 100)
            await rig.send(*[message("/immersions/level", n / 1999) for n in steps])
        lasted = time.monotonic() - began
        await rig.until(lambda: rig.hand.value("level") == 1)
        assert len(rig.hand.sets) <= lasted / 0.005 + 2

    run(go)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"nonsense", "begins with /"),
        (message("/immersions/level", 1.5), "expected 0 to 1, got 1.5"),
        (message("/immersions/level", "loud"), "expected a number"),
        (message("/immersions/level/value", 9.0), "level: expected 0 to 1"),
        (message("/immersions/lever", 0.5), "no control has this address"),
        (message("/other/level", 0.5), "below /immersions"),
        (message("/immersions/deck/e/level", 0.5), "a deck from a to d"),
        (message("/immersions/deck/a/bpm", 0.5), "of the whole performance"),
        (message("/immersions/level", float("nan")), "expected 0 to 1"),
        (nested(message("/immersions/level", 0.1), 100), "at most 8 bundles"),
    ],
)
def test_what_cannot_be_obeyed_is_one_line_and_the_rest_goes_on(data: bytes, said: str) -> None:
    async def go(rig: Rig) -> None:
        await rig.send(*[data] * 20, message("/immersions/level", 0.75))
        await rig.until(lambda: rig.hand.value("level") == 0.75)
        assert len(rig.problems) <= 2  # a line a second
        assert said in rig.problems[0]

    run(go)


def test_bundles_within_bundles_and_far_time_tags_are_obeyed_now() -> None:
    async def go(rig: Rig) -> None:
        bundle = OscBundleBuilder(FAR)
        inner = OscBundleBuilder(FAR + 1e6)
        built = OscMessageBuilder("/immersions/level")
        built.add_arg(0.125)
        inner.add_content(built.build())
        bundle.add_content(inner.build())
        await rig.send(bundle.build().dgram)
        await rig.until(lambda: rig.hand.value("level") == 0.125)
        await rig.send(nested(message("/immersions/level", 0.5), DEEPEST))
        await rig.until(lambda: rig.hand.value("level") == 0.5)

    run(go)


def test_questions_are_answered_to_who_asks() -> None:
    async def go(rig: Rig) -> None:
        rig.hand.set("level", 0.75, 3)
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind(("127.0.0.1", 0))
            asker.setblocking(False)
            asker.sendto(message("/immersions/deck/d/level"), rig.osc.address)
            answer = OscBundle(await asyncio.wait_for(loop.sock_recv(asker, 65536), 5))
            assert [(each.address, each.params) for each in answer] == [
                ("/immersions/deck/d/level", [0.75]),
                ("/immersions/deck/d/level/value", [0.75]),
            ]
            asker.sendto(message("/immersions"), rig.osc.address)
            found: set[str] = set()
            while not {addresses.of(each) for each in SURFACE.places()} <= found:
                packet = await asyncio.wait_for(loop.sock_recv(asker, 65536), 10)
                assert len(packet) <= packets.LARGEST_OUT
                found |= {each.address for each in OscBundle(packet)}

    run(go)


def test_changes_are_told_once_with_their_newest_value() -> None:
    async def go(rig: Rig) -> None:
        rig.osc.changed()
        everything = await rig.heard("/immersions/bpm/value")
        assert everything["/immersions/bpm/value"] == 120
        for value in range(100, 150):
            rig.hand.set("bpm", value)
            rig.osc.changed("bpm")
        told = await rig.heard("/immersions/bpm/value")
        assert told == {
            "/immersions/bpm": pytest.approx(129 / 280),
            "/immersions/bpm/value": 149,
        }
        rig.osc.changed("bpm")
        assert await rig.heard() == {}

    run(go)


def test_what_comes_by_osc_is_not_told_back() -> None:
    async def go(rig: Rig) -> None:
        rig.osc.changed()
        await rig.heard("/immersions/bpm/value")
        await rig.heard()
        await rig.send(message("/immersions/bpm/value", 140.0))
        await rig.until(lambda: rig.hand.value("bpm") == 140)
        rig.osc.changed("bpm")
        await asyncio.sleep(0.4)
        assert await rig.heard() == {}
        rig.hand.set("bpm", 150)
        rig.osc.changed("bpm")
        assert (await rig.heard("/immersions/bpm/value"))["/immersions/bpm/value"] == 150

    run(go)


def test_others_than_those_named_are_not_obeyed() -> None:
    async def go(rig: Rig) -> None:
        await rig.send(message("/immersions/level", 1.0))
        assert rig.hand.sets == []

    run(go, senders=frozenset({"192.0.2.1"}))


def test_a_port_that_is_taken_is_one_line() -> None:
    async def go(rig: Rig) -> None:
        plan = OscPlan(port=rig.osc.address[1])
        with pytest.raises(OSError, match="OSC: cannot listen on 127"):
            await listen(SURFACE, rig.hand, plan, print)

    run(go)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: BUNDLE + tail))
def test_any_bytes_are_messages_or_a_value_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert all(each.address.startswith("/") for each in read(data))


@settings(deadline=None)
@given(
    st.lists(
        st.floats(width=32, allow_nan=False)
        | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        max_size=5,
    )
)
def test_theirs_reads_what_we_write_and_we_read_theirs(arguments: list[float | str]) -> None:
    ours = write(OscMessage("/a/b", tuple(arguments)))
    assert list(Theirs(ours).params) == arguments
    (again,) = read(message("/a/b", *arguments))
    assert list(again.arguments) == arguments


def test_every_type_is_read() -> None:
    data = b"/x\0\0,ifsbhdTFNI[i]\0\0" + struct.pack(">if", 1, 2.0) + b"ab\0\0"
    data += struct.pack(">I", 1) + b"z\0\0\0" + struct.pack(">qdi", 3, 4.0, 5)
    (found,) = read(data)
    assert found.arguments == (1, 2.0, "ab", b"z", 3, 4.0, True, False, None, 1.0, 5)
