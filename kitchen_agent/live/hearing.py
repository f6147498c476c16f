"""What a sentence is about, before any model reads it: its figures, and the names that it may mean.

A dinner has up to sixty tasks; the model is shown those that the sentence names best, or, when it names none, the
few that are being done now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from kitchen_agent.live.names import Names, TaskName, words_of
from kitchen_agent.live.sayings import in_figures

TASKS_SHOWN: Final = 6
_SLIP: Final = 0.7
"""What a word counts that is only alike, as after a slip of the finger; one that is said counts 1."""
_NEARLY: Final = 0.75
"""A name counts beside the best one when it is said this nearly as well."""
PHRASE_WORDS_MAX: Final = 3
_STATES: Final = ("running", "paused", "waiting", "done", "skipped")
_PHRASE_WORD: Final = re.compile(r"[^\W\d_][^\W\d_'-]*(?:[-'][^\W\d_]+)*")
_WORD: Final = re.compile(r"[^\W\d_]+")
_STOP: Final = frozenset((
    "the", "a", "an", "and", "of", "to", "in", "on", "with", "for", "is", "are", "was", "were", "now", "it", "its",
    "at", "my", "our", "we", "i", "you", "they", "have", "has", "had", "be", "been", "do", "does", "did", "this",
    "that", "there", "no", "not", "all", "some", "any", "more", "still", "let", "s", "t", "re", "m", "ll", "ve",
))  # fmt: skip
_SYNONYMS: Final = {
    "stove": "burner", "hob": "burner", "cooker": "burner", "flame": "burner", "gas": "burner", "ring": "burner",
    "tray": "baking sheet", "skillet": "frying pan", "liquidiser": "blender", "mixie": "blender", "whisk": "hand mixer",
}  # fmt: skip
_LOST: Final = re.compile(
    r"(?P<un>(?:\b(?:not|nothing|nearly|almost)|n't)\s+(?:\w+\s+)?)?"
    r"\b(?P<lost>burnt|burned|ruined|spoiled|spoilt|charred|scorched)\b",
    re.IGNORECASE,
)
"""A word for what is lost, with what turns it into its contrary."""
_GIVEN_UP: Final = re.compile(r"\b(?:leave|left|skip|drop|without|forget|off)\b", re.IGNORECASE)
_ALIKE: Final = 0.8
_CLOCK: Final = re.compile(r"\b[0-2]?\d:[0-5]\d\b")
_SEVERAL: Final = re.compile(r"(?<![\d:.])([2-9])((?: [^\W\d_]+){1,2})")
_NUMBER: Final = re.compile(r"(?<![\d:.])\d{1,3}(?![\d:])")


@dataclass(frozen=True)
class Heard:
    """A sentence in figures, with the names and amounts that an event of it can hold.

    `tasks` are those that the sentence names best, the best first, or the likeliest when it names none; `things`,
    `dishes` and `cooks` only those that it names. `numbers`, `clocks` ("19:45", or a bare "7") and `phrases` (of one to
    three words, for ingredients) are those that it holds. `named`: it names the `tasks`; `lost`: it says that
    something is burnt or spoilt.
    """

    text: str
    tasks: tuple[str, ...]
    things: tuple[str, ...]
    dishes: tuple[str, ...]
    cooks: tuple[str, ...]
    numbers: tuple[str, ...]
    clocks: tuple[str, ...]
    phrases: tuple[str, ...]
    named: bool
    lost: bool


def hear(sentence: str, names: Names) -> Heard:
    """Take in `sentence`: `tasks` are labels of `names`, the rest are ids."""
    text = in_figures(sentence, names.now)
    said = stems(text)
    labels = names.labels()
    by_state = sorted(labels, key=lambda label: _STATES.index(labels[label].state))
    asked = said.union(*(stems(_SYNONYMS[word]) for word in _WORD.findall(text.lower()) if word in _SYNONYMS))
    numbers = tuple(dict.fromkeys(str(int(number)) for number in _NUMBER.findall(text)))
    bare = [number for number in numbers if int(number) <= 24]
    named = _named({label: relevance(said, labels[label]) for label in by_state})
    return Heard(
        text=text,
        tasks=(named or tuple(by_state))[:TASKS_SHOWN],
        things=_named({thing: matches(asked, stems(words_of(thing))) for thing in names.equipment}),
        dishes=_named({dish: matches(said, stems(words_of(dish))) for dish in names.dishes}),
        cooks=tuple(cook for cook in names.cooks if _is_called(cook, text)),
        numbers=numbers,
        clocks=tuple(dict.fromkeys([*_CLOCK.findall(text), *bare])),
        phrases=_phrases(text),
        named=bool(named),
        lost=is_lost(text, names),
    )


def is_lost(text: str, names: Names) -> bool:
    """Whether `text` says that something is burnt or spoilt; where a task or a dish is called so, that says nothing."""
    said = stems(" ".join(match["lost"] for match in _LOST.finditer(text) if not match["un"]))
    called = (*(task.name for task in names.tasks), *map(words_of, names.dishes))
    return bool(said - stems(" ".join(called)))


def gives_up(text: str) -> bool:
    """Whether `text` says that something is left out; what is lost is else done once more."""
    return bool(_GIVEN_UP.search(text))


def units_said(text: str, thing: str) -> int:
    """How many of `thing` the sentence `text`, in figures, speaks of: "2 small burners" are two; else it is one."""
    named = stems(words_of(thing))
    for match in _SEVERAL.finditer(text.lower()):
        following = {word for said in match[2].split() for word in stems(_SYNONYMS.get(_singular(said), said))}
        if following & named:
            return int(match[1])
    return 1


def _singular(word: str) -> str:
    return word.removesuffix("s") if word not in _SYNONYMS else word


def _is_called(cook: str, text: str) -> bool:
    """Whether a name of `cook` is among the words of `text`, perhaps with an s."""
    said = set(_WORD.findall(text.lower()))
    return any(name in said or f"{name}s" in said for name in words_of(cook).split())


def _named(scores: Mapping[str, float]) -> tuple[str, ...]:
    """The names that are said, the best first: those that are said about as well as the best one."""
    best = max(scores.values(), default=0.0)
    ranked = sorted(scores, key=lambda name: -scores[name])
    return tuple(name for name in ranked if scores[name] >= max(_SLIP, _NEARLY * best))


def stems(text: str) -> set[str]:
    """The words of `text` without endings: "boiling", "boiled" and "boils" are one word."""
    return {_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP}


def _stem(word: str) -> str:
    short = re.sub(r"(?:ing|ed|es|s|e)$", "", word)[:6] if len(word) > 3 else word
    return re.sub(r"y$", "i", re.sub(r"([^aeiou])\1$", r"\1", short))


def relevance(said: set[str], task: TaskName) -> float:
    """How much of the name of `task`, and a little of what its dish's name adds to it, is among the stems `said`."""
    named = stems(task.name)
    return matches(said, named) + 0.4 * matches(said, stems(words_of(task.dish)) - named)


def matches(said: set[str], named: set[str]) -> float:
    """How many of `named` are said; a word that is only alike counts a little less."""
    return sum(max((_likeness(word, other) for other in said), default=0.0) for word in named)


@lru_cache(maxsize=1 << 14)
def _likeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if min(len(word), len(other)) < 4:
        return 0.0
    ratio = SequenceMatcher(None, word, other).ratio()
    return _SLIP if ratio > _ALIKE else 0.0


def _phrases(text: str) -> tuple[str, ...]:
    """Runs of up to three words that neither begin nor end with a word that carries no meaning."""
    found = []
    for part in re.split(r"[^\w\s'-]|\d+", text.lower()):
        words = _PHRASE_WORD.findall(part)
        for start, first in enumerate(words):
            ends = range(start + 1, min(start + PHRASE_WORDS_MAX, len(words)) + 1)
            found += [words[start:end] for end in ends if first not in _STOP and words[end - 1] not in _STOP]
    return tuple(dict.fromkeys(map(" ".join, found)))
