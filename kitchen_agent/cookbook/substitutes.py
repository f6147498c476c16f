"""What can stand in for an ingredient: the recipe's own "or", and a table of common kitchen practice."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from kitchen_agent.cookbook.names import plain_words, stem

_TABLE: Final = Path(__file__).with_name("substitutes.yaml")
_OR: Final = re.compile(r"\bor\b", re.IGNORECASE)
_NOT_A_NAME: Final = re.compile(r"\([^)]*\)|[\d½¼¾⅓⅔/.,–-]+|\b(?:g|kg|ml|l|tbsp|tsp|cups?|oz|lb|handful|pinch)\b")

_STOCK: Final = re.compile(r"\b(?:stock|broth)\b", re.IGNORECASE)
_SORT_OF_STOCK: Final = re.compile(r"chicken|beef|veal|lamb|duck|turkey|fish|vegetable|mushroom", re.IGNORECASE)
_QUALIFIERS: Final = frozenset(
    stem(word)
    for word in (
        "unsalted", "salted", "soft", "softened", "melted", "cold", "large", "small", "medium", "fresh", "freshly",
        "dried", "chopped", "grated", "ground", "crushed", "plain", "whole", "extra", "virgin", "ripe", "full", "fat",
        "flat", "chicken", "vegetable", "beef", "clove", "cloves", "leaf", "leaves", "caster", "granulated", "greek",
    )
)  # fmt: skip
"""Words that say which sort is meant and not what it is."""


def stems_of(text: str) -> frozenset[str]:
    """The words of `text` as they are compared: without accents, capitals and plurals."""
    return frozenset(stem(word) for word in plain_words(text) if len(word) > 1)


def named_lines(ingredient: str, lines: tuple[str, ...]) -> tuple[int, ...]:
    """The 0-based indices of the ingredient lines that name all words of `ingredient`."""
    words = stems_of(ingredient)
    return tuple(number for number, line in enumerate(lines) if words and words <= stems_of(line))


def substitutes(ingredient: str, line: str) -> tuple[str, ...]:
    """What may be taken in place of `ingredient`, best first: what its `line` of the recipe allows, then the table.

    Empty when neither knows anything.
    """
    found = [*_own_alternatives(ingredient, line), *_tabled(ingredient)]
    return tuple(dict.fromkeys(found))


def _own_alternatives(ingredient: str, line: str) -> list[str]:
    """The other side of an "or": "2 tbsp butter or olive oil" offers olive oil for butter.

    "Beef or chicken stock" is two stocks, and no beef.
    """
    sides = [" ".join(_NOT_A_NAME.sub(" ", side).split()) for side in _OR.split(line)]
    if stock := _STOCK.search(sides[-1]):
        sides = [f"{side} {stock[0]}" if _SORT_OF_STOCK.fullmatch(side) else side for side in sides]
    words = stems_of(ingredient)
    return [side for side in sides if side and not words <= stems_of(side)] if len(sides) > 1 else []


def _tabled(ingredient: str) -> tuple[str, ...]:
    """The table's entry for the ingredient; "unsalted butter" is butter, but peanut butter is not."""
    words = stems_of(ingredient)
    return _table().get(words) or _table().get(words - _QUALIFIERS, ())


@lru_cache(maxsize=1)
def _table() -> dict[frozenset[str], tuple[str, ...]]:
    entries = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return {stems_of(name): tuple(names) for name, names in entries.items()}
