"""OSC in and out over UDP. What comes faster than it can be obeyed is reduced to the newest."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from immersions.stage.controls import addresses, packets
from immersions.stage.controls.control import Hand, Place, Surface
from immersions.stage.controls.osc_plan import Address, OscPlan
from immersions.stage.controls.packets import OscMessage

IN_SECONDS = 0.005
"""Controls are set at most so often."""
OUT_SECONDS = 0.02
"""Changes are told at most so often."""
ECHO_SECONDS = 0.25
"""What was set by OSC is not told back while it is being turned."""
MOST_ASKERS = 16
"""Senders that are answered at once."""


class Osc(asyncio.DatagramProtocol):
    """One UDP socket. `on_problem` is given a line for what cannot be obeyed, once in a while."""

    def __init__(
        self, surface: Surface, hand: Hand, plan: OscPlan, on_problem: Callable[[str], None]
    ) -> None:
        self._surface = surface
        self._hand = hand
        self._plan = plan
        self._on_problem = on_problem
        self._transport: asyncio.DatagramTransport | None = None
        self._loop = asyncio.get_running_loop()
        self._wanted: dict[Place, float] = {}
        self._actions: dict[Place, None] = {}
        self._asked: dict[Address, dict[Place, None]] = {}
        self._in: asyncio.TimerHandle | None = None
        self._out: asyncio.TimerHandle | None = None
        self._changed: set[str] = set()
        self._known: dict[Place, float] = {}
        self._set: dict[Place, tuple[float, float]] = {}
        self._told_problem = -1e9

    @property
    def address(self) -> Address:
        """Where it listens."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    def close(self) -> None:
        for handle in (self._in, self._out):
            if handle is not None:
                handle.cancel()
        if self._transport is not None:
            self._transport.close()

    def changed(self, control: str | None = None) -> None:
        """A control has another value, or all may have (None)."""
        if self._plan.to is None:
            return
        names = (each.name for each in self._surface.parameters) if control is None else (control,)
        self._changed.update(names)
        if self._out is None:
            self._out = self._loop.call_later(OUT_SECONDS, self._tell)

    # What asyncio calls.

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def error_received(self, exc: Exception) -> None:
        """Nobody listens where changes are told: that is their affair."""

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._plan.senders and addr[0] not in self._plan.senders:
            return
        try:
            messages = packets.read(data)
        except ValueError as error:
            self._complain(str(error))
            return
        for message in messages:
            try:
                self._take(message, (addr[0], addr[1]))
            except ValueError as error:
                self._complain(str(error))
        if self._in is None and (self._wanted or self._actions or self._asked):
            self._in = self._loop.call_later(IN_SECONDS, self._obey)

    def _take(self, message: OscMessage, sender: Address) -> None:
        if message.address == addresses.ROOT:
            for place in self._surface.places():
                self._ask(sender, place)
            return
        asked = addresses.find(message.address, self._surface)
        parameter = self._surface.parameter(asked.place.name)
        if parameter is None:
            # Buttons of touch screens send 1 when pressed and 0 when let go.
            if not message.arguments or message.arguments[0] not in (0, False):
                self._actions[asked.place] = None
        elif not message.arguments:
            self._ask(sender, asked.place)
        else:
            value = addresses.value_of(asked, parameter, message.arguments)
            self._wanted[asked.place] = value

    def _ask(self, sender: Address, place: Place) -> None:
        if sender in self._asked or len(self._asked) < MOST_ASKERS:
            self._asked.setdefault(sender, {})[place] = None

    def _obey(self) -> None:
        self._in = None
        wanted, self._wanted = self._wanted, {}
        actions, self._actions = self._actions, {}
        asked, self._asked = self._asked, {}
        now = self._loop.time()
        for place, value in wanted.items():
            with self._problems():
                self._set[place] = (value, now)
                self._hand.set(place.name, value, place.deck)
        for place in actions:
            with self._problems():
                self._hand.act(place.name, place.deck)
        for sender, places in asked.items():
            self._send(self._values(places), sender)

    def _tell(self) -> None:
        self._out = None
        now = self._loop.time()
        news: list[Place] = []
        for place in self._surface.places():
            if place.name not in self._changed:
                continue
            value = self._hand.value(place.name, place.deck)
            if value is None or self._known.get(place) == value:
                continue
            set_to, at = self._set.get(place, (None, -1e9))
            if now - at < ECHO_SECONDS:
                self._out = self._out or self._loop.call_later(ECHO_SECONDS, self._tell)
                continue
            self._known[place] = value
            if set_to != value:
                news.append(place)
        if self._out is None:
            self._changed.clear()
        if self._plan.to is not None:
            self._send(self._values(dict.fromkeys(news)), self._plan.to)

    def _values(self, places: dict[Place, None]) -> list[OscMessage]:
        found: list[OscMessage] = []
        for place in places:
            parameter = self._surface.parameter(place.name)
            value = self._hand.value(place.name, place.deck)
            if parameter is not None and value is not None:
                found += addresses.told(place, value, parameter)
        return found

    def _send(self, messages: list[OscMessage], to: Address) -> None:
        assert self._transport is not None
        for packet in packets.bundles(messages):
            if not self._transport.is_closing():
                self._transport.sendto(packet, to)

    @contextlib.contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            self._complain(f"OSC: {error}")

    def _complain(self, line: str) -> None:
        """At most a line a second: a flood of nonsense is one line."""
        if self._loop.time() - self._told_problem >= 1:
            self._told_problem = self._loop.time()
            self._on_problem(line)


async def listen(
    surface: Surface, hand: Hand, plan: OscPlan, on_problem: Callable[[str], None]
) -> Osc:
    """Begin to listen. Raises `OSError`, one line, where that cannot be."""
    loop = asyncio.get_running_loop()
    if plan.to is not None:
        try:
            # Once, before anything plays: a name is not looked up for each packet.
            found = await loop.getaddrinfo(*plan.to, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except OSError as error:
            raise OSError(f"OSC: cannot find {plan.to[0]}: {error.strerror}") from None
        plan = replace(plan, to=(str(found[0][4][0]), plan.to[1]))
    try:
        _, osc = await loop.create_datagram_endpoint(
            lambda: Osc(surface, hand, plan, on_problem), local_addr=(plan.host, plan.port)
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"OSC: cannot listen on {plan.host}:{plan.port}: {reason}") from None
    return osc
