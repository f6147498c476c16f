"""A manifest beside a large file: its SHA-256, so that the file need not be read again each time it is used."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

_CHUNK_BYTES = 1 << 22


class Manifest(BaseModel):
    """What is known of a file, and the size and time of change at which it was known.

    `made_from` is the SHA-256 of the file it was made from, `recipe` how, `made_by` with which program.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size: int
    mtime_ns: int
    made_from: str = ""
    recipe: str = ""
    made_by: str = ""

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """The manifest of the file at `path`, if there is a readable one."""
        try:
            return cls.model_validate_json(_beside(path).read_bytes())
        except (OSError, ValidationError):
            return None

    def describes(self, path: Path) -> bool:
        """Whether the file at `path` looks untouched since the manifest was written."""
        try:
            stat = path.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


def sign(path: Path, sha256: str, *, made_from: str = "", recipe: str = "", made_by: str = "") -> Manifest:
    """Write the manifest of the file at `path`."""
    stat = path.stat()
    manifest = Manifest(
        sha256=sha256, size=stat.st_size, mtime_ns=stat.st_mtime_ns, made_from=made_from, recipe=recipe, made_by=made_by
    )
    target = _beside(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    unfinished.replace(target)
    return manifest


def sha256_of(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """The SHA-256 of the file at `path`; `on_bytes` hears how many bytes have been read so far."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            if on_bytes is not None:
                on_bytes(done)
    return digest.hexdigest()


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".manifest.json")
