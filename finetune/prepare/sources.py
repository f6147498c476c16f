"""Where recipes come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from finetune.errors import InputError, reason
from finetune.files import sha256_of
from finetune.prepare.cleaning import Raw
from finetune.prepare.recipenlg import raw_recipe, read_rows
from finetune.prepare.wikibooks import recipes_wheel, wikibooks_recipes
from kitchen_agent.cookbook import read_folder
from kitchen_agent.cookbook.book import BUILT_IN
from kitchen_agent.cookbook.reader import recipe_files
from kitchen_agent.errors import RecipeError
from kitchen_agent.recipe import Recipe

Kind = Literal["wikibooks", "recipenlg", "folder"]
Row = Recipe | tuple[str, ...]


class Source(BaseModel):
    """One source of recipes: the Wikibooks wheel, RecipeNLG's CSV, or a folder of recipe files.

    `graph_keys` are the keys of the graphs that are of its recipes, or None where any graph may be. A recipe that only
    shares its key with such a graph's is another one, and its ingredients and steps have other numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    path: Path
    graph_keys: frozenset[str] | None = None

    def annotated(self, graphs: Iterable[str]) -> frozenset[str]:
        """Those of the keys of `graphs` whose graphs may be of this source's recipes."""
        return frozenset(graphs) if self.graph_keys is None else self.graph_keys.intersection(graphs)

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
        """What changes when the source's recipes do, or the graphs that are of them; by contents, wherever they lie."""
        if not self.path.exists():
            raise InputError(f"{self.kind} source {self.path}: there is no such file or folder.")
        files = recipe_files(self.path) if self.path.is_dir() else [self.path]
        contents = [f"{path.relative_to(self.path).as_posix()}:{_checksum(path)}" for path in files]
        keys = "any" if self.graph_keys is None else " ".join(sorted(self.graph_keys))
        return "\n".join([self.kind, *contents, keys])


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


def _checksum(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:  # its recipe is left out and counted, so that it is no reason to stop
        return reason(error)


def raw_of(row: Row) -> Raw | None:
    """`row` of any source before cleaning; None when it cannot be read."""
    if isinstance(row, tuple):
        return raw_recipe(row)
    return Raw(row.key, row.title, row.servings, row.ingredients, row.steps)
