"""Files that a person asked for: whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kitchen_agent.errors import OutputError

_MODE = 0o644


def check_writable(path: Path) -> None:
    """Raise OutputError now if `path` could not be written later: a plan takes long enough to make."""
    try:
        if path.is_dir():
            raise OutputError(path, "it is a folder")
        if _is_no_regular_file(path):
            if not os.access(path, os.W_OK):
                raise OutputError(path, "it is read-only")
            return
        folder = path.resolve().parent
        if not folder.is_dir():
            raise OutputError(path, f"there is no folder {folder}")
    except (OSError, RuntimeError) as error:  # a name that is too long, or links in a circle
        raise OutputError(path, getattr(error, "strerror", None) or str(error)) from error
    if not os.access(folder, os.W_OK):
        raise OutputError(path, f"the folder {folder} is read-only")


def same_file(one: Path, two: Path) -> bool:
    """Whether both paths lead to one file, also where it does not exist yet."""
    return one.resolve() == two.resolve()


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path`; a reader sees the old file or the new one, never a part. Raises OutputError.

    A link stays and its file is written; what is no regular file, such as a pipe, is written into.
    """
    try:
        if _is_no_regular_file(path):
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from error


def _is_no_regular_file(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _replace(target: Path, text: str) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else _MODE
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.chmod(mode)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
