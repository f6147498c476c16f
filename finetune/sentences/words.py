"""The words of `data/sentences/words.yaml`, from which dinners and sayings are made."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER: Final = Path(str(files("finetune"))) / "data/sentences"


class Words(BaseModel):
    """Lists of words by what they are for; the file says the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cooks: tuple[str, ...]
    things: tuple[str, ...]
    ingredients: tuple[str, ...]
    strangers: tuple[str, ...]
    also_called: dict[str, tuple[str, ...]]
    courses: dict[str, tuple[str, ...]]
    verbs: frozenset[str]
    doubled: frozenset[str]
    participles: dict[str, str]
    pasts: dict[str, str]
    number_words: tuple[str, ...]
    no_food: frozenset[str]

    def number(self, number: int) -> str:
        """`number` in words, as far as the file has one; else in figures."""
        return self.number_words[number] if number < len(self.number_words) else str(number)


@cache
def words() -> Words:
    """All words, read once."""
    return Words.model_validate(yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8")))
