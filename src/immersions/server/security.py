"""What every request passes first: that it is meant for this server, comes from its page, and
from someone who may.

A page of another site can reach a server on this machine. It cannot lie about its `Origin`, and a
site that renames itself to this machine (DNS rebinding) cannot lie about its `Host`. CORS does not
cover WebSockets, so both are checked here, on every request. Where other machines can reach the
server, a cookie is asked for as well; see `immersions.server.access`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from immersions.server.access import Access
from immersions.server.doorkeeper import Doorkeeper

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LARGEST_TEXT = 64 * 2**10
"""Bytes of text in one WebSocket message from a page."""
LARGEST_BINARY = 4 * 48_000 * 16 + LARGEST_TEXT
"""Bytes in one WebSocket message: a loop of 16 s at 48 kHz in float32, and its header."""
LARGEST_BODY = 64 * 2**20 + 64 * 2**10
"""Bytes in one request: an upload of 64 MiB and its envelope."""

_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            # Drawing sets styles of single elements; no style sheet may be written in a page.
            "style-src-attr 'unsafe-inline'",
            "connect-src 'self'",
            "worker-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "media-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Guard:
    """ASGI middleware: checks Host, Origin and cookie, limits bodies, sets headers that protect.

    `hosts` are names by which the server may be called, beside those of this machine alone. With
    `access`, addresses in numbers are names too: no site can rename itself to one, and a cookie
    has to come with them. What the bearer may do is left in `request.state.role`.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], access: Access | None = None) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}
        self._doorkeeper = None if access is None else Doorkeeper(access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = _protected(send)
        answer = self._refusal(Headers(scope=scope))
        scope.setdefault("state", {})["role"] = "performer"
        if answer is None and self._doorkeeper is not None:
            answer = await self._doorkeeper.answer(scope)
        if answer is None:
            if scope["type"] == "http":
                receive = _limited(receive)
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            # Closed before it was accepted: the handshake is answered with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": ""})

    def _refusal(self, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._is_own(_name(f"//{host}")):
            return _forbidden("this server answers to its own name only")
        for origin in headers.getlist("origin"):
            if origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
                return _forbidden("this server answers to its own page only")
        return None

    def _is_own(self, name: str | None) -> bool:
        return name in self._hosts or (self._doorkeeper is not None and _is_number(name or ""))


def _forbidden(line: str) -> Response:
    return JSONResponse({"detail": line}, 403)


def _name(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
        return None if parts.username or parts.path else parts.hostname
    except ValueError:
        return None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _protected(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return wrapped


def _limited(receive: Receive) -> Receive:
    received = 0

    async def wrapped() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413, f"expected at most {LARGEST_BODY // 2**20} MB")
        return message

    return wrapped
