"""One event as a line of words: what the model writes for a sentence, under a grammar of this session's own names.

    the potatoes need ten more minutes   ->  needs_minutes 10 Boil the potatoes
    Ben has to leave at seven            ->  cook_leaves ben 19:00
    the oven is broken                   ->  fails oven
    two burners are dead                 ->  fails burner 2     (or without the number, then it is one)
    dinner half an hour later            ->  serving_moved +30

Figures and ingredients are words of the sentence, everything else names of the session; `?` stands for what the
sentence leaves open, and `none` for a sentence that reports nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from kitchen_agent.errors import UnclearSentenceError, UnsaidAmountError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.hearing import Heard, gives_up
from kitchen_agent.live.names import Names
from kitchen_agent.live.refusals import SENSIBLE
from kitchen_agent.live.sayings import in_figures, next_time

NONE: Final = "none"
OPEN: Final = "?"
NOW: Final = "now"
_WHOEVER: Final = "-"
UNITS_MAX: Final = 9
"""A larger number in a sentence is none of burners or pans."""

_Reader = Callable[[list[str], Names], list[Happening]]


def read(line: str, names: Names) -> tuple[Happening, ...]:
    """The event in `line`; several when it leaves a cook or a dish open.

    Raises UnclearSentenceError when the line says that there is no event, or is not one, and UnsaidAmountError when
    the event lacks an amount.
    """
    kind, *rest = line.split(" ")
    reader = _READERS.get(kind)
    if reader is None:
        raise UnclearSentenceError(line)
    amount = rest[:1] if kind == "needs_minutes" else rest[-1:]
    if kind in _AMOUNTS and amount == [OPEN]:
        raise UnsaidAmountError(line, _AMOUNTS[kind])
    try:
        return tuple(reader(rest, names))
    except (ValueError, IndexError, KeyError, ValidationError) as error:
        raise UnclearSentenceError(line) from error


def with_amount(line: str, said: str, now: datetime) -> str:
    """`line` with its gap filled by the first figure of `said`. Raises UnclearSentenceError when that has none."""
    figure = _FIGURE.search(in_figures(said, now))
    if figure is None:
        raise UnclearSentenceError(said)
    return " ".join(figure[0] if word == OPEN else word for word in line.split(" "))


_FIGURE: Final = re.compile(r"\d{1,2}:\d\d|\d{1,3}")
_AMOUNTS: Final = {
    "needs_minutes": "How many more minutes?",
    "course_held": "By how many minutes?",
    "oven_colder": "How many degrees?",
    "guests": "How many guests?",
    "serving_moved": "At what time?",
}


def grammar(heard: Heard, names: Names) -> str:
    """The lines that the sentence `heard` can mean in this session, as GBNF."""
    rules = {
        "cook": _choice(heard.cooks or [OPEN]),
        "whoever": _choice(heard.cooks or [_WHOEVER]),
        "thing": _choice(heard.things),
        "oven": _choice(names.ovens),
        "dish": _choice(heard.dishes or [OPEN]),
        "course": _choice(names.courses),
        "number": _choice(heard.numbers or [OPEN]),
        "clock": _choice([*heard.clocks, NOW]),
        "moment": _choice([*heard.clocks, *_steps(heard.numbers)] or [OPEN]),
        "guests": _choice([*heard.numbers, *_steps([*heard.numbers, "1"]), OPEN]),
        "phrase": _choice(heard.phrases),
    }
    several = [number for number in heard.numbers if 1 < int(number) <= UNITS_MAX]
    rules |= {"units": _choice(several)}
    units = ' (" " units)?' if several else ""
    rules |= {_rule(kind): _choice(in_sensible_states(kind, heard, names)) for kind in SENSIBLE}
    kinds, burnt = _task_kinds(heard), heard.lost and heard.named
    forms = {
        **{f'"{kind} " {between}{_rule(kind)}': heard.tasks for kind, between in _BEFORE_TASK.items() if kind in kinds},
        '("cook_leaves " | "cook_joins ") cook " " clock': names.cooks,
        f'"fails " thing{units}': heard.things,
        '"back " thing': heard.things,
        '"oven_colder " oven " " number': names.ovens,
        '"guests " guests': ("guests",),
        '"dish_dropped " dish': names.dishes if "skip" in kinds else (),
        '"serving_moved " moment': ("moment",),
        '"course_held " course " " number': names.courses,
        '"ingredient_missing " dish " " phrase': heard.phrases if names.dishes and not burnt else (),
        f'"{NONE}"': () if burnt else (NONE,),
    }
    root = " | ".join(form for form, needed in forms.items() if needed)
    return "\n".join([f"root ::= {root}", *(f"{name} ::= {rule}" for name, rule in rules.items() if rule)])


_BEFORE_TASK: Final = {
    "started": 'whoever " " ', "done": "", "needs_minutes": 'number " " ', "redo": "", "skip": "", "pause": "",
    "accept_wait": "", "swap": 'cook " " ',
}  # fmt: skip
"""What stands before the task in the line of each kind."""


def _task_kinds(heard: Heard) -> Collection[str]:
    """The kinds of events of a task that a sentence can report: what is burnt is done once more, or left out."""
    if not heard.lost:
        return _BEFORE_TASK
    return ("redo", "skip") if gives_up(heard.text) else ("redo",)


def _rule(kind: str) -> str:
    """The grammar's name for the tasks of which `kind` can be said."""
    return f"{kind.replace('_', '-')}-task"


