"""The hand-written sentences with their events, and what counts as a copy of one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from finetune.sentences.words import FOLDER, words
from kitchen_agent.live.events import Happening
from kitchen_agent.live.names import Names

NEAR_COPY: Final = 0.85
Split = Literal["tune", "kept"]


class Written(BaseModel):
    """A sentence, said in one of the dinners, and the event that it reports (None: none, or it leaves one open).

    Prompts, templates and training are tuned on the `tune` part; the `kept` part is for the final figure only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dinner: str
    sentence: str
    event: Happening | None
    split: Split


def written(split: Split | None = None) -> list[Written]:
    """The hand-written sentences, of one part or all."""
    lines = (FOLDER / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = [Written.model_validate_json(line) for line in lines]
    return [sentence for sentence in sentences if split in (None, sentence.split)]


def dinners() -> dict[str, Names]:
    """The dinners in which the hand-written sentences are said."""
    raw = json.loads((FOLDER / "dinners.json").read_text(encoding="utf-8"))
    return {name: Names.model_validate(dinner) for name, dinner in raw.items()}


def is_near_copy(sentence: str, others: Iterable[str]) -> bool:
    """Whether `sentence` says nearly the same words as one of `others`: figures and the names of cooks do not count."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(_plain(sentence))
    for other in others:
        matcher.set_seq1(_plain(other))
        if matcher.quick_ratio() >= NEAR_COPY <= matcher.ratio():
            return True
    return False


@cache
def _plain(sentence: str) -> tuple[str, ...]:
    said = re.findall(r"[^\W\d_]+|\d+", sentence.lower())
    return tuple("0" if word.isdigit() else "cook" if word in _cooks() else word for word in said)


@cache
def _cooks() -> frozenset[str]:
    return frozenset([*words().cooks, *(cook for names in dinners().values() for cook in names.cooks)])
