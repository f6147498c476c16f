"""What somebody typed, taken as a path."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether there is a file at `path`; a text that is too long for a path names none."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`; a text that is too long for a path names none."""
    try:
        return path.is_dir()
    except OSError:
        return False
