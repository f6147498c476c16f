"""How each thing that happened changes the scheduling problem: a function each, in the order of `CHANGES`.

What is done is pinned where it happened, what runs keeps its cook and its equipment.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeVar

from kitchen_agent.dinner.calendar import minutes_between
from kitchen_agent.live.cold_chain import cold_chain
from kitchen_agent.live.session import Session, cold_oven_factor
from kitchen_agent.live.settled import minute_of, settle, span
from kitchen_agent.menu import SKILL_LEVEL
from scheduler.problem import (
    ORDER,
    Cook,
    Equipment,
    Link,
    Outage,
    Oven,
    Problem,
    ServingLink,
    Task,
    TermName,
    VesselStock,
    Window,
)
from scheduler.problem import (
    Session as Hours,
)

Span = TypeVar("Span", Window, Hours)
Thing = TypeVar("Thing", Equipment, Oven, VesselStock)

SLACK_MINUTES: Final = 120
FIRST_AIMS: Final[tuple[TermName, ...]] = ("lateness", "hot_wait", "stability")
LIVE_ORDER: Final = (*FIRST_AIMS, *(term for term in ORDER if term not in FIRST_AIMS))
"""The plan's own order, with stability before everything that is only elegance."""


def _drop_dishes(problem: Problem, session: Session, now: int) -> Problem:
    """A dish that is not wanted any more is gone, with all its tasks."""
    gone = {task.id for task in problem.tasks if task.dish in session.dropped}
    if not gone:
        return problem
    return problem.model_copy(
        update={
            "tasks": tuple(task for task in problem.tasks if task.id not in gone),
            "links": tuple(link for link in problem.links if not gone & {link.before, link.after}),
            "dishes": tuple(dish for dish in problem.dishes if dish.id not in session.dropped),
        }
    )


def _move_serving(problem: Problem, session: Session, now: int) -> Problem:
    """All courses come earlier or later together."""
    if session.serve_at is None:
        return problem
    later = minutes_between(session.first.request.serve_at, session.serve_at)
    courses = tuple(
        course.model_copy(update={"serve_at_minutes": max(0, course.serve_at_minutes + later)})
        if course.serve_at_minutes is not None
        else course
        for course in problem.courses
    )
    horizon = problem.horizon_minutes + max(0, later)
    return problem.model_copy(update={"courses": courses, "horizon_minutes": horizon})


def _hold_courses(problem: Problem, session: Session, now: int) -> Problem:
    """A course that is held back, and those after it, come later."""
    courses = []
    for course in problem.courses:
        held = session.held_minutes.get(course.id, 0)
        update = {"gap_minutes": course.gap_minutes + held} if course.follows else {}
        if course.serve_at_minutes is not None:
            update = {"serve_at_minutes": course.serve_at_minutes + held}
        courses.append(course.model_copy(update=update))
    horizon = problem.horizon_minutes + sum(session.held_minutes.values())
    return problem.model_copy(update={"courses": tuple(courses), "horizon_minutes": horizon})


def _stretch(problem: Problem, session: Session, now: int) -> Problem:
    """The day is long enough to finish from now, however late it is: the last working hours go on."""
    work = sum(
        task.rounds * task.minutes
        for task in problem.tasks
        if session.progress(task.id).state not in ("done", "skipped")
    )
    running = [span(session, progress, now)[1] for progress in session.tasks.values() if progress.state == "running"]
    end = max(problem.horizon_minutes, max([now, *running]) + work + SLACK_MINUTES)
    last = max((span.end_minutes for cook in problem.cooks for span in cook.presence), default=end)

    closing = max((hours.end_minutes for hours in problem.sessions), default=last)

    def on(entry: Span) -> Span:
        return entry.model_copy(update={"end_minutes": end}) if entry.end_minutes in (last, closing) else entry

    return problem.model_copy(
        update={
            "horizon_minutes": end,
            "sessions": tuple(map(on, problem.sessions)),
            "cooks": tuple(
                cook.model_copy(update={"presence": tuple(map(on, cook.presence))}) for cook in problem.cooks
            ),
        }
    )


def _change_cooks(problem: Problem, session: Session, now: int) -> Problem:
    """Cooks who came later join, and nobody works while away."""
    newcomers = tuple(
        Cook(
            id=name,
            name=name,
            skill=SKILL_LEVEL[skill],
            pace_percent=session.first.request.kitchen.novice_percent if skill == "novice" else 100,
            tend_capacity=session.first.request.kitchen.tend_capacity,
        )
        for name, skill in session.newcomers.items()
    )
    cooks = []
    for cook in (*problem.cooks, *newcomers):
        presence = list(cook.presence) or [Window(start_minutes=0, end_minutes=problem.horizon_minutes)]
        for absence in session.away:
            if absence.cook == cook.id:
                start = minute_of(session, absence.start)
                end = problem.horizon_minutes if absence.end is None else minute_of(session, absence.end)
                presence = _without(presence, start, end)
        # Someone who is never there again keeps an empty moment: no window at all would mean "always there".
        nobody = [Window(start_minutes=problem.horizon_minutes, end_minutes=problem.horizon_minutes + 1)]
        cooks.append(cook.model_copy(update={"presence": tuple(presence or nobody)}))
    return problem.model_copy(update={"cooks": tuple(cooks)})


