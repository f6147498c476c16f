"""Checkpoints of a run: complete or absent, the last few kept, a damaged one passed over."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from finetune.files import sha256_of

logger = logging.getLogger(__name__)

_MANIFEST = "manifest.json"
_PREFIX = "step-"


def save(run: Path, step: int, write: Callable[[Path], None], keep: int) -> Path:
    """Let `write` fill a folder, then make it the checkpoint of `step` at once; only the last `keep` stay.

    A manifest with the size and SHA-256 of each file lets a reader see damage.
    """
    folder = run / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    temporary, final = folder / f".{_PREFIX}{step:06d}.part", folder / f"{_PREFIX}{step:06d}"
    for old in (temporary, final):
        shutil.rmtree(old, ignore_errors=True)
    temporary.mkdir()
    write(temporary)
    files = {str(path.relative_to(temporary)): path for path in sorted(temporary.rglob("*")) if path.is_file()}
    manifest = {name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for name, path in files.items()}
    (temporary / _MANIFEST).write_text(json.dumps({"step": step, "files": manifest}, indent=1), encoding="utf-8")
    for path in (*files.values(), temporary / _MANIFEST):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    temporary.replace(final)
    for outdated in steps(run)[:-keep]:
        shutil.rmtree(folder / f"{_PREFIX}{outdated:06d}")
    return final


def steps(run: Path) -> list[int]:
    """The steps of the run's checkpoints, oldest first, whole or damaged."""
    names = (path.name for path in (run / "checkpoints").glob(f"{_PREFIX}*"))
    return sorted(int(name.removeprefix(_PREFIX)) for name in names)


def step_of(folder: Path) -> int:
    """The number of finished steps at the checkpoint in `folder`."""
    return int(folder.name.removeprefix(_PREFIX))


def damage(folder: Path) -> str | None:
    """What is wrong with the checkpoint in `folder`, or None when every file is as it was written."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its manifest cannot be read ({error})"
    for name, facts in manifest.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != facts["bytes"] or sha256_of(path) != facts["sha256"]:
            return f"{name} is not as it was written"
    return None


def latest(run: Path) -> Path | None:
    """The newest undamaged checkpoint of `run`, or None; damaged ones are reported and passed over."""
    for step in reversed(steps(run)):
        folder = run / "checkpoints" / f"{_PREFIX}{step:06d}"
        fault = damage(folder)
        if fault is None:
            return folder
        logger.warning("checkpoint %s is damaged (%s); trying the one before", folder, fault)
    return None
