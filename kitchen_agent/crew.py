"""Who cooks: who is there in the working hours of a dinner, and whether they can do all of its work at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.dinner.calendar import clock
from kitchen_agent.errors import CrewError, RequestError
from kitchen_agent.menu import SKILL_LEVEL, DinnerRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from scheduler.problem import Cook, Problem, Task

_WORD: Final = {level: word for word, level in SKILL_LEVEL.items()}


def with_those_there(
    request: DinnerRequest, graphs: Mapping[str, TaskGraph], recipes: Mapping[str, Recipe]
) -> tuple[DinnerRequest, tuple[str, ...]]:
    """`request` with those cooks alone who are there in the working hours, and a sentence for each of the others.

    The hours are laid out anew for those who are left, as they have more to do each. Raises RequestError when nobody is
    left.
    """
    notes: tuple[str, ...] = ()
    while True:
        dinner = build_problem(request, graphs, recipes)
        there = {
            cook.id
            for cook in dinner.problem.cooks
            if any(window.start_minutes < dinner.problem.horizon_minutes for window in cook.presence)
        }
        absent = [cook for cook in request.cooks if cook.id not in there]
        if not absent:
            return request, notes
        hours = _hours(dinner, request)
        if not there:
            spans = "; ".join(f"{cook.name}: {', '.join(map(str, cook.present))}" for cook in absent)
            fix = f"Give one of them hours that meet these, as in --cook {absent[0].name}@{hours.replace(' to ', '-')}"
            raise RequestError(
                request.title, [f"cooks: nobody is there in the working hours, {hours} ({spans}). {fix}"]
            )
        notes += tuple(f"{cook.name} is not there in the working hours, {hours}, and has no work." for cook in absent)
        request = request.model_copy(update={"cooks": tuple(cook for cook in request.cooks if cook.id in there)})


def require_crew(problem: Problem) -> None:
    """Raise CrewError when there is work that no cook may do, for want of skill or because all who may refuse it."""
    beyond = [
        task
        for task in problem.tasks
        if task.attention != "unattended" and not any(_may(cook, task) for cook in problem.cooks)
    ]
    if beyond:
        hardest = max(beyond, key=lambda task: task.skill)
        titles = {dish.id: dish.name or dish.id for dish in problem.dishes}
        refused = any(cook.skill >= hardest.skill for cook in problem.cooks)
        raise CrewError(
            hardest.name, titles.get(hardest.dish or "", ""), _WORD[hardest.skill], refused, len(beyond) - 1
        )


def _hours(dinner: Dinner, request: DinnerRequest) -> str:
    """The working hours of the day on which the guests eat."""
    minutes = [session.start_minutes for session in dinner.problem.sessions] or [0]
    starts = [clock(dinner.starts_at, minute, request.zone) for minute in minutes]
    day = request.serve_at.astimezone(request.zone).date()
    start = next((moment for moment in starts if moment.date() == day), starts[-1])
    return f"{start:%H:%M} to {clock(dinner.starts_at, dinner.problem.horizon_minutes, request.zone):%H:%M}"


def _may(cook: Cook, task: Task) -> bool:
    return cook.skill >= task.skill and not set(cook.refuses).intersection(task.tags)
