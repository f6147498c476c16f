"""Where recipes come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from finetune.errors import InputError
from finetune.files import sha256_of
from finetune.prepare.cleaning import Raw
from finetune.prepare.recipenlg import raw_recipe, read_rows
from finetune.prepare.wikibooks import recipes_wheel, wikibooks_recipes
from kitchen_agent.cookbook import read_folder
from kitchen_agent.cookbook.book import BUILT_IN
from kitchen_agent.errors import RecipeError
from kitchen_agent.recipe import Recipe

Kind = Literal["wikibooks", "recipenlg", "folder"]
Row = Recipe | tuple[str, ...]


class Source(BaseModel):
    """One source of recipes: the Wikibooks wheel, RecipeNLG's CSV, or a folder of recipe files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    path: Path

    def rows(self, limit: int | None, on_error: Callable[[RecipeError], None]) -> Iterator[Row]:
        """The recipes, one at a time; those of RecipeNLG as rows of its file, because parsing them is work."""
        return islice(self._all_rows(on_error), limit)

    def _all_rows(self, on_error: Callable[[RecipeError], None]) -> Iterator[Row]:
        match self.kind:
            case "wikibooks":
                return wikibooks_recipes(recipes_wheel(self.path))
            case "recipenlg":
                return read_rows(self.path)
            case "folder":
                return read_folder(self.path, on_error)

    def identity(self) -> str:
        """What changes when the source's recipes do."""
        if not self.path.exists():
            raise InputError(f"{self.kind} source {self.path}: there is no such file or folder.")
        if self.path.is_dir():
            files = sorted(path for path in self.path.rglob("*") if path.is_file())
            return f"{self.kind} " + " ".join(f"{path.name}:{path.stat().st_size}" for path in files)
        return f"{self.kind} {sha256_of(self.path)}"


def recipes_of(keys: Iterable[str], wheel: Path | None = None, folders: Sequence[Path] = ()) -> dict[str, Recipe]:
    """The recipes with these keys: of `folders`, of the project's cookbook and of the Wikibooks wheel, the first found.

    The wheel is looked for, and downloaded, only if recipes are missing without it. Keys that no source has are left
    out, and so are files that cannot be read.
    """
    wanted = set(keys)
    found: dict[str, Recipe] = {}
    for folder in (*folders, BUILT_IN):
        for recipe in read_folder(folder, on_error=lambda error: None):
            if recipe.key in wanted:
                found.setdefault(recipe.key, recipe)
    if wanted - found.keys():
        for recipe in wikibooks_recipes(recipes_wheel(wheel)):
            if recipe.key in wanted:
                found.setdefault(recipe.key, recipe)
    return found


def raw_of(row: Row) -> Raw | None:
    """`row` of any source before cleaning; None when it cannot be read."""
    if isinstance(row, tuple):
        return raw_recipe(row)
    return Raw(row.key, row.title, row.servings, row.ingredients, row.steps)
