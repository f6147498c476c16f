"""One event as a line of words: what the model writes for a sentence, under a grammar of this session's own names.

    the potatoes need ten more minutes   ->  needs_minutes 2 10
    Ben has to leave at seven            ->  cook_leaves ben 19:00
    the oven is broken                   ->  fails oven

Tasks have the numbers of the prompt's list. A sentence that reports nothing of the kind is `unclear`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.names import Names
from kitchen_agent.menu import clock_time

UNCLEAR: Final = "unclear"
_BACK: Final = timedelta(hours=3)
"""A clock time this far in the past is still meant as past ("since six"); earlier ones are tomorrow's."""


def write(what: Happening, names: Names) -> str:
    """`what` as a line, for training and tests. Raises KeyError for a kind that no sentence reports."""
    number = {task.id: str(place) for place, task in enumerate(names.tasks, 1)}
    match what:
        case happen.TaskStarted():
            return _line("started", number[what.task], what.cook)
        case happen.NeedsMinutes():
            return _line("needs_minutes", number[what.task], what.minutes)
        case happen.CookSwap():
            return _line("swap", number[what.task], what.cook)
        case happen.TaskDone() | happen.TaskRedo() | happen.TaskSkipped() | happen.TaskPaused() | happen.WaitAccepted():
            return _line(what.kind, number[what.task])
        case happen.CookLeaves():
            return _line("cook_leaves", what.cook, f"{what.at:%H:%M}")
        case happen.CookJoins():
            return _line("cook_joins", what.cook, f"{what.at:%H:%M}")
        case happen.EquipmentFails() | happen.EquipmentBack():
            return _line(what.kind, what.equipment)
        case happen.OvenColder():
            return _line("oven_colder", what.oven, what.celsius)
        case happen.GuestsChanged():
            return _line("guests", what.guests)
        case happen.DishDropped():
            return _line("dish_dropped", what.dish)
        case happen.ServingMoved():
            return _line("serving_moved", f"{what.serve_at:%H:%M}")
        case happen.CourseHeld():
            return _line("course_held", what.course, what.minutes)
        case happen.IngredientMissing():
            return _line("ingredient_missing", what.dish, what.ingredient)
    raise KeyError(what.kind)


def read(line: str, names: Names) -> Happening:
    """The event in `line`. Raises UnclearSentenceError when the line says that there is none, or is not one."""
    kind, _, rest = line.strip().partition(" ")
    reader = _READERS.get(kind)
    if reader is None:
        raise UnclearSentenceError(line)
    try:
        return reader(rest.split(), names)
    except (ValueError, IndexError, ValidationError) as error:
        raise UnclearSentenceError(line) from error


def grammar(names: Names) -> str:
    """The lines that are possible in this session, as GBNF: its own tasks, cooks, equipment, dishes and courses."""
    rules = {
        "task": _choice(str(number) for number in range(1, len(names.tasks) + 1)),
        "cook": _choice(names.cooks),
        "thing": _choice(names.equipment),
        "dish": _choice(names.dishes),
        "course": _choice(names.courses),
        "number": "[1-9] [0-9]? [0-9]?",
        "clock": '[0-2] [0-9] ":" [0-5] [0-9]',
        "words": "[a-zA-Zéèêçñ'-]+ (\" \" [a-zA-Zéèêçñ'-]+){0,4}",
    }
    forms = [
        '"started " task (" " cook)?',
        '("done " | "redo " | "skip " | "pause " | "accept_wait ") task',
        '"needs_minutes " task " " number',
        '"swap " task " " cook',
        '("cook_leaves " | "cook_joins ") cook " " clock',
        '("fails " | "back ") thing',
        '"oven_colder " thing " " number',
        '"guests " number',
        '"dish_dropped " dish',
        '"serving_moved " clock',
        '"course_held " course " " number',
        '"ingredient_missing " dish " " words',
        f'"{UNCLEAR}"',
    ]
    return "\n".join([f"root ::= {' | '.join(forms)}", *(f"{name} ::= {rule}" for name, rule in rules.items() if rule)])


def _task(words: list[str], names: Names) -> str:
    number = int(words[0])
    if not 1 <= number <= len(names.tasks):
        raise ValueError(f"there is no task {number}")
    return names.tasks[number - 1].id


def _clock(word: str, names: Names) -> datetime:
    """The moment that `word` means: the next such time of day, or one that is not long past."""
    if not re.fullmatch(r"\d\d:\d\d", word):
        raise ValueError(f"{word} is not a time of day")
    moment = datetime.combine(names.now.date(), clock_time(word), names.now.tzinfo)
    return moment if moment > names.now - _BACK else moment + timedelta(days=1)


_READERS: Final[Mapping[str, Callable[[list[str], Names], Happening]]] = {
    "started": lambda w, n: happen.TaskStarted(task=_task(w, n), cook=w[1] if len(w) > 1 else None),
    "done": lambda w, n: happen.TaskDone(task=_task(w, n)),
    "needs_minutes": lambda w, n: happen.NeedsMinutes(task=_task(w, n), minutes=int(w[1])),
    "redo": lambda w, n: happen.TaskRedo(task=_task(w, n)),
    "skip": lambda w, n: happen.TaskSkipped(task=_task(w, n)),
    "pause": lambda w, n: happen.TaskPaused(task=_task(w, n)),
    "accept_wait": lambda w, n: happen.WaitAccepted(task=_task(w, n)),
    "swap": lambda w, n: happen.CookSwap(task=_task(w, n), cook=w[1]),
    "cook_leaves": lambda w, n: happen.CookLeaves(cook=w[0], at=_clock(w[1], n)),
    "cook_joins": lambda w, n: happen.CookJoins(cook=w[0], at=_clock(w[1], n)),
    "fails": lambda w, n: happen.EquipmentFails(equipment=w[0]),
    "back": lambda w, n: happen.EquipmentBack(equipment=w[0]),
    "oven_colder": lambda w, n: happen.OvenColder(oven=w[0], celsius=int(w[1])),
    "guests": lambda w, n: happen.GuestsChanged(guests=int(w[0])),
    "dish_dropped": lambda w, n: happen.DishDropped(dish=w[0]),
    "serving_moved": lambda w, n: happen.ServingMoved(serve_at=_clock(w[0], n)),
    "course_held": lambda w, n: happen.CourseHeld(course=w[0], minutes=int(w[1])),
    "ingredient_missing": lambda w, n: happen.IngredientMissing(dish=w[0], ingredient=" ".join(w[1:])),
}


def _line(*words: object) -> str:
    return " ".join(str(word) for word in words if word is not None)


def _choice(words: Iterable[str]) -> str:
    quoted = " | ".join(f'"{word}"' for word in words)
    return f"({quoted})" if quoted else '"-"'
