"""Recipes in schema.org's vocabulary: JSON-LD, and web pages with JSON-LD or microdata.

https://schema.org/Recipe leaves many shapes open, and pages use them all: instructions as one string, as strings,
as HowToStep or HowToSection; HTML and entities inside the text; the recipe nested in a graph.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from kitchen_agent.cookbook.dish import Draft
from kitchen_agent.errors import RecipeError

_BREAKS = re.compile(r"<\s*(?:br|/p|/li|/div)\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[a-zA-Z/!][^>]*>")
_LOST_BREAK = re.compile(r"(?<=[a-z)][.!])(?=[A-Z][a-z]+\b[^.])")  # "with oil.Put the fish": the lines were joined
_NUMBERING = re.compile(r"^(?:step\s*)?\d{1,2}\s*[.):]\s+(?=\D)", re.IGNORECASE)


def draft_from_page(page: str, source: str) -> Draft:
    """The recipe that a web page describes in its metadata. Raises RecipeError when it describes none."""
    import extruct  # loads an HTML parser; only web pages need it

    found = extruct.extract(page, syntaxes=["json-ld", "microdata"], uniform=True, errors="ignore")
    return draft_from_data([found.get("json-ld", []), found.get("microdata", [])], source)


def draft_from_data(data: object, source: str) -> Draft:
    """The first schema.org Recipe anywhere in JSON data. Raises RecipeError when there is none."""
    nodes = list(_recipe_nodes(data))
    if not nodes:
        raise RecipeError(
            source,
            "schema.org Recipe",
            "there is none in this file",
            "Save the dish as Cooklang (.cook) or JSON with key, title, servings, ingredients and steps",
        )
    node = next((node for node in nodes if node.get("recipeInstructions")), nodes[0])
    ingredients = node.get("recipeIngredient") or node.get("ingredients")
    return Draft(
        title=" ".join(_lines(node.get("name") or node.get("headline"))),
        servings=node.get("recipeYield") or node.get("yield"),
        ingredients=tuple(_lines(ingredients)),
        steps=tuple(_NUMBERING.sub("", line) for line in _steps(node.get("recipeInstructions"))),
    )


def _recipe_nodes(data: object) -> Iterator[dict[str, object]]:
    if isinstance(data, list):
        for item in data:
            yield from _recipe_nodes(item)
    elif isinstance(data, dict):
        kinds = data.get("@type")
        names = [str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])]
        if "Recipe" in names or "recipeIngredient" in data:
            yield data
        else:
            for value in data.values():
                yield from _recipe_nodes(value)


def _steps(instructions: object) -> Iterator[str]:
    if isinstance(instructions, str):
        yield from _lines(_LOST_BREAK.sub("\n", instructions))
    elif isinstance(instructions, list):
        for item in instructions:
            yield from _steps(item)
    elif isinstance(instructions, dict):
        if parts := instructions.get("itemListElement"):
            yield from _steps(parts)
        else:
            said = _lines(instructions.get("text") or instructions.get("description") or instructions.get("name"))
            if said:
                yield " ".join(said)


def _lines(value: object) -> list[str]:
    """The non-empty lines of a text or of a list of texts, without markup."""
    if isinstance(value, list):
        return [" ".join(lines) for item in value if (lines := _lines(item))]
    if isinstance(value, dict):
        return _lines(value.get("text") or value.get("name") or value.get("@value"))
    if not isinstance(value, str | int | float):
        return []
    text = html.unescape(html.unescape(str(value)))
    text = _TAGS.sub(" ", _BREAKS.sub("\n", text))
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]