def _set_order(problem: Problem, session: Session, now: int) -> Problem:
    """What matters now, in its order."""
    return problem.model_copy(update={"objective": LIVE_ORDER})


def _break_equipment(problem: Problem, session: Session, now: int) -> Problem:
    """What has failed cannot be used from now until it is reported back; a cold oven makes its dishes take longer."""

    def broken(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
        outages = {
            name: (Outage(start_minutes=now, end_minutes=end, units=units),) for name, units in session.failed.items()
        }
        return tuple(
            thing.model_copy(update={"outages": outages[thing.id]}) if thing.id in outages else thing
            for thing in things
        )

    end = problem.horizon_minutes
    boards = tuple(board for board in problem.boards if not session.failed.get(board.id)) or problem.boards
    tasks = tuple(_slowed(task, session) for task in problem.tasks)
    return problem.model_copy(
        update={
            "equipment": broken(problem.equipment),
            "ovens": broken(problem.ovens),
            "vessels": broken(problem.vessels),
            "boards": boards,
            "tasks": tasks,
        }
    )


def _slowed(task: Task, session: Session) -> Task:
    """A dish takes as long as it does in the hottest oven that is left."""
    if task.oven is None or not session.oven_celsius:
        return task
    ovens = [oven.id for oven in session.first.problem.ovens if not session.failed.get(oven.id)]
    hottest = max((session.oven_celsius.get(oven, task.oven.celsius) for oven in ovens), default=task.oven.celsius)
    factor = cold_oven_factor(task.oven.celsius, hottest)
    return task.model_copy(update={"minutes": math.ceil(task.minutes * factor)})


def _change_tasks(problem: Problem, session: Session, now: int) -> Problem:
    """Tasks that need more minutes get them; a paused one needs what was left."""
    tasks = []
    for task in problem.tasks:
        progress = session.progress(task.id)
        if progress.state == "paused" and progress.remaining_minutes is not None:
            task = task.model_copy(update={"minutes": progress.remaining_minutes, "rounds": 1, "max_pans": 1})
        elif progress.state == "waiting" and progress.extra_minutes:
            extra = math.ceil(progress.extra_minutes / task.rounds)
            task = task.model_copy(update={"minutes": task.minutes + extra})
        tasks.append(task)
    return problem.model_copy(update={"tasks": tuple(tasks)})


def _skip_tasks(problem: Problem, session: Session, now: int) -> Problem:
    """A task that is left out is bridged: what needed it needs what it needed, with no limit on the wait."""
    for task in [task.id for task in problem.tasks if session.progress(task.id).state == "skipped"]:
        before = [link for link in problem.links if link.after == task]
        after = [link for link in problem.links if link.before == task]
        bridges = tuple(Link(before=one.before, after=two.after) for one in before for two in after)
        kept = tuple(link for link in problem.links if task not in (link.before, link.after))
        problem = problem.model_copy(
            update={
                "tasks": tuple(entry for entry in problem.tasks if entry.id != task),
                "links": kept + bridges,
                "dishes": tuple(
                    dish.model_copy(update={"serving": _served_without(dish.serving, task, before)})
                    for dish in problem.dishes
                ),
            }
        )
    return problem


def _served_without(serving: tuple[ServingLink, ...], task: str, before: list[Link]) -> tuple[ServingLink, ...]:
    left = tuple(link for link in serving if link.task != task)
    known = {link.task for link in left}
    if len(left) == len(serving):
        return serving
    return left + tuple(ServingLink(task=link.before) for link in before if link.before not in known)


def _keep_cold(problem: Problem, session: Session, now: int) -> Problem:
    """Raw meat and fish are not out of the fridge for longer than this kitchen allows."""
    links = tuple(cold_chain(problem, session.first.request.kitchen.chilled_out_minutes))
    return problem.model_copy(update={"links": problem.links + links})


def _forgive(problem: Problem, session: Session, now: int) -> Problem:
    """What was begun already is not asked for its needs again; a wait that a person accepted has no limit."""
    begun = {t for t, p in session.tasks.items() if p.state in ("running", "done", "paused")}
    fixed = {t for t, p in session.tasks.items() if p.state in ("running", "done")}
    links = []
    for link in problem.links:
        if link.after in fixed and link.before not in fixed:
            continue
        if link.after in begun or link.before in session.accepted_waits:
            link = link.model_copy(update={"max_lag_minutes": None})
        links.append(link)
    return problem.model_copy(update={"links": tuple(links)})


CHANGES: Final[tuple[Callable[[Problem, Session, int], Problem], ...]] = (
    _drop_dishes,
    _move_serving,
    _hold_courses,
    _stretch,
    _change_cooks,
    _break_equipment,
    _change_tasks,
    _skip_tasks,
    _keep_cold,
    _forgive,
    _set_order,
    settle,
)


def _without(spans: list[Window], start: int, end: int) -> list[Window]:
    left = []
    for window in spans:
        before = (window.start_minutes, min(window.end_minutes, start))
        after = (max(window.start_minutes, end), window.end_minutes)
        left += [Window(start_minutes=a, end_minutes=b) for a, b in (before, after) if a < b]
    return left
