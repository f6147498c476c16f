"""The scheduling problem of this moment: the dinner as it was asked for, changed by what has happened.

The problem is that of the first plan, or built anew when guests or dishes have changed and then moved to the first
plan's clock, so that its minute 0 stays. Then each thing that happened changes it (`changes.CHANGES`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TypeVar

from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.dinner.calendar import clock, minutes_between
from kitchen_agent.live.asked import request_now
from kitchen_agent.live.changes import CHANGES
from kitchen_agent.live.hours import as_planned
from kitchen_agent.live.session import Session
from kitchen_agent.nodes import earlier_minutes
from scheduler.explain import Repair, ServeLater
from scheduler.problem import Problem, Window
from scheduler.problem import Session as Hours

Span = TypeVar("Span", Window, Hours)


def dinner_now(session: Session, now: datetime) -> Dinner:
    """The dinner as it stands at `now`; its minute 0 is that of the session's first plan.

    Raises EquipmentError when a new dish needs what the kitchen lacks.
    """
    first = session.first
    request, graphs, recipes = request_now(session)
    dinner = build_problem(request.model_copy(update={"serve_at": first.request.serve_at}), graphs, recipes)
    if session.guests is None and not session.added:
        problem = first.problem  # with the repairs that made the first plan fit
    else:
        dinner = repaired(dinner, first.repairs, request.zone)
        problem = moved(dinner.problem, minutes_between(first.starts_at, dinner.starts_at))
        problem = as_planned(problem, first.problem)
    minute = max(0, minutes_between(first.starts_at, now))
    for change in CHANGES:
        problem = change(problem, session, minute)
    return dinner.model_copy(update={"problem": problem, "starts_at": first.starts_at})


def repaired(dinner: Dinner, repairs: Iterable[Repair], zone: tzinfo) -> Dinner:
    """`dinner`, built anew, with the repairs of the first plan; to serve later is in its request already."""
    for repair in repairs:
        if not isinstance(repair, ServeLater):
            starts_at = clock(dinner.starts_at, -earlier_minutes(repair), zone)
            dinner = dinner.model_copy(update={"problem": repair.apply(dinner.problem), "starts_at": starts_at})
    return dinner


def moved(problem: Problem, minutes: int) -> Problem:
    """`problem` with every clock time `minutes` later; what would lie before minute 0 is cut off."""
    if minutes == 0:
        return problem

    def spans(entries: tuple[Span, ...]) -> tuple[Span, ...]:
        shifted = (
            entry.model_copy(
                update={
                    "start_minutes": max(0, entry.start_minutes + minutes),
                    "end_minutes": entry.end_minutes + minutes,
                }
            )
            for entry in entries
        )
        return tuple(entry for entry in shifted if entry.end_minutes > entry.start_minutes)

    return problem.model_copy(
        update={
            "horizon_minutes": problem.horizon_minutes + minutes,
            "sessions": spans(problem.sessions),
            "cooks": tuple(cook.model_copy(update={"presence": spans(cook.presence)}) for cook in problem.cooks),
            "courses": tuple(
                course.model_copy(update={"serve_at_minutes": course.serve_at_minutes + minutes})
                if course.serve_at_minutes is not None
                else course
                for course in problem.courses
            ),
        }
    )
