"""A recipe as people write it: the input of planning."""

from __future__ import annotations

import html
import math
import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SERVINGS_MAX = 500
_TAG = re.compile(r"<[^<>]*>")
_COUNT = re.compile(r"(\d+)(?:\s*(?:-|–|—|to|or)\s*(\d+))?")


def plain_text(value: object) -> object:
    """`value`, if it is text, without HTML tags and entities and with single spaces."""
    if not isinstance(value, str):
        return value
    return " ".join(html.unescape(_TAG.sub(" ", value)).split())


def read_servings(value: object) -> object:
    """A count of servings from the way in which recipes give it.

    "6–8" is the middle, rounded up (7), "Serves 4 people" is 4; empty text and text without a figure are None.
    """
    if not isinstance(value, str):
        return value
    match = _COUNT.search(value)
    if match is None or int(match[1]) == 0:
        return None
    low = int(match[1])
    return math.ceil((low + int(match[2] or low)) / 2)


Text = Annotated[str, BeforeValidator(plain_text), StringConstraints(min_length=1)]


class Recipe(BaseModel):
    """One dish in prose.

    `ingredients` are the lines of the ingredient list with quantities and preparation ("1 onion, chopped");
    `steps` are the sentences or paragraphs of the method. Task graphs refer to both by 0-based index.
    `servings` is the recipe's own figure, or None when it gives none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, StringConstraints(min_length=1)]
    title: Text
    servings: Annotated[int | None, BeforeValidator(read_servings)] = Field(default=None, ge=1, le=SERVINGS_MAX)
    ingredients: tuple[Text, ...] = Field(min_length=1)
    steps: tuple[Text, ...] = Field(min_length=1)
