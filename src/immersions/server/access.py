"""Who may do what, where others than this machine can reach the server.

One token makes a performer, another one a viewer. A link carries a token once; the answer is a
cookie, and the address without the token. Cookies and the viewer's token are derived from the
performer's, so nothing else has to be kept, and none of them tells the token that it came from.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Role = Literal["performer", "viewer"]
ROLES: tuple[Role, ...] = ("performer", "viewer")

SHORTEST_TOKEN = 22
"""Characters of 6 bits each: 132 bits."""
_FEWEST_KINDS = 10
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_TOKEN},200}}")
COOKIE_DAYS = 30


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def kept_token(path: Path) -> str:
    """The token that was made at an earlier start, or a new one, for this user's eyes alone.

    Links and cookies stay valid over a restart. Where nothing can be kept, it is new each time.
    """
    try:
        return Access(path.read_text("ascii").strip()).token
    except (OSError, ValueError):
        token = new_token()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token + "\n")
    return token


@dataclass(frozen=True)
class Access:
    """What the tokens and cookies of one performance are. Never shown but by its links."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        # What was given is not repeated in the message: it would end in a log.
        if not _TOKEN.fullmatch(self.token) or len(set(self.token)) < _FEWEST_KINDS:
            raise ValueError(
                f"token: expected {SHORTEST_TOKEN} to 200 letters, digits, - and _ without a "
                "pattern, as `openssl rand -hex 16` gives them"
            )

    def link_token(self, role: Role) -> str:
        """What a link for this role carries."""
        return self.token if role == "performer" else self._derived("link", role)

    def role_of(self, token: str) -> Role | None:
        """What a link's token makes of its bearer. Takes the same time for any wrong one."""
        return self._match(token, {role: self.link_token(role) for role in ROLES})

    def role_of_cookies(self, cookies: dict[str, str], port: str) -> Role | None:
        """What a browser's cookies make of it: the most that one of them says."""
        for role in ROLES:
            shown = cookies.get(cookie_name(role, port), "")
            if self._match(shown, {role: self._derived("cookie", role)}):
                return role
        return None

    def cookie(self, role: Role, port: str, secure: bool) -> str:
        """The value of a `Set-Cookie` header. Scripts cannot read it, other sites not send it."""
        parts = [
            f"{cookie_name(role, port)}={self._derived('cookie', role)}",
            *("Path=/", f"Max-Age={COOKIE_DAYS * 86400}", "HttpOnly", "SameSite=Strict"),
        ]
        return "; ".join([*parts, "Secure"] if secure else parts)

    def _derived(self, purpose: str, role: Role) -> str:
        key, text = self.token.encode(), f"immersions {purpose} {role}".encode()
        digest = hmac.new(key, text, hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    @staticmethod
    def _match(shown: str, valid: dict[Role, str]) -> Role | None:
        found: Role | None = None
        for role, token in valid.items():
            # All are compared, whether or not one has matched.
            if secrets.compare_digest(shown.encode(), token.encode()):
                found = role
        return found


def cookie_name(role: Role, port: str) -> str:
    """Browsers do not tell ports apart in cookies; two performances on a machine must."""
    return f"immersions-{role}-{port}"


def cookies_in(header: str) -> dict[str, str]:
    """Names and values of a `Cookie` header."""
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}
