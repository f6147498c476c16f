"""Dishes that a sentence asks for beside the menu: only such as the cookbook has."""

from __future__ import annotations

import re
from typing import Final

from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import AmbiguousDishError, DishNotFoundError
from kitchen_agent.live.names import Names, words_of
from kitchen_agent.menu import DishRequest

NAME_WORDS_MAX: Final = 7
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ASKING: Final = re.compile(
    r"\b(?:add(?:ed)?|also|as well|another|asked|can we|could you|extra|fit in|let's|let us|like|love|make|menu"
    r"|more|need|plus|please|too|want(?:s|ed)?|wish(?:es|ed)?)\b"
)


def wished(sentence: str, names: Names, cookbook: Cookbook) -> tuple[DishRequest, ...]:
    """The dishes of `cookbook` that `sentence` names and the menu has not, in their order."""
    menu = {title for dish in names.dishes if (title := _title(words_of(dish), cookbook))}
    named = dict.fromkeys(_named(_WORD.findall(sentence.replace("’", "'")), cookbook))
    return tuple(DishRequest(name=title) for title in named if title not in menu)


def asks(sentence: str) -> bool:
    """Whether somebody asks for something: a dish that is only spoken of is not added without a question."""
    return _ASKING.search(sentence.lower().replace("’", "'")) is not None


def _named(words: list[str], cookbook: Cookbook) -> list[str]:
    """The titles that runs of `words` name; of runs that overlap, the longest."""
    for length in range(min(NAME_WORDS_MAX, len(words)), 0, -1):
        for first in range(len(words) - length + 1):
            if title := _title(" ".join(words[first : first + length]), cookbook):
                return [*_named(words[:first], cookbook), title, *_named(words[first + length :], cookbook)]
    return []


def _title(name: str, cookbook: Cookbook) -> str | None:
    try:
        return cookbook.find(name).title
    except (DishNotFoundError, AmbiguousDishError):
        return None
