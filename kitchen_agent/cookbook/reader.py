"""Recipe files of every kind that the cookbook understands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from kitchen_agent.cookbook.cooklang_text import names_in_cooklang, read_cooklang
from kitchen_agent.cookbook.dish import Dish, Draft, invalid_recipe, recipe_from_draft, require_servings
from kitchen_agent.cookbook.schema_org import draft_from_data, draft_from_page
from kitchen_agent.errors import RecipeError
from kitchen_agent.paths import is_folder
from kitchen_agent.recipe import Recipe

SUFFIXES = (".cook", ".json", ".html", ".htm")


def load_recipe(path: Path) -> Recipe:
    """The recipe of one file, for planning.

    Reads Cooklang (.cook), a `Recipe` as JSON, schema.org JSON-LD (.json) and web pages that carry their recipe
    as JSON-LD or microdata (.html, .htm). Raises RecipeError when the file cannot be read or lacks a title,
    servings, ingredients or steps.
    """
    return load_dish(path).recipe


def load_dish(path: Path) -> Dish:
    """As `load_recipe`, with the names, course and tags that the cookbook files the dish under."""
    dish, stated = _read(path, path.stem)
    require_servings(dish.recipe, stated, str(path))
    return dish


def read_file(path: Path) -> Dish:
    """As `load_dish`, but the recipe may lack servings: material for training, not for a dinner."""
    return _read(path, path.stem)[0]


def names_in(path: Path) -> tuple[str, tuple[str, ...]]:
    """The title and the aliases of the dish in a file, read as cheaply as the format allows."""
    if path.suffix.lower() == ".cook":
        return names_in_cooklang(_text(path), _title_of(path))
    dish = read_file(path)
    return dish.recipe.title, dish.aliases


def read_folder(path: Path, on_error: Callable[[RecipeError], None] | None = None) -> Iterator[Recipe]:
    """The recipes of all files below a folder, one at a time, in the order of their paths.

    A recipe's key is its path below the folder without the suffix (with it where two files differ only in that).
    Recipes without servings are given too. A file that cannot be read is handed to `on_error` and skipped;
    without `on_error` its RecipeError is raised.
    """
    files = recipe_files(path)
    names = Counter(file.with_suffix("") for file in files)
    for file in files:
        unique = file.with_suffix("") if names[file.with_suffix("")] == 1 else file
        try:
            dish, _ = _read(file, unique.relative_to(path).as_posix())
        except RecipeError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield dish.recipe


def recipe_files(folder: Path) -> list[Path]:
    """The recipe files below `folder`, sorted. Raises RecipeError when it is not a folder."""
    if not is_folder(folder):
        raise RecipeError(str(folder), "cookbook", "this is not a folder", "Name a folder with recipe files")
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())


def _read(path: Path, key: str) -> tuple[Dish, object]:
    """The dish in a file, and its servings in the file's own words."""
    source, suffix = str(path), path.suffix.lower()
    if suffix not in SUFFIXES:
        raise RecipeError(source, "file", f"{suffix or 'no suffix'!r} is no known kind", f"Use {', '.join(SUFFIXES)}")
    text = _text(path)
    if suffix == ".cook":
        found = read_cooklang(text, _title_of(path), source)
        recipe = recipe_from_draft(found.draft, key, source)
        return Dish(recipe, found.aliases, found.course, found.diets, found.minutes), found.draft.servings
    if suffix == ".json":
        return _read_json(text, key, source)
    draft = draft_from_page(text, source)
    return _plain_dish(draft, key, source)


def _read_json(text: str, key: str, source: str) -> tuple[Dish, object]:
    try:
        data = json.loads(text, strict=False)
    except ValueError as error:
        raise RecipeError(source, "file", f"this is not JSON: {error}", "Correct or export the file again") from error
    if isinstance(data, dict) and "@type" not in data and {"ingredients", "steps"} & data.keys():
        try:
            recipe = Recipe.model_validate({"key": key, **data})
        except ValidationError as error:
            raise invalid_recipe(source, error) from error
        return Dish(recipe), recipe.servings
    return _plain_dish(draft_from_data(data, source), key, source)


def _plain_dish(draft: Draft, key: str, source: str) -> tuple[Dish, object]:
    return Dish(recipe_from_draft(draft, key, source)), draft.servings


def _title_of(path: Path) -> str:
    """A title for a file that gives none: its name in words."""
    return " ".join(path.stem.replace("_", " ").replace("-", " ").split()).capitalize()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(str(path), "file", "this is not UTF-8 text", "Save it with the encoding UTF-8") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RecipeError(str(path), "file", f"it cannot be read: {reason}", "Check the path") from error
