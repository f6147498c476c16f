"""Cooklang text as a plain recipe; the only module that imports the Cooklang parser.

The parser is cooklang-rs, the format's reference implementation, through its Python bindings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import cooklang
import yaml

from kitchen_agent.cookbook.dish import Draft
from kitchen_agent.errors import RecipeError

_DECIMAL_UNITS = frozenset(("g", "kg", "ml", "cl", "dl", "l"))
_SERVINGS_KEYS = ("servings", "serves", "yield")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class CooklangRecipe:
    """A Cooklang file's prose and the front matter that the cookbook files it under."""

    draft: Draft
    aliases: tuple[str, ...]
    course: str | None
    diets: tuple[str, ...]
    minutes: int | None


def read_cooklang(text: str, title: str, source: str) -> CooklangRecipe:
    """Parse `text`; `title` is used when the front matter has none. Raises RecipeError when it is not Cooklang."""
    parsed = _parsed(text, source)
    front = _front(parsed)
    draft = Draft(
        title=str(front.get("title") or title),
        servings=next((front[key] for key in _SERVINGS_KEYS if key in front), None),
        ingredients=tuple(_ingredient_lines(parsed.ingredients)),
        steps=tuple(_steps(parsed)),
    )
    course = str(front["course"]).strip().lower() if front.get("course") else None
    minutes = parsed.time.total if parsed.time else None
    return CooklangRecipe(draft, _listed(front.get("aliases")), course, _listed(front.get("diet")), minutes)


def names_in_cooklang(text: str, title: str) -> tuple[str, tuple[str, ...]]:
    """The title and the aliases in the front matter, which alone is parsed; `title` when it gives none.

    Front matter is YAML; libyaml reads it far sooner than a whole recipe is parsed, and a cookbook has many.
    """
    front = _front_matter(text)
    if front is None:
        front = _front(_parsed(text, title))
    return str(front.get("title") or title), _listed(front.get("aliases"))


def _front_matter(text: str) -> dict[str, object] | None:
    """The fields between the first two lines of dashes; None without such lines, or when it is no mapping."""
    before, _, rest = text.partition("---\n")
    block, end, _ = rest.partition("\n---")
    if before.strip() or not end:
        return None
    try:
        fields = yaml.load(block, Loader=_YAML)
    except yaml.YAMLError:
        return None
    return {str(key).lower(): value for key, value in fields.items()} if isinstance(fields, dict) else None


def _parsed(text: str, source: str) -> cooklang.Recipe:
    try:
        return cooklang.parse(text)
    except cooklang.CooklangError as error:
        raise RecipeError(source, "Cooklang", str(error), "See https://cooklang.org/docs/spec/") from error


def _front(parsed: cooklang.Recipe) -> dict[str, object]:
    return {key.lower(): value for key, value in parsed.metadata.items()}


def _listed(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list | tuple) else str(value or "").split(",")
    return tuple(text for word in words if (text := str(word).strip()))


def _ingredient_lines(ingredients: tuple[cooklang.Ingredient, ...]) -> list[str]:
    """One line for each ingredient, "2 cloves garlic, crushed"; amounts of one name and unit are added up."""
    totals: dict[tuple[str, str], cooklang.Ingredient] = {}
    for ingredient in ingredients:
        unit = ingredient.quantity.unit or "" if ingredient.quantity else None
        same_name = [key for key in totals if key[0] == ingredient.name.lower()]
        if unit is None and same_name:  # "the @butter" again: already on the list
            continue
        key = (ingredient.name.lower(), unit or "")
        known = totals.get(key)
        sum_of_both = _added(known, ingredient) if known else None
        if known and sum_of_both is None and known.quantity:
            key = (key[0], f"{key[1]} #{len(totals)}")  # "a few" cannot be added to 2: keep both lines
        totals[key] = sum_of_both or ingredient
    return [_line(ingredient) for ingredient in totals.values()]


def _added(first: cooklang.Ingredient, second: cooklang.Ingredient) -> cooklang.Ingredient | None:
    a, b = first.quantity, second.quantity
    if a is None or b is None or not isinstance(a.value, int | float) or not isinstance(b.value, int | float):
        return None
    total = cooklang.Quantity(a.value + b.value, a.unit, "")
    text = " ".join(part for part in (cooklang.format_value(total.value), a.unit) if part)
    return replace(first, quantity=replace(total, text=text), note=first.note or second.note)


def _line(ingredient: cooklang.Ingredient) -> str:
    amount = f"{_amount(ingredient.quantity)} " if ingredient.quantity else ""
    note = f", {ingredient.note}" if ingredient.note else ""
    return f"{amount}{ingredient.name}{note}"


def _amount(quantity: cooklang.Quantity) -> str:
    """The quantity in words; scales and jugs show decimals, not the fractions that the parser prefers."""
    if isinstance(quantity.value, float) and quantity.unit in _DECIMAL_UNITS:
        return f"{quantity.value:g} {quantity.unit}"
    return quantity.text


def _steps(parsed: cooklang.Recipe) -> list[str]:
    """The steps as sentences; the first one of a named section starts with its name."""
    measured = Counter(ingredient.name.lower() for ingredient in parsed.ingredients if ingredient.quantity)
    in_parts = {name for name, count in measured.items() if count > 1}
    steps: list[str] = []
    for section in parsed.sections:
        heading = f"{section.name}: " if section.name else ""
        for step in section.steps:
            text = " ".join("".join(_words(item, in_parts) for item in step.items).replace("\\\n", " ").split())
            if text:
                steps.append(heading + text)
                heading = ""
    return steps


def _words(item: cooklang.Item, in_parts: set[str]) -> str:
    """An item as it reads in the sentence; an ingredient that is added in several parts says how much each time."""
    if isinstance(item, cooklang.IngredientRef):
        ingredient = item.ingredient
        if ingredient.quantity and ingredient.name.lower() in in_parts:
            return f"{_amount(ingredient.quantity)} {ingredient.name}"
        return ingredient.name
    return str(item)
