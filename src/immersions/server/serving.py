"""Serve a performance until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from immersions.server.access import Access, Role, kept_token, new_token
from immersions.server.app import make_app
from immersions.server.hands import Wiring
from immersions.server.returning import open_room
from immersions.server.room import Room
from immersions.server.security import LARGEST_BINARY, LOOPBACK
from immersions.server.sockets import SLOW_SECONDS, Address
from immersions.stage.folders import folder
from immersions.stage.link import LinkSession

PARTING_SECONDS = 2
_ANY = ("0.0.0.0", "::", "")


@dataclass(frozen=True)
class Certificate:
    """What the server shows browsers, so that they encrypt what they say to it."""

    chain: Path
    """PEM."""
    key: Path
    """PEM, not encrypted; it may be the same file."""

    def check(self) -> None:
        """`ValueError` or `OSError`, one line, where the two cannot be used."""
        for path in (self.chain, self.key):
            path.open("rb").close()
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                self.chain, self.key, password=_no_password
            )
        except ssl.SSLError as error:
            raise ValueError(
                f"{self.chain}, {self.key}: expected a certificate and its key as PEM: "
                f"{error.reason or error}"
            ) from None


def _no_password() -> str:
    raise ValueError("the certificate's key is encrypted; expected one that is not")


@dataclass(frozen=True)
class Stage:
    """What `immersions perform` is asked for."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 takes any that is free."""
    ear: str | None = None
    """None for the one that was played last, or the usual one."""
    threads: int = 1
    token: str | None = field(default=None, repr=False)
    """What the page's link carries; None makes one where others can reach `host`."""
    certificate: Certificate | None = None
    """With one, the page is at `https`, and nothing is said in the open."""
    keep: Path | None = None
    """The folder of all performances, for logs and recordings; None keeps nothing."""
    fresh: bool = False
    """Begin a new performance, whatever was played last."""
    wiring: Wiring = field(default_factory=Wiring)
    """MIDI ports of this machine, and OSC."""
    link: bool = False
    """Whether the tempo is shared by Ableton Link, which must be installed."""


@dataclass(frozen=True)
class Links:
    """Where the performance is played, and where it can only be watched."""

    play: str
    watch: str


def perform(stage: Stage, ready: Callable[[Links], None]) -> None:
    """Serve until interrupted; `ready` is called with the pages' addresses once they answer.

    Raises `ValueError` or `OSError`, one line, when it cannot begin.
    """
    if stage.certificate is not None:
        stage.certificate.check()
    access = _access(stage)
    with bind(stage.host, stage.port) as listening:
        links = _links(stage, listening.getsockname()[1], access)
        room = open_room(stage.ear, stage.threads, stage.keep, stage.fresh, stage.wiring)
        if stage.link:
            room.time.session = LinkSession(room.desk["bpm"])
        app = make_app(room, _names(stage.host, access), access=access)
        asyncio.run(_serve(room, app, listening, lambda: ready(links), stage.certificate))


def _access(stage: Stage) -> Access | None:
    if stage.token is not None:
        return Access(stage.token)
    if is_loopback(stage.host):
        return None
    try:
        return Access(kept_token(folder("state") / "token"))
    except RuntimeError:  # nobody knows where this user's home is
        return Access(new_token())


def _names(host: str, access: Access | None) -> set[str]:
    if access is None:
        return {host}
    name = socket.gethostname()
    return {host, name, f"{name}.local"}


def _links(stage: Stage, port: int, access: Access | None) -> Links:
    host = stage.host
    if host in _ANY:
        host = own_address(socket.AF_INET6 if host == "::" else socket.AF_INET)
    name = f"[{host}]" if ":" in host else host
    scheme = "http" if stage.certificate is None else "https"

    def link(path: str, role: Role) -> str:
        token = "" if access is None else f"?token={access.link_token(role)}"
        return f"{scheme}://{name}:{port}/{path}{token}"

    return Links(link("", "performer"), link("stage", "viewer"))


def own_address(family: socket.AddressFamily) -> str:
    """The address by which other machines probably reach this one. Sends nothing."""
    beyond = "2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((beyond, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


async def _serve(
    room: Room,
    app: FastAPI,
    listening: socket.socket,
    ready: Callable[[], None],
    certificate: Certificate | None,
) -> None:
    await room.hands.open()
    config = uvicorn.Config(
        app,
        log_level="warning",
        # A link's token is in the address that it would write.
        access_log=False,
        ws_max_size=LARGEST_BINARY,
        # Sound and pictures do not get smaller, and the page is near.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=PARTING_SECONDS,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    server = uvicorn.Server(config)
    app.state.abort = lambda client: _abort(server, client)
    telling = asyncio.create_task(_tell_when_started(server, ready))
    try:
        await server.serve(sockets=[listening])
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def _abort(server: uvicorn.Server, client: Address) -> None:
    """Hang up at once, with whatever is not yet sent."""
    for connection in tuple(server.server_state.connections):
        transport = getattr(connection, "transport", None)
        if getattr(connection, "client", None) == client and transport is not None:
            transport.abort()


async def _tell_when_started(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(ready)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. `OSError` with one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":
            # What was written and is not taken: the kernel gives up, too.
            slow = round(1000 * SLOW_SECONDS)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, slow)
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
