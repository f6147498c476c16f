"""Files that a person asked for: whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kitchen_agent.errors import OutputError


def check_writable(path: Path) -> None:
    """Raise OutputError now if `path` could not be written later: a plan takes long enough to make."""
    if path.is_dir():
        raise OutputError(path, "it is a folder")
    if not path.parent.is_dir():
        raise OutputError(path, f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(path, f"the folder {path.parent} is read-only")


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path`; a reader sees the old file or the new one, never a part. Raises OutputError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            unfinished.chmod(0o644)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from error
