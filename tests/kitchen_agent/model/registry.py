"""A package registry and a model hub on loopback, speaking the real protocols to the real clients."""

from __future__ import annotations

import base64
import hashlib
import http.server
import re
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kitchen_agent.modelcatalog import EmbeddedModel

PARTS = 3


def embedded(file: Path) -> EmbeddedModel:
    """A catalogue entry for `file`, in three packages."""
    return EmbeddedModel(
        file_name=file.name,
        size=file.stat().st_size,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        hub_repository="Tiny/Tiny-GGUF",
        packages=tuple(f"tiny-model-part{i}" for i in range(1, PARTS + 1)),
        package_version="0.1.0",
        embedding="q5_0",
    )


def write_wheels(model: EmbeddedModel, data: bytes, folder: Path) -> list[Path]:
    """Write `data` as the wheels of `model`."""
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(data) // PARTS)
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    return [_wheel(package, chunk, folder) for package, chunk in zip(model.packages, chunks, strict=True)]


def _wheel(package: str, data: bytes, folder: Path) -> Path:
    name = package.replace("-", "_")
    info = f"{name}-0.1.0.dist-info"
    content = {
        f"{name}/data/part.bin": data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(body)},{len(body)}\n" for path, body in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    wheel = folder / f"{name}-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, body in content.items():
            archive.writestr(path, body)
    return wheel


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


class Registry:
    """Serves wheels by the simple index; `held` names a wheel that is not sent before `release` is set."""

    def __init__(self, wheels: Sequence[Path]) -> None:
        self.wheels = {wheel.name: wheel for wheel in wheels}
        self.held = ""
        self.reached = threading.Event()
        self.release = threading.Event()
        self.sent: list[str] = []
        self.url = ""

    def page(self, path: str) -> bytes | None:
        """The answer to a request for `path`."""
        name = path.rstrip("/").rsplit("/", 1)[-1]
        if name in self.wheels:
            if name == self.held:
                self.reached.set()
                self.release.wait(60)
            self.sent.append(name)
            return self.wheels[name].read_bytes()
        links = [wheel for wheel in self.wheels if wheel.startswith(name.replace("-", "_") + "-")]
        return "".join(f'<a href="/files/{link}">{link}</a>' for link in links).encode() if links else None


class Hub:
    """Serves one file as the Hugging Face hub does."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data
        self.url = ""
        self.asked: list[str] = []

    def page(self, path: str) -> bytes | None:
        """The answer to a request for `path`."""
        self.asked.append(path)
        return self.data if path.endswith(f"/resolve/main/{self.name}") else None


@contextmanager
def serving(site: Registry | Hub) -> Iterator[None]:
    """Serve `site` on loopback; its `url` is set."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, body: bool) -> None:
            page = site.page(self.path)
            if page is None:
                self.send_error(404)
                return
            start = int(found[1]) if (found := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", "text/html" if page.startswith(b"<a") else "application/octet-stream")
            self.send_header("Content-Length", str(len(page) - start))
            self.send_header("ETag", f'"{hashlib.sha256(page).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.end_headers()
            if body:
                self.wfile.write(page[start:])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            if isinstance(site, Registry):
                site.release.set()
            server.shutdown()
            thread.join()
