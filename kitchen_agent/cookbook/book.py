"""The cookbook that a dinner is planned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kitchen_agent.cookbook.dish import Dish
from kitchen_agent.cookbook.names import Name, likeness, same_words, typing_errors, vocabulary_of, without_addition
from kitchen_agent.cookbook.reader import SUFFIXES, load_dish, names_in, recipe_files
from kitchen_agent.errors import AmbiguousDishError, DishNotFoundError, RecipeError
from kitchen_agent.paths import is_folder
from kitchen_agent.recipe import Recipe

BUILT_IN = Path(__file__).with_name("recipes")
_SUGGESTIONS = 6
_LEAST_LIKENESS = 45.0
_TITLE_BONUS = 5.0  # before names in other languages


@dataclass(frozen=True)
class _Entry:
    """A dish by its names; its file is read when the dish is asked for."""

    path: Path
    title: Name
    names: tuple[Name, ...]


Shelf = tuple[_Entry, ...]


class Cookbook:
    """Recipes by name. A person's own recipes go before the built-in ones of the same name."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self.shelves = tuple(shelves)
        self._dishes: dict[Path, Dish] = {}
        self._entries = [entry for shelf in self.shelves for entry in shelf]
        self._vocabulary = vocabulary_of(name for entry in self._entries for name in entry.names)

    @classmethod
    def open(cls, own: Iterable[Path] = ()) -> Cookbook:
        """The built-in recipes, and before them a person's own: folders and single files, in the given order.

        Raises RecipeError for a single file that cannot be read, and for a folder that does not exist. A bad file
        inside a folder does not spoil the others: its error is raised when its dish is asked for.
        """
        return cls([_shelf(path) for path in (*own, BUILT_IN)])

    def names(self) -> tuple[str, ...]:
        """The titles of all dishes, in alphabetical order."""
        return tuple(sorted({entry.title.text for entry in self._entries}, key=str.casefold))

    def dishes(self) -> tuple[Dish, ...]:
        """All dishes with their course and tags, a person's own first. Raises RecipeError for a bad file."""
        return tuple(self._dish(entry) for entry in self._entries)

    def find(self, name: str) -> Recipe:
        """The recipe of the dish called `name`; the module `names` says what counts as the same name.

        Raises DishNotFoundError with the nearest titles when no dish has this name, AmbiguousDishError when
        several do, and RecipeError when the dish's file cannot be read or lacks a part.
        """
        asked = Name(name)
        for judge in (_exactly, self._misspelled):
            for shelf in self.shelves:
                found = judge(asked, shelf)
                if len(found) > 1:
                    raise _ambiguous(name, found)
                if found:
                    return self._dish(found[0]).recipe
        raise DishNotFoundError(name, self._nearest(asked))

    def _dish(self, entry: _Entry) -> Dish:
        """The dish of an entry, read once."""
        if entry.path not in self._dishes:
            self._dishes[entry.path] = load_dish(entry.path)
        return self._dishes[entry.path]

    def _nearest(self, asked: Name) -> list[str]:
        """The titles that share most with what was asked for, the best first; none that share nothing."""
        scores: dict[str, float] = {}
        for entry in self._entries:
            best = max(likeness(asked, name) - len(name.stems) for name in entry.names)
            in_title = likeness(asked, entry.title) - len(entry.title.stems) + _TITLE_BONUS
            scores[entry.title.text] = max(best, in_title, scores.get(entry.title.text, 0.0))
        ranked = sorted(scores, key=lambda title: (-scores[title], title))
        return [title for title in ranked if scores[title] >= _LEAST_LIKENESS][:_SUGGESTIONS]

    def _misspelled(self, asked: Name, shelf: Shelf) -> list[_Entry]:
        """The dishes whose name has the fewest typing errors, if these are few enough for each word."""
        scored: list[tuple[int, _Entry]] = []
        for entry in shelf:
            errors = [typing_errors(asked, name, self._vocabulary) for name in entry.names]
            counted = [count for count in errors if count is not None]
            if counted:
                scored.append((min(counted), entry))
        fewest = min((errors for errors, _ in scored), default=0)
        return [entry for errors, entry in scored if errors == fewest]


def _exactly(asked: Name, shelf: Shelf) -> list[_Entry]:
    """The dishes with exactly these words in the title, else those with them in another name."""
    by_title = [entry for entry in shelf if same_words(asked, entry.title)]
    return by_title or [entry for entry in shelf if any(same_words(asked, name) for name in entry.names)]


def _ambiguous(name: str, found: Sequence[_Entry]) -> AmbiguousDishError:
    titles = [entry.title.text for entry in found]
    if len(set(titles)) > 1:
        return AmbiguousDishError(name, titles)
    return AmbiguousDishError(name, [str(entry.path) for entry in found], one_title=True)


def _shelf(path: Path) -> Shelf:
    if not is_folder(path) and path.suffix.lower() in SUFFIXES:
        dish = load_dish(path)
        return (_entry(path, dish.recipe.title, dish.aliases),)
    entries: list[_Entry] = []
    for file in recipe_files(path):
        try:
            entries.append(_entry(file, *names_in(file)))
        except RecipeError:  # raised again, with its reason, when somebody asks for the file by its name
            entries.append(_entry(file, file.stem, ()))
    return tuple(entries)


def _entry(path: Path, title: str, aliases: Iterable[str]) -> _Entry:
    texts = dict.fromkeys((title, without_addition(title), *aliases))
    return _Entry(path, Name(title), tuple(Name(text) for text in texts))
