"""What decides what becomes of an answer: how it is asked for, parsed, mended, found at fault and revised."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from kitchen_agent import planner

_PACKAGE = Path(planner.__file__).parent


def judge_version() -> str:
    """The SHA-256 of all files that decide."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in judge_files())).hexdigest()


def judge_files() -> list[Path]:
    """The source of the planner and of what it imports of its package, directly or not, and the word lists."""
    found: set[Path] = set()
    waiting = {Path(planner.__file__)}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= set(_imported(path)) - found
    return sorted({*found, *_PACKAGE.glob("*.txt")})


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _PACKAGE.name:
            module = _PACKAGE.parent.joinpath(*str(node.module).split("."))
            for file in (module, *(module / alias.name for alias in node.names)):
                if (source := file.with_suffix(".py")).is_file():
                    yield source
