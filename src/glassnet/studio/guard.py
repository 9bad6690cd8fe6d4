"""The guard before every route: who may ask, from where, and how much.

Another page in the same browser can send requests to this machine, and a name that it owns can point here (DNS
rebinding). So only addresses of numbers and localhost are answered, what changes something must come from this page,
and everything needs the cookie that the address with the token sets.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "connect-src 'self'", "font-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
SAFE = ("GET", "HEAD")
OPEN = "/open"  # where a password is given


class Guard:
    """Lets a request through, or answers it itself.

    Parameters
    ----------
    app : ASGI application
        Behind the guard.
    token : str
        That the address has once.
    password : str, optional
        Asked for in place of the token where other machines can connect.
    """

    def __init__(self, app: App, token: str, password: str | None = None) -> None:
        self.app: App = app
        self.token: str = token
        self.password: str | None = password
        self.key: str = secrets.token_urlsafe(32)  # what the cookie holds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refused(scope, headers)
        if refused is None:
            await self.app(scope, receive, with_headers(send))
        else:
            await answer(with_headers(send), *refused)

    def cookie(self, headers: dict[str, str]) -> str:
        """Return the cookie's name: other servers of this machine share its cookies, whatever their port."""
        port = urlsplit(f"//{headers.get('host', '')}").port
        return f"glassnet-studio-{port or 80}"

    def knows(self, headers: dict[str, str]) -> bool:
        """Return whether a request has the cookie."""
        name = self.cookie(headers)
        for each in headers.get("cookie", "").split(";"):
            found, _, value = each.strip().partition("=")
            if found == name and equal(value, self.key):
                return True
        return False

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Return the status and the line that refuse a request; None where it may pass."""
        if not is_own_host(headers.get("host", "")):
            return 403, f"expected an address of numbers or localhost as Host; got {headers.get('host', '')!r:.60}"
        path, changes = scope["path"], scope["method"] not in SAFE
        if scope["method"] not in (*SAFE, "POST"):
            return 405, f"expected GET or POST; got {scope['method']:.20}"
        if (changes or path.startswith("/api/")) and not is_same_origin(headers, changes=changes):
            return 403, "this is answered to the studio's own page alone, not to another site"
        if path == OPEN or (path == "/" and not changes):
            return None  # the page's route looks at token, password and cookie itself
        if not self.knows(headers):
            return 403, "open the address with its token that `glassnet studio` printed"
        return None


def equal(given: str, right: str) -> bool:
    """Return whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def is_own_host(host: str) -> bool:
    """Return whether a Host header names localhost or an address of numbers."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.netloc != host or "@" in host:
        return False
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_same_origin(headers: dict[str, str], *, changes: bool) -> bool:
    """Return whether a request comes from this page: by Sec-Fetch-Site, or by Origin where a browser sends none."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin" and (changes or site != "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin == f"http://{headers.get('host', '')}"


def with_headers(send: Send) -> Send:
    """Return a `send` that adds the headers of every answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *own]}
        await send(message)

    return sending


async def answer(send: Send, status: int, line: str) -> None:
    """Answer with one line of text."""
    body = line.encode("utf-8", "backslashreplace")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