def in_sensible_states(kind: str, heard: Heard, names: Names) -> Sequence[str]:
    """Those of the shown tasks of which `kind` makes sense; all when it does of none, so that it can be refused."""
    labels = names.labels()
    return [label for label in heard.tasks if labels[label].state in SENSIBLE[kind]] or heard.tasks


def _steps(numbers: Iterable[str]) -> list[str]:
    """Changes by an amount: "+30", "-30"."""
    return [sign + number for number in dict.fromkeys(numbers) for sign in "+-"]


def _choice(words: Iterable[str]) -> str:
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return " | ".join(f'"{word}"' for word in escaped)


def _task(words: list[str], names: Names) -> str:
    return names.labels()[" ".join(words)].id


def moment(word: str, names: Names) -> datetime:
    """The moment that `word` means: now, a time of day, or a bare hour."""
    if word == NOW:
        return names.now
    if not re.fullmatch(r"\d{1,2}(?::\d\d)?", word):
        raise ValueError(f"{word} is not a time of day")
    hour, _, minute = word.partition(":")
    return next_time(int(hour), int(minute or 0), names.now, exact=bool(minute))


def _moved(word: str, names: Names) -> datetime:
    if word[0] in "+-":
        return names.serve_at + timedelta(minutes=int(word))
    return moment(word, names)


def _guests(word: str, names: Names) -> int:
    return names.guests + int(word) if word[0] in "+-" else int(word)


def _who(word: str, names: Names) -> tuple[str, ...]:
    return names.cooks if word == OPEN else (word,)


def _which(word: str, names: Names) -> tuple[str, ...]:
    return names.dishes if word == OPEN else (word,)


_READERS: Final[Mapping[str, _Reader]] = {
    "started": lambda w, n: [happen.TaskStarted(task=_task(w[1:], n), cook=None if w[0] == _WHOEVER else w[0])],
    "done": lambda w, n: [happen.TaskDone(task=_task(w, n))],
    "redo": lambda w, n: [happen.TaskRedo(task=_task(w, n))],
    "skip": lambda w, n: [happen.TaskSkipped(task=_task(w, n))],
    "pause": lambda w, n: [happen.TaskPaused(task=_task(w, n))],
    "accept_wait": lambda w, n: [happen.WaitAccepted(task=_task(w, n))],
    "needs_minutes": lambda w, n: [happen.NeedsMinutes(task=_task(w[1:], n), minutes=int(w[0]))],
    "swap": lambda w, n: [happen.CookSwap(task=_task(w[1:], n), cook=cook) for cook in _who(w[0], n)],
    "cook_leaves": lambda w, n: [happen.CookLeaves(cook=cook, at=moment(w[1], n)) for cook in _who(w[0], n)],
    "cook_joins": lambda w, n: [happen.CookJoins(cook=cook, at=moment(w[1], n)) for cook in _who(w[0], n)],
    "fails": lambda w, n: [happen.EquipmentFails(equipment=w[0], units=int(w[1]) if w[1:] else 1)],
    "back": lambda w, n: [happen.EquipmentBack(equipment=w[0])],
    "oven_colder": lambda w, n: [happen.OvenColder(oven=w[0], celsius=int(w[1]))],
    "guests": lambda w, n: [happen.GuestsChanged(guests=_guests(w[0], n))],
    "dish_dropped": lambda w, n: [happen.DishDropped(dish=dish) for dish in _which(w[0], n)],
    "serving_moved": lambda w, n: [happen.ServingMoved(serve_at=_moved(w[0], n))],
    "course_held": lambda w, n: [happen.CourseHeld(course=w[0], minutes=int(w[1]))],
    "ingredient_missing": lambda w, n: [
        happen.IngredientMissing(dish=dish, ingredient=" ".join(w[1:])) for dish in _which(w[0], n)
    ],
}
KINDS: Final = tuple(_READERS)
"""The kinds of events that a sentence can report; dishes are added, and plans made, in other ways."""
