"""Names of tasks that a cook can read: a small model now and then makes up a word ("Frustrationfully put …").

A word is known when a person used it in the name of a task (`name_words.txt`: the names of the annotated task
graphs), when it stands in the recipe, or when it differs from such a word only in its ending, or is two of them
written together. Anything else is taken out of the name. Recipes in a language that the list does not know keep
their names as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kitchen_agent.cookbook.names import food_words, stem
from kitchen_agent.draft import Draft
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import NAME_WORDS_MAX, Task

SHORT_LETTERS = 4
"""Up to this length a word is taken as it is: nothing that is made up is so short."""
ENDING_LETTERS = 3
"""The longest ending that counts for nothing: "adjust", "adjusting"."""
FOODS_MAX = 3
_KNOWN_SHARE = 0.4
"""At least this part of an English recipe's longer words is in the list; half of them in the strangest of 3,000."""
_WORDS_FILE = Path(__file__).with_name("name_words.txt")
_WORD = re.compile(r"[^\W\d_]+")
_PART = re.compile(r",|\s(?:and|until|with|in|into|on|onto|over|to|for|from)\s")


@dataclass(frozen=True)
class _Vocabulary:
    """Known words, and all their beginnings of at least SHORT_LETTERS."""

    words: frozenset[str]
    beginnings: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> _Vocabulary:
        known = frozenset(words)
        return cls(known, frozenset(word[:end] for word in known for end in range(SHORT_LETTERS, len(word) + 1)))

    def __or__(self, other: _Vocabulary) -> _Vocabulary:
        return _Vocabulary(self.words | other.words, self.beginnings | other.beginnings)

    def knows(self, word: str) -> bool:
        """Whether `word`, in lower case, could be a person's."""
        if len(word) <= SHORT_LETTERS or self._begins(word) or self._begins(word.removeprefix("re")):
            return True
        parts = ((word[:place], word[place:]) for place in range(3, len(word) - 2))
        return any(first in self.words and (last in self.words or self._begins(last)) for first, last in parts)

    def _begins(self, word: str) -> bool:
        return word[: max(SHORT_LETTERS, len(word) - ENDING_LETTERS)] in self.beginnings


def plain_names(draft: Draft, recipe: Recipe) -> tuple[list[Task], list[str]]:
    """The tasks with every made-up word taken out of their names, and a sentence for each name that changed."""
    texts = " ".join([recipe.title, *recipe.ingredients, *recipe.steps])
    longer = [word for word in _words(" ".join(recipe.steps)) if len(word) > SHORT_LETTERS]
    if sum(word in _listed().words for word in longer) < _KNOWN_SHARE * len(longer):
        return list(draft.tasks), []
    vocabulary = _listed() | _Vocabulary.of(_words(texts))
    tasks, notes = [], []
    for task in draft.tasks:
        if odd := [word for word in _WORD.findall(task.name) if not vocabulary.knows(word.lower())]:
            notes.append(f"task {task.id} was called '{task.name}', and '{odd[0]}' is no word of a kitchen")
            task = task.model_copy(update={"name": _without(odd, task, recipe)})
        tasks.append(task)
    return tasks, notes


def _without(odd: list[str], task: Task, recipe: Recipe) -> str:
    """`task.name` without its `odd` words.

    An adverb at its head is left out, and a verb there gives way to the action; later the name ends before the part
    with the odd word. Where too little would be left, it is the action and the foods that go in.
    """
    action = task.action.replace("_", " ").capitalize()
    head, _, rest = task.name.partition(" ")
    before = task.name[: task.name.index(odd[0])]
    sound = before[: max((part.start() for part in _PART.finditer(before)), default=0)]
    if len(odd) == 1 and odd[0] == head and len(rest.split()) > 1:
        name = rest[0].upper() + rest[1:] if head.endswith("ly") else f"{action} {rest}"
    else:
        name = sound if len(sound.split()) > 1 else f"{action} {_foods(task, recipe)}"
    return " ".join(name.split()[:NAME_WORDS_MAX])


def _foods(task: Task, recipe: Recipe) -> str:
    """The foods that go in here, by the last word of food in each line of the list; "it" without any."""
    lines = [_words(recipe.ingredients[use].partition(",")[0]) for use in task.uses]
    found = [[word for word in words if stem(word) in food_words()] for words in lines]
    foods = list(dict.fromkeys(words[-1] for words in found if words))[:FOODS_MAX]
    return "the " + ", ".join(foods[:-1]) + " and " * (len(foods) > 1) + foods[-1] if foods else "it"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1)
def _listed() -> _Vocabulary:
    return _Vocabulary.of(_WORDS_FILE.read_text(encoding="utf-8").split())
