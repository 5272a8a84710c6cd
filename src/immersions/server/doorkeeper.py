"""Lets in who has a cookie, gives one to who brings a token, and is slow with who guesses."""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from immersions.server.access import ROLES, Access, Role, cookie_name, cookies_in

WATCHED = "/stage"
"""The page of the viewers."""
_FOR_VIEWERS = (WATCHED, "/assets/", "/icon.svg", "/api/layout/", "/ws")

GUESS_SECONDS = 1.0
"""How long a wrong token or cookie waits for its answer."""
MOST_GUESSES = 4
"""So many of one address may wait; more are not even looked at."""

ASK = "this performance asks for its link: open the one that the server printed at its start"
WRONG = "this link or cookie is of another performance: open the link that this server printed"


class Doorkeeper:
    """Asked by `Guard` for every request. For one event loop."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._guessing: Counter[str] = Counter()

    async def answer(self, scope: Scope) -> Response | None:
        """None lets a request in, its role in `scope["state"]`; else this is what it gets."""
        headers = Headers(scope=scope)
        address = (scope.get("client") or ("",))[0]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in query if name == "token"]
        page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        shown = cookies_in(headers.get("cookie", ""))
        port = _port(headers)
        presented = bool(tokens) if page else False
        presented |= any(cookie_name(role, port) in shown for role in ROLES)
        if not presented:
            return _refused(ASK)
        if self._guessing[address] >= MOST_GUESSES:
            return _refused("too many wrong links from this address: wait a second", 429)
        if page and tokens:
            role = self._access.role_of(tokens[0])
            if role is not None:
                rest = [pair for pair in query if pair[0] != "token"]
                return self._admit(role, scope, headers, rest)
        elif (role := self._access.role_of_cookies(shown, port)) is not None:
            scope["state"]["role"] = role
            return None if role == "performer" else _for_viewer(scope, page)
        await self._hold_up(address)
        return _refused(WRONG)

    def _admit(
        self, role: Role, scope: Scope, headers: Headers, query: list[tuple[str, str]]
    ) -> Response:
        # No host in it, and no address that would be read as one.
        path = "/" + scope["path"].lstrip("/\\")
        where = path + (f"?{urlencode(query)}" if query else "")
        response: Response
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            response = RedirectResponse(where, 303)
        else:
            # A link on another site: a browser keeps a strict cookie back on all redirects from
            # there, and sends it when our own answer leads on.
            response = Response(
                headers={"Refresh": f"0; url={RedirectResponse(where).headers['location']}"}
            )
        cookie = self._access.cookie(role, _port(headers), scope["scheme"] == "https")
        response.headers["Set-Cookie"] = cookie
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _hold_up(self, address: str) -> None:
        self._guessing[address] += 1
        try:
            await asyncio.sleep(GUESS_SECONDS)
        finally:
            self._guessing[address] -= 1
            if self._guessing[address] <= 0:
                del self._guessing[address]


def _for_viewer(scope: Scope, page: bool) -> Response | None:
    if page and scope["path"] == "/":
        return RedirectResponse(WATCHED, 303)
    own = any(scope["path"] == path or scope["path"].startswith(path) for path in _FOR_VIEWERS)
    if own and (page or scope["type"] == "websocket"):
        return None
    return _refused("viewers watch, and change nothing")


def _refused(line: str, status: int = 403) -> Response:
    return JSONResponse({"detail": line}, status)


def _port(headers: Headers) -> str:
    """Of the address that the browser knows, which a tunnel may have changed."""
    port = headers.get("host", "").rpartition("]")[2].rpartition(":")[2]
    return port if port.isdecimal() else "80"
