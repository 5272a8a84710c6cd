"""Where OSC is listened to and told, from what a performer types."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

Address = tuple[str, int]


@dataclass(frozen=True)
class OscPlan:
    """Where to listen, whom to tell, and whom to obey; none named is anybody who can reach it."""

    host: str = "127.0.0.1"
    port: int = 9000
    to: Address | None = None
    senders: frozenset[str] = frozenset()


def plan(listen: str, to: str | None = None, senders: Iterable[str] = ()) -> OscPlan:
    """A plan from `9000` or `host:9000`, and `host:port`. `ValueError`, one line, if it is none.

    OSC knows no passwords: beyond this machine only those are obeyed who are named.
    """
    host, port = _address(listen, "--osc", "127.0.0.1")
    if not 0 <= port <= 65535:
        raise ValueError(f"--osc: expected a port up to 65535, got {port}")
    obeyed = frozenset(senders)
    for each in obeyed:
        try:
            ipaddress.ip_address(each)
        except ValueError:
            raise ValueError(
                f"--osc-from: expected an address such as 192.168.1.20, got {each!r}"
            ) from None
    if not is_loopback(host) and not obeyed:
        raise ValueError(
            f"--osc {listen}: whoever reaches it could play; name who may with --osc-from ADDRESS"
        )
    if to is None:
        return OscPlan(host, port, None, obeyed)
    to_host, to_port = _address(to, "--osc-to", "127.0.0.1")
    if not 1 <= to_port <= 65535:
        raise ValueError(f"--osc-to: expected a port from 1 to 65535, got {to_port}")
    return OscPlan(host, port, (to_host, to_port), obeyed)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _address(told: str, option: str, usual: str) -> Address:
    host, _, port = told.rpartition(":")
    if not port.isdecimal() or len(port) > 5:
        raise ValueError(f"{option}: expected PORT or HOST:PORT, got {told!r}")
    return host or usual, int(port)
