"""Finding a dish by what somebody typed: forgiving about spelling, strict about which dish it is.

Two names are the same when their words are: order, accents, plurals and filler ("classic", "with the") do not
count, and a word may hold a typo. A word that is missing or extra makes another dish: "chocolate cake" is not
chocolate mousse. Only what follows "with" or "in" in a dish's own title may be left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

_LINKS = frozenset(
    (
        "with", "and", "in", "on", "of", "the", "a", "an", "au", "aux", "la", "le", "les", "de", "du", "des", "et",
        "en", "di", "del", "della", "al", "alla", "alle", "con", "e", "y", "mit", "und", "im",
    )
)  # fmt: skip
_FILLERS = frozenset(
    (
        "some", "my", "our", "best", "classic", "classical", "easy", "simple", "fresh", "homemade", "traditional",
        "recipe", "real", "good", "nice", "style",
    )
)  # fmt: skip
_PLAIN_LETTERS = str.maketrans({"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d"})
_ADDITION = re.compile(r"\s(?:with|in|mit|avec|con)\s.*", re.IGNORECASE)
_FIRST_SYLLABLE = "\u2e80"  # from here on a letter is a syllable or a word: Chinese, Japanese
_ALIKE = 70.0  # two words of lower ratio have nothing in common that a reader would see
_FOOD_WORDS_FILE = Path(__file__).with_name("food_words.txt")


@dataclass(frozen=True)
class Name:
    """A name as it was written, and the words that it is compared by."""

    text: str

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """All words in lower case without accents."""
        return tuple(plain_words(self.text))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The words that tell dishes apart, sorted, without endings."""
        return tuple(sorted(stem(word) for word in self.plain if word not in _LINKS | _FILLERS and _tells(word)))


def without_addition(title: str) -> str:
    """A title up to its "with" or "in": "Roast chicken with lemon" is "Roast chicken"."""
    return _ADDITION.sub("", title)


def plain_words(text: str) -> list[str]:
    """The words of `text` in lower case, in whatever script, without accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").translate(_PLAIN_LETTERS))
    return "".join(_letter(letter) for letter in letters if not unicodedata.combining(letter)).split()


def _letter(letter: str) -> str:
    """A letter, a figure or a vowel sign itself (Hindi writes vowels as signs), a space for anything else."""
    return letter if letter.isalnum() or unicodedata.category(letter).startswith("M") else " "


def _tells(word: str) -> bool:
    """A single Latin letter is left over from an apostrophe; a single Chinese one is a word."""
    return len(word) > 1 or word >= _FIRST_SYLLABLE


def stem(word: str) -> str:
    """A word without the endings of plurals and participles, so that "roasted potatoes" is "roast potato"."""
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ed") and len(word) > 5:
        word = word[:-2]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


@lru_cache(maxsize=1)
def food_words() -> frozenset[str]:
    """Stems of words that are foods or origins themselves, so no misspelling of another (beet, beef; Greek, green)."""
    return frozenset(stem(word) for word in plain_words(_FOOD_WORDS_FILE.read_text(encoding="utf-8")))


def same_words(asked: Name, known: Name) -> bool:
    """True when both have the same words, in any order, or the same letters written together."""
    if not asked.stems:
        return False
    return asked.stems == known.stems or "".join(asked.plain) == "".join(known.plain)


def typing_errors(asked: Name, known: Name, vocabulary: frozenset[str]) -> int | None:
    """The number of typing errors that make `asked` from `known`, None when the two are different names.

    `vocabulary` holds stems that are spelled correctly: such a word is never read as another.
    """
    if not asked.stems or not known.stems:
        return None
    if len(asked.stems) != len(known.stems):
        return _joined_errors(asked, known)
    return _pairing(asked.stems, known.stems, vocabulary)


def likeness(asked: Name, known: Name) -> float:
    """How much of `asked` is in `known`, 0 to 100: the mean over its words of the likeness to the best word there."""
    best = [max((fuzz.ratio(word, other) for other in known.stems), default=0.0) for word in asked.stems]
    alike = [ratio for ratio in best if ratio >= _ALIKE]
    return sum(alike) / len(best) if best else 0.0


def vocabulary_of(names: Iterable[Name]) -> frozenset[str]:
    """The stems of all `names` and of the foods that are no dish here."""
    return food_words() | {word for name in names for word in name.stems}


def _pairing(asked: tuple[str, ...], known: tuple[str, ...], vocabulary: frozenset[str]) -> int | None:
    """The fewest errors over all ways to pair the words; words that agree are paired with each other."""
    ours, theirs = list(asked), list(known)
    for word in asked:
        if word in theirs:
            ours.remove(word)
            theirs.remove(word)
    if len(ours) > 4 or not vocabulary.isdisjoint(ours):  # nobody mistypes five words of a name
        return None
    sums = []
    for order in permutations(theirs):
        errors = [_word_errors(a, b) for a, b in zip(ours, order, strict=True)]
        counted = [error for error in errors if error is not None]
        if len(counted) == len(errors):
            sums.append(sum(counted))
    return min(sums, default=None)


def _word_errors(asked: str, known: str) -> int | None:
    if len(known) < 4 or max(known) >= _FIRST_SYLLABLE:
        return None
    allowed = 1 if len(known) < 7 else 2 if len(known) < 10 else 3
    if asked[0] != known[0] and len(known) < 6:
        return None
    errors = OSA.distance(asked, known, score_cutoff=allowed)
    return errors if errors <= allowed else None


def _joined_errors(asked: Name, known: Name) -> int | None:
    """Errors between names that are only split into words differently: "cremebrule", "crème brûlée"."""
    ours, theirs = "".join(asked.plain), "".join(known.plain)
    allowed = len(theirs) // 8
    if len(asked.plain) == len(known.plain):
        return None
    errors = OSA.distance(ours, theirs, score_cutoff=allowed)
    return errors if errors <= allowed else None
