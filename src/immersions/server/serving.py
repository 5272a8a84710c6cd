"""Serve a performance until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn

from immersions.server.app import make_app
from immersions.server.ears import EarChoice, choices
from immersions.server.hands import Wiring
from immersions.server.library import Library
from immersions.server.room import Room
from immersions.server.security import LARGEST_TEXT, LOOPBACK

PARTING_SECONDS = 2


@dataclass(frozen=True)
class Stage:
    """What `immersions perform` is asked for."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 takes any that is free."""
    ear: str = "small"
    threads: int = 1
    wiring: Wiring = field(default_factory=Wiring)
    """MIDI ports of this machine, and OSC."""


def perform(stage: Stage, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is called with the page's address once it answers.

    Raises `ValueError` or `OSError`, one line, when it cannot begin.
    """
    with bind(stage.host, stage.port) as listening:
        ear, ears = choices(stage.ear)
        port = listening.getsockname()[1]
        name = f"[{stage.host}]" if ":" in stage.host else stage.host
        asyncio.run(_serve(stage, ear, ears, listening, lambda: ready(f"http://{name}:{port}/")))


async def _serve(
    stage: Stage,
    ear: str,
    ears: dict[str, EarChoice],
    listening: socket.socket,
    ready: Callable[[], None],
) -> None:
    room = Room(Library(), ears, ear, stage.threads, wiring=stage.wiring)
    await room.hands.open()
    config = uvicorn.Config(
        make_app(room, stage.host),
        log_level="warning",
        ws_max_size=LARGEST_TEXT,
        # Sound and pictures do not get smaller, and the page is near.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=PARTING_SECONDS,
        server_header=False,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    telling = asyncio.create_task(_tell_when_started(server, ready))
    try:
        await server.serve(sockets=[listening])
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell_when_started(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(ready)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on this machine alone. `ValueError` or `OSError` with one line."""
    if not is_loopback(host):
        raise ValueError(
            f"{host}: expected an address of this machine alone, such as 127.0.0.1; "
            "whoever reaches a performance can play it"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise OSError(f"{host}:{port}: cannot listen there: {reason}; try --port 0") from None
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host in LOOPBACK
