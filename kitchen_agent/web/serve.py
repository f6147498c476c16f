"""The web server of the kitchen: it listens, says where, and serves until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import uvicorn

from kitchen_agent.errors import AddressError
from kitchen_agent.live.background import Opener
from kitchen_agent.live.understand import Reads
from kitchen_agent.web.desk import Desk
from kitchen_agent.web.guard import own_names
from kitchen_agent.web.routes import build_app

ANYWHERE: Final = ("0.0.0.0", "::", "")


def serve(opened: Opener, reader: Callable[[], Reads], host: str, port: int, session: str | None) -> None:
    """Serve the sessions until the process is told to stop. Port 0 is any that is free. Raises AddressError."""
    with _listening(host, port) as listening:
        own = listening.getsockname()
        path = f"/sessions/{session}" if session else "/"
        print(f"The kitchen is at {_address(_reached_at(host), own[1])}{path}", flush=True)
        if host in ANYWHERE:
            print("Everybody in this network can see it and tap.", flush=True)
        app = build_app(Desk(opened, reader), own_names(host))
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, ws="none", http="h11")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressError(host, port, str(error.strerror)) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        raise AddressError(host, port, str(error.strerror)) from error
    return listening


def _reached_at(host: str) -> str:
    """The name or address under which others reach a server that listens on `host`."""
    if host not in ANYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only says which address would be used
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
