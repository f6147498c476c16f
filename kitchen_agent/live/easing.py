"""Wishes that are given up, and said so, when no plan keeps every rule: an easier problem for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from scheduler.problem import Board, Dish, Equipment, Outage, Oven, Problem, VesselStock, Window
from scheduler.schedule import Schedule

Thing = TypeVar("Thing", Equipment, Oven, VesselStock)
BACK_AFTER_MINUTES: Final = 30
"""When nothing works without what is broken, the plan assumes that it is back after this time, and says so."""
BACK_SOON: Final = f"what is broken is back in {BACK_AFTER_MINUTES} minutes"
TO_OTHERS: Final = "tasks that were given to somebody may go to others"


@dataclass(frozen=True)
class Given:
    """What an easier problem is made from beside the problem: the plan in force, when each cook would be there with
    overtime, the boards that the kitchen has, broken or not, and the minute from which what is broken is taken to work
    (below 0 when that is before the plan's start)."""

    old: Schedule
    overtime: Mapping[str, tuple[Window, ...]]
    boards: tuple[Board, ...]
    back_minute: int


def eased(problem: Problem, given: Given) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """The problem with one wish given up, each in turn, then with more and more of them."""
    for words, ease in GIVEN_UP:
        if (easier := ease(problem, given)) != problem:
            yield (words,), easier
    given_up: tuple[str, ...] = ()
    for words, ease in GIVEN_UP:
        if (easier := ease(problem, given)) != problem:
            problem, given_up = easier, (*given_up, words)
            yield given_up, problem


def _without_freeze(problem: Problem, given: Given) -> Problem:
    again = problem.replan
    return problem.model_copy(update={"replan": again.model_copy(update={"freeze_minutes": 0}) if again else None})


def _warm_up_again(problem: Problem, given: Given) -> Problem:
    kept = tuple(pin for pin in problem.pins if not pin.task.startswith("warm_up:"))
    return problem.model_copy(update={"pins": kept})


def _without_swaps(problem: Problem, given: Given) -> Problem:
    return problem.model_copy(update={"pins": tuple(pin for pin in problem.pins if pin.state != "locked")})


def _longer_waits(problem: Problem, given: Given) -> Problem:
    """What is done or running may wait as long as it must; what is not begun keeps its limits."""
    begun = {pin.task for pin in problem.pins if pin.state != "locked"}
    links = tuple(
        link.model_copy(update={"max_lag_minutes": None})
        if link.before in begun and link.min_lag_minutes is not None
        else link
        for link in problem.links
        if link.before not in begun or link.min_lag_minutes is not None
    )
    dishes = tuple(
        dish.model_copy(
            update={
                "serving": tuple(
                    link.model_copy(update={"max_lag_minutes": None}) if link.task in begun else link
                    for link in dish.serving
                )
            }
        )
        for dish in problem.dishes
    )
    return problem.model_copy(update={"links": links, "dishes": dishes})


def _overtime(problem: Problem, given: Given) -> Problem:
    cooks = (cook.model_copy(update={"presence": given.overtime.get(cook.id, cook.presence)}) for cook in problem.cooks)
    return problem.model_copy(update={"cooks": tuple(cooks)})


def _broken_boards(problem: Problem, given: Given) -> Problem:
    return problem if problem.boards else problem.model_copy(update={"boards": given.boards})


def _back_soon(problem: Problem, given: Given) -> Problem:
    """What is broken is out of order only until it is back; before the plan's start that is not at all."""
    now = problem.replan.now_minutes if problem.replan else 0

    def back(thing: Thing) -> Thing:
        soon = (
            Outage(start_minutes=now, end_minutes=given.back_minute, units=entry.units)
            for entry in thing.outages
            if given.back_minute > now
        )
        return thing.model_copy(update={"outages": tuple(soon)})

    return problem.model_copy(
        update={
            "equipment": tuple(map(back, problem.equipment)),
            "ovens": tuple(map(back, problem.ovens)),
            "vessels": tuple(map(back, problem.vessels)),
        }
    )


def _with_less_skill(problem: Problem, given: Given) -> Problem:
    """What only a cook could do who is gone, the best of those who stay does."""
    end = max((window.end_minutes for cook in problem.cooks for window in cook.presence), default=0)
    stay = [cook for cook in problem.cooks if not cook.presence or cook.presence[-1].end_minutes == end]
    best = max((cook.skill for cook in stay), default=3)
    tasks = (task.model_copy(update={"skill": min(task.skill, best)}) for task in problem.tasks)
    return problem.model_copy(update={"tasks": tuple(tasks)})


def _courses_apart(problem: Problem, given: Given) -> Problem:
    apart = (course.model_copy(update={"window_minutes": problem.horizon_minutes}) for course in problem.courses)
    return problem.model_copy(update={"courses": tuple(apart)})


def _fuller_vessels(problem: Problem, given: Given) -> Problem:
    """Each dish stays in the vessels that it was to have, and they are filled more than they should be."""
    sizes = {stock.id: stock.size for stock in problem.vessels}
    chosen = {(hold.dish, hold.vessel): sizes.get(hold.unit.rpartition("#")[0], 0) for hold in given.old.holds}

    def fitting(dish: Dish) -> Dish:
        uses = (
            use.model_copy(update={"min_size": min(use.min_size, chosen.get((dish.id, use.id), use.min_size))})
            for use in dish.vessels
        )
        return dish.model_copy(update={"vessels": tuple(uses)})

    return problem.model_copy(update={"dishes": tuple(map(fitting, problem.dishes))})


def _no_longest_waits(problem: Problem, given: Given) -> Problem:
    links = tuple(
        link.model_copy(update={"max_lag_minutes": None}) for link in problem.links if link.min_lag_minutes is not None
    )
    return _longer_waits(problem, given).model_copy(update={"links": links})


GIVEN_UP: Final[tuple[tuple[str, Callable[[Problem, Given], Problem]], ...]] = (
    ("what is about to start may move", _without_freeze),
    ("the oven is warmed up again", _warm_up_again),
    ("what is done already waits longer than it should", _longer_waits),
    ("cooks stay longer than their hours", _overtime),
    ("all boards are broken, and one is used", _broken_boards),
    (BACK_SOON, _back_soon),
    ("who is left does what needs more skill", _with_less_skill),
    (TO_OTHERS, _without_swaps),
    ("vessels are fuller than they should be", _fuller_vessels),
    ("the dishes of a course come one after another", _courses_apart),
    ("food waits longer than it should", _no_longest_waits),
)
"""What is given up when nothing fits, in this order and each on top of those before it."""
_SAID_OTHERWISE: Final = (_without_freeze, _warm_up_again, _longer_waits, _back_soon)
LASTING: Final = frozenset(words for words, ease in GIVEN_UP if ease not in _SAID_OTHERWISE)
"""What cooks have to know for as long as the plan is in force, and would see nowhere else."""
