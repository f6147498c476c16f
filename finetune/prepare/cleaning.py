"""Recipes as they are found, cleaned; or the reason why one is not fit for training."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pydantic import ValidationError

from kitchen_agent.recipe import Recipe, plain_text

INGREDIENTS_RANGE = (2, 40)
STEPS_MAX = 40
TEXT_CHARACTERS_RANGE = (80, 6000)
ENGLISH_SHARE_MIN = 0.06
_ENGLISH = frozenset((
    "the", "and", "in", "to", "a", "an", "until", "with", "for", "of", "on", "over", "into", "is", "are", "it", "from",
    "add", "or", "at",
))  # fmt: skip
_NUMBERING = re.compile(r"^\s*(?:step\s*)?\d{1,2}\s*[.):]\s+(?=\D)|^\s*[-*•·–]\s+", re.IGNORECASE)
_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\ufeff]")
_ADVERTISEMENT = re.compile(r"https?://|www\.|\bclick\b|\bsubscribe\b|\bfollow me\b|\bphoto\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Raw:
    """A recipe before cleaning."""

    key: str
    title: str
    servings: int | None
    ingredients: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Unfit:
    """Why a recipe is left out."""

    reason: str


def clean(raw: Raw) -> Recipe | Unfit:
    """`raw` without mark-up, numbering, advertisements and broken characters, or Unfit when no recipe is left."""
    ingredients = tuple(filter(None, map(_line, raw.ingredients)))
    steps = tuple(line for line in map(_line, raw.steps) if line and not _ADVERTISEMENT.search(line))
    if not INGREDIENTS_RANGE[0] <= len(ingredients) <= INGREDIENTS_RANGE[1]:
        return Unfit("too few or too many ingredients")
    if not 1 <= len(steps) <= STEPS_MAX:
        return Unfit("too few or too many steps")
    method = " ".join(steps)
    if not TEXT_CHARACTERS_RANGE[0] <= len(method) <= TEXT_CHARACTERS_RANGE[1]:
        return Unfit("method too short or too long")
    words = _WORD.findall(method.lower())
    if sum(word in _ENGLISH for word in words) < ENGLISH_SHARE_MIN * len(words):
        return Unfit("not English")
    try:
        return Recipe(key=raw.key, title=_line(raw.title), servings=raw.servings, ingredients=ingredients, steps=steps)
    except ValidationError:
        return Unfit("no title")


def _line(text: str) -> str:
    text = unicodedata.normalize("NFC", _CONTROL.sub("", text))
    return _NUMBERING.sub("", str(plain_text(text)))
