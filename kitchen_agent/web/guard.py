"""Who may ask: pages of this server only, under a name that is really its own."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing is loaded from elsewhere, nothing written into a page runs, and no other page shows this one in a frame."""


class Guard:
    """Refuses requests under foreign names and posts from other sites; adds `HEADERS` to every answer.

    A page of another site can send requests here, and by DNS rebinding even read the answers, but then the browser
    names that site as the host or as the origin. An address in figures cannot be rebound.
    """

    def __init__(self, app: ASGIApp, own_names: frozenset[str]) -> None:
        self._app, self._names = app, own_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if fault := self._fault(scope["method"], Headers(scope=scope)):
            await PlainTextResponse(fault, 403)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _fault(self, method: str, headers: Headers) -> str:
        host = headers.get("host", "")
        name = _name(host)
        if name not in self._names and not _is_address(name):
            return f"{name!r} is not a name of this kitchen: open the address that kitchen serve printed"
        if method not in ("GET", "HEAD") and _site(headers.get("origin", "")) != host.lower():
            return "this came from another site"
        return ""


def own_names(host: str) -> frozenset[str]:
    """The names under which a server that listens on `host` is reached in its network."""
    machine = socket.gethostname().lower()
    return frozenset({"localhost", host.lower(), machine, f"{machine.partition('.')[0]}.local"})


def _site(origin: str) -> str:
    """The host and port of an origin; empty for what is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


def _name(host: str) -> str:
    """The host without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
