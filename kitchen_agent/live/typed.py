"""An event as words of a command: `done soup/3`, `cook_leaves Ben 19:00`, `guests 8`.

The words are the fields of the event in their order. Tasks, cooks, dishes, courses and equipment are named by their
ids or by their names as the plan shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from kitchen_agent.errors import EventRefusedError
from kitchen_agent.live.events import Happening
from kitchen_agent.live.session import Session
from kitchen_agent.menu import SITTING_OF_COURSE, DishRequest, slug
from kitchen_agent.moments import clock_time
from kitchen_agent.taskgraph import COURSES

BACK: Final = timedelta(hours=3)
"""A time of day this far back is meant as past; an earlier one is tomorrow's."""
_NO_DISHES: Final = ("side", *SITTING_OF_COURSE.values())
"""The courses that no dish is called by."""
_BY_PROGRAM: Final = ("plan", "substitute_proposed", "dish_added")
_TYPES: Final[Mapping[str, Any]] = {
    kind.model_fields["kind"].default: kind
    for kind in get_args(get_args(Happening)[0])
    if kind.model_fields["kind"].default not in _BY_PROGRAM
}
KINDS: Final[Mapping[str, str]] = {
    kind: " ".join(
        f"[{name.upper()}]" if not field.is_required() else name.upper()
        for name, field in event.model_fields.items()
        if name != "kind"
    )
    for kind, event in _TYPES.items()
} | {"dish_added": "DISH [COURSE]"}
"""Each kind of event with the words that it takes."""


def read_event(session: Session, kind: str, words: Sequence[str], now: datetime) -> Happening | DishRequest:
    """The event of this `kind` with these words; for "dish_added" the dish that has to be planned first.

    Raises EventRefusedError when it cannot be read.
    """
    if kind not in KINDS:
        raise EventRefusedError("event", kind, "is no kind of event", f"Use one of: {', '.join(KINDS)}")
    if kind == "dish_added":
        return _dish(session, words)
    names = [name for name in _TYPES[kind].model_fields if name != "kind"]
    if len(words) > len(names):
        words = (*words[: len(names) - 1], " ".join(words[len(names) - 1 :]))
    fields = {name: _READERS.get(name, _as_it_is)(word, session, now) for name, word in zip(names, words, strict=False)}
    try:
        return TypeAdapter(Happening).validate_python({"kind": kind, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][-1])
        given = str(fields.get(field, ""))
        raise EventRefusedError(field, given, f"does not do: {first['msg']}", f"Write: {kind} {KINDS[kind]}") from error


def _dish(session: Session, words: Sequence[str]) -> DishRequest:
    """The dish that the words name; a course may stand at the end.

    "garlic bread" is a dish: a course that dishes are called by too is one only after a name in quotes.
    """
    if not words:
        raise EventRefusedError("dish", "", "is missing", "Write: dish_added DISH [COURSE]")
    *name, last = words
    quoted = len(name) == 1 and " " in name[0]
    courses = {*session.first.request.courses, *(COURSES if quoted else _NO_DISHES)}
    try:
        if name and last in courses:
            return DishRequest(name=" ".join(name), course=last)
        return DishRequest(name=" ".join(words))
    except ValidationError as error:
        said = " ".join(words)
        raise EventRefusedError("dish", said, f"does not do: {error.errors()[0]['msg']}", "Shorten its name") from error


def _as_it_is(word: str, session: Session, now: datetime) -> str:
    return word


def _named(pairs: Callable[[Session], Sequence[tuple[str, str]]]) -> Callable[[str, Session, datetime], str]:
    """A reader for the ids among `pairs` of id and name; a name that several share is left as it is."""

    def read(word: str, session: Session, now: datetime) -> str:
        known = pairs(session)
        if word in [key for key, _ in known]:
            return word
        fitting = {key for key, name in known if slug(word) in (slug(name), slug(key))}
        return fitting.pop() if len(fitting) == 1 else word

    return read


def _clock(word: str, session: Session, now: datetime) -> str | datetime:
    """A moment: "19:30" is the next such time of day, or one that is not long past; "now" is now."""
    if word == "now":
        return now
    try:
        said = clock_time(word)
    except ValueError:
        return word
    here = now.astimezone(session.first.serve_at.tzinfo)
    moment = datetime.combine(here.date(), said, here.tzinfo)
    return moment if moment > here - BACK else moment + timedelta(days=1)


def _equipment(session: Session) -> list[tuple[str, str]]:
    problem = session.plan.problem
    groups = (problem.ovens, problem.equipment, problem.vessels, problem.boards)
    return [(thing.id, getattr(thing, "name", "") or thing.id) for group in groups for thing in group]


_READERS: Final[Mapping[str, Callable[[str, Session, datetime], object]]] = {
    "task": _named(lambda session: [(task.id, task.name) for task in session.plan.problem.tasks]),
    "cook": _named(lambda session: [(cook.id, cook.name or cook.id) for cook in session.plan.problem.cooks]),
    "dish": _named(lambda session: [(dish.id, dish.name or dish.id) for dish in session.plan.problem.dishes]),
    "course": _named(lambda session: [(course.id, course.id) for course in session.plan.problem.courses]),
    "equipment": _named(_equipment),
    "oven": _named(_equipment),
    "at": _clock,
    "serve_at": _clock,
}
