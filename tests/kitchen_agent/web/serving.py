"""`kitchen serve` as a process of its own, and requests to it as a browser makes them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from kitchen_agent.live.events import Recorded
from kitchen_agent.live.sessions import database_url
from kitchen_agent.live.store import SessionStore
from kitchen_agent.web.told import Tells

KITCHEN: Final = (sys.executable, "-m", "kitchen_agent")


class Server:
    """A running server for the sessions of the folder `data`."""

    def __init__(self, data: Path, port: int = 0, *words: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [*KITCHEN, "serve", "--port", str(port), *words],
            env=environment(data),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, said
        self.address = found[0].rstrip("/")
        self.port = int(urlsplit(self.address).port or 0)

    def kill(self) -> None:
        """Let it die as by `kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit status."""
        return self._end(signal.SIGINT)

    def page(self, session: str) -> str:
        """The address of a session's page."""
        return f"http://127.0.0.1:{self.port}/sessions/{session}"

    def post(self, path: str, body: object, **headers: str) -> tuple[int, str]:
        """The status and text of what a page of this server posts; `headers` in place of its own."""
        own = {"Origin": f"http://127.0.0.1:{self.port}", "Host": f"127.0.0.1:{self.port}"}
        return self._asked("POST", path, json.dumps(body), own | headers)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """The status and text of a page."""
        return self._asked("GET", path, None, headers)

    def events(self, session: str) -> list[Recorded]:
        """What people told in a session."""
        store = SessionStore(database_url(self.data))
        try:
            return [entry for entry in store.events(session) if entry.event.what.kind != "plan"]
        finally:
            store.close()

    def told(self, session: str) -> list[str]:
        """The kinds of what people told."""
        return [entry.event.what.kind for entry in self.events(session)]

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(60)


@contextmanager
def serving(data: Path, port: int = 0) -> Iterator[Server]:
    """A server until the end of the block."""
    server = Server(data, port)
    try:
        yield server
    finally:
        server.kill()


def environment(data: Path) -> dict[str, str]:
    """The environment of a `kitchen` command that uses the folder `data`."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "KITCHEN_DATA_DIR": str(data)}


def kitchen(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A `kitchen` command as another terminal runs it."""
    return subprocess.run(
        [*KITCHEN, *words], env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )


def tap(tells: Tells, key: str = "tap-1", by: str = "") -> dict[str, object]:
    """The body of a tap."""
    return {"key": key, "by": by, "tells": tells.model_dump(mode="json")}
