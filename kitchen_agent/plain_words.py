"""What pydantic says to programmers, in the words of a host."""

from __future__ import annotations

import re
from typing import Final

_PLAIN_WORDS: Final = (
    (re.compile(r"Input should be a valid integer.*"), "must be a whole number"),
    (re.compile(r"Input should be a valid number.*"), "must be a number"),
    (re.compile(r"Input should be a valid (?:tuple|list)"), "must be a list"),
    (re.compile(r"Input should be a valid (?:dictionary|mapping).*"), "must hold fields and their values"),
    (re.compile(r"Input should be a valid string"), "must be text; put it in quotes"),
    (re.compile(r"(?:Tuple|List|Value) should have at least 1 item.*"), "is empty; name at least one"),
    (
        re.compile(r"(?:Tuple|List) should have at most (\d+) items?.*"),
        r"has too many entries; at most \1 are possible",
    ),
    (re.compile(r"String should have at least 1 character"), "is empty"),
    (re.compile(r"Input should be"), "must be"),
    (re.compile(r"^Value error, "), ""),
)


def plainly(message: str) -> str:
    """The `msg` of a pydantic fault in plain words; what is said plainly already stays."""
    for pattern, words in _PLAIN_WORDS:
        message = pattern.sub(words, message)
    return message
