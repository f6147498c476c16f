"""A recipe together with what the cookbook files it under."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import ValidationError

from kitchen_agent.errors import RecipeError
from kitchen_agent.plain_words import plainly
from kitchen_agent.recipe import Recipe


@dataclass(frozen=True)
class Dish:
    """One entry of the cookbook.

    `aliases` are other names that people look for, `minutes` is the whole time from start to table including
    waits, `diets` are tags such as "vegan"; all may be empty when the file does not give them.
    """

    recipe: Recipe
    aliases: tuple[str, ...] = ()
    course: str | None = None
    diets: tuple[str, ...] = ()
    minutes: int | None = None


@dataclass(frozen=True)
class Draft:
    """What a format's reader found, before anything is checked. `servings` is the file's own wording."""

    title: str
    servings: object
    ingredients: tuple[str, ...]
    steps: tuple[str, ...]


_SERVINGS = re.compile(
    r"(?:(?:serves|servings?|makes|for|feeds|yields?|ergibt|pour|für)\W+)?(?:about\s+)?(?P<low>\d+)"
    r"(?:\s*(?:-|–|to|bis|à)\s*(?P<high>\d+))?"
    r"(?:\s+(?:servings?|serves?|portion(?:en|s|\(en\)|i)?|people|persons?|personen|personnes?|personas|persone"
    r"|raciones|porzioni|parts|guests|pers\.?))?",
    re.IGNORECASE,
)


def servings_of(stated: object) -> int | None:
    """The number of servings in a file's own wording ("Serves 4", "4 Portionen", ["4", "4 people"], 4).

    A range is its lower end, as that many are surely fed. "1 cake" or "18 squares" says nothing about servings
    and gives None, as does anything else that is not understood.
    """
    if isinstance(stated, bool):
        return None
    if isinstance(stated, int | float):
        return int(stated) if stated == int(stated) and stated >= 1 else None
    if isinstance(stated, list | tuple):
        return next((found for item in stated if (found := servings_of(item))), None)
    if isinstance(stated, str):
        match = _SERVINGS.fullmatch(stated.partition("|")[0].strip().rstrip("."))
        return (int(match["low"]) or None) if match else None
    return None


def recipe_from_draft(draft: Draft, key: str, source: str) -> Recipe:
    """The recipe of a draft; `servings` is None when the file gives no number of them.

    Raises RecipeError, naming the part that is missing, when there is no title, ingredient or step.
    """
    parts = {"title": draft.title.strip(), "ingredients": draft.ingredients, "steps": draft.steps}
    for field, value in parts.items():
        if not value:
            raise RecipeError(source, field, "there are none" if field != "title" else "it is missing", _FIXES[field])
    try:
        return Recipe(
            key=key,
            title=draft.title,
            servings=servings_of(draft.servings),
            ingredients=draft.ingredients,
            steps=draft.steps,
        )
    except ValidationError as error:
        raise invalid_recipe(source, error) from error


def invalid_recipe(source: str, error: ValidationError) -> RecipeError:
    """The first fault that the recipe's type found, in the words of our own errors."""
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"]) or "the file"
    given = "" if fault["type"] == "missing" else f" (given: {str(fault['input'])[:60]!r})"
    return RecipeError(source, field, f"{plainly(fault['msg'])}{given}", "Correct this value")


def require_servings(recipe: Recipe, stated: object, source: str) -> Recipe:
    """The recipe itself; RecipeError when it has no servings, without which it cannot be scaled to the guests."""
    if recipe.servings is None:
        problem = "missing" if stated in (None, "", [], ()) else f"{stated!r} is not a number of servings"
        raise RecipeError(source, "servings", problem, _FIXES["servings"])
    return recipe


_FIXES = {
    "title": "Give the dish a name",
    "ingredients": "Add them with quantities: in Cooklang @flour{200%g}, in JSON a list `ingredients`",
    "steps": "Write the method: in Cooklang one paragraph a step, in JSON a list `steps`",
    "servings": "Add how many it serves, such as `servings: 4` (schema.org: `recipeYield`)",
}
