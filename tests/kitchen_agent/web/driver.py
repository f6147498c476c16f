"""A real browser for tests: Chromium, driven through chromedriver's own protocol (W3C WebDriver, JSON over HTTP)."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMEDRIVER: Final = shutil.which("chromedriver")
PHONE: Final = (390, 844)
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
WAIT_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.4


@dataclass(frozen=True)
class Browser:
    """One window with cookies and storage of its own."""

    url: str

    def go(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self._send("POST", "url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """What a JavaScript function body returns."""
        return self._send("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def text(self, css: str = "body") -> str:
        """The text that a person sees in the first element that fits; empty without one, and of one that is hidden."""
        found = "const found = document.querySelector(arguments[0]);"
        shown = self.run(f"{found} return found?.checkVisibility() ? found.innerText : ''", css)
        assert isinstance(shown, str)
        return shown

    def click(self, css: str, times: int = 1, pause: float = 0.0) -> None:
        """Look for a moment, as people do, then press an element by real pointer events.

        Further `times` the same place is pressed, whatever is there then, each after `pause` seconds.
        """
        time.sleep(LOOK_SECONDS)
        for _ in range(4):
            try:
                self._press(css, times, pause)
            except AssertionError as error:
                if "stale element" not in str(error):  # drawn anew between looking and pressing
                    raise
            else:
                return
        raise AssertionError(f"{css} is drawn anew all the time")

    def _press(self, css: str, times: int, pause: float) -> None:
        found = self._send("POST", "element", {"using": "css selector", "value": css})
        self.run("arguments[0].scrollIntoView({block: 'center'})", found)
        press = [
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
            {"type": "pause", "duration": int(pause * 1000)},
        ]
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": found}
        pointer = {"type": "pointer", "id": "finger", "actions": [move, *press * times]}
        self._send("POST", "actions", {"actions": [pointer]})

    def write(self, css: str, text: str) -> None:
        """Type into a field."""
        found = self._send("POST", "element", {"using": "css selector", "value": css})
        self._send("POST", f"element/{found[_ELEMENT]}/value", {"text": text})

    def picture(self, path: Path) -> None:
        """Write what is on the screen to a PNG file."""
        path.write_bytes(base64.b64decode(self._send("GET", "screenshot")))

    def resize(self, size: tuple[int, int]) -> None:
        """Make the page `size` pixels wide and high."""
        values = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600}
        self._send("POST", "goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": values})

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something is so. Raises AssertionError with the page's text when it does not come to be."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"not {what}: {self.text()}"
            time.sleep(0.05)

    def _send(self, method: str, path: str, body: object = None) -> Any:
        return _answer(method, f"{self.url}/{path}", body)


@contextmanager
def browsers(folder: Path, count: int = 1, size: tuple[int, int] = PHONE) -> Iterator[list[Browser]]:
    """Several windows that know nothing of one another."""
    assert CHROMEDRIVER is not None
    port = free_port()
    driver = subprocess.Popen([CHROMEDRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    opened: list[Browser] = []
    try:
        _until_ready(base)
        for number in range(count):
            opened.append(_opened(base, folder / f"profile{number}"))
            opened[-1].resize(size)
        yield opened
    finally:
        for browser in opened:
            with suppress(URLError, TimeoutError):
                _answer("DELETE", browser.url)
        driver.terminate()
        driver.wait(30)


def _opened(base: str, profile: Path) -> Browser:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--hide-scrollbars"]
    options = {"binary": CHROMIUM, "args": flags}
    capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
    answer = _answer("POST", f"{base}/session", {"capabilities": capabilities})
    return Browser(f"{base}/session/{answer['sessionId']}")


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _until_ready(base: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            _answer("GET", f"{base}/status")
        except URLError:
            assert time.monotonic() < deadline, "chromedriver does not answer"
            time.sleep(0.05)
        else:
            return


def _answer(method: str, address: str, body: object = None) -> Any:
    data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)["value"]
    except HTTPError as error:
        with error:
            fault = json.load(error)["value"]
        raise AssertionError(f"{address}: {fault['error']}: {fault['message']}") from None
