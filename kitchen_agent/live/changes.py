"""How each thing that happened changes the scheduling problem: a function each, in the order of `CHANGES`.

What is done is pinned where it happened, what runs keeps its cook and its equipment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from typing import Final, TypeVar

from kitchen_agent.dinner.calendar import minutes_between
from kitchen_agent.dinner.cold_chain import cold_chain
from kitchen_agent.live.hours import begun_earlier
from kitchen_agent.live.presence import with_arrival, without
from kitchen_agent.live.session import Session, planned_oven_factor
from kitchen_agent.live.settled import minute_of, settle, span
from kitchen_agent.menu import SKILL_LEVEL
from scheduler.problem import (
    ORDER,
    Cook,
    Dish,
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
    """All courses come earlier or later together; what is cooked for an earlier dinner begins earlier."""
    if session.serve_at is None:
        return problem
    later = _serving_later(session)
    courses = tuple(
        course.model_copy(update={"serve_at_minutes": max(0, course.serve_at_minutes + later)})
        if course.serve_at_minutes is not None
        else course
        for course in problem.courses
    )
    return begun_earlier(problem.model_copy(update={"courses": courses}), max(0, -later))


def _serving_later(session: Session) -> int:
    """By how many minutes the dinner is served later than asked for at first."""
    return minutes_between(session.first.request.serve_at, session.serve_at or session.first.request.serve_at)


def _hold_courses(problem: Problem, session: Session, now: int) -> Problem:
    """A course that is held back, and those after it, come later."""
    courses = []
    for course in problem.courses:
        held = session.held_minutes.get(course.id, 0)
        update = {"gap_minutes": course.gap_minutes + held} if course.follows else {}
        if course.serve_at_minutes is not None:
            update = {"serve_at_minutes": course.serve_at_minutes + held}
        courses.append(course.model_copy(update=update))
    return problem.model_copy(update={"courses": tuple(courses)})


def _stretch(problem: Problem, session: Session, now: int) -> Problem:
    """The day is long enough to finish from now, however late it is: the last working hours go on.

    Cooks who were to be there until those end stay; who has said when to go home is not kept.
    """
    work = sum(
        task.rounds * task.minutes
        for task in problem.tasks
        if session.progress(task.id).state not in ("done", "skipped")
    )
    running = [span(session, progress, now)[1] for progress in session.tasks.values() if progress.state == "running"]
    closing = problem.horizon_minutes
    later = max(0, _serving_later(session)) + sum(session.held_minutes.values())
    end = max(closing + later, max([now, *running]) + work + SLACK_MINUTES)

    def on(entry: Span) -> Span:
        return entry.model_copy(update={"end_minutes": end}) if entry.end_minutes == closing else entry

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
            id=cook,
            name=newcomer.name,
            skill=SKILL_LEVEL[newcomer.skill],
            pace_percent=session.first.request.kitchen.novice_percent if newcomer.skill == "novice" else 100,
            tend_capacity=session.first.request.kitchen.tend_capacity,
        )
        for cook, newcomer in session.newcomers.items()
    )
    cooks = []
    for cook in (*problem.cooks, *newcomers):
        presence = list(cook.presence) or [Window(start_minutes=0, end_minutes=problem.horizon_minutes)]
        for arrival in session.arrivals:
            if arrival.cook == cook.id:
                presence = with_arrival(presence, minute_of(session, arrival.at), problem.horizon_minutes)
        cooks.append(cook.model_copy(update={"presence": _there(problem, session, cook.id, presence)}))
    return problem.model_copy(update={"cooks": tuple(cooks)})


def _there(problem: Problem, session: Session, cook: str, presence: Iterable[Window]) -> tuple[Window, ...]:
    """`presence` without the absences of `cook`."""
    left = list(presence)
    for absence in (absence for absence in session.away if absence.cook == cook):
        end = problem.horizon_minutes if absence.end is None else minute_of(session, absence.end)
        left = without(left, minute_of(session, absence.start), end)
    # Someone who is never there again keeps an empty moment: no window at all would mean "always there".
    nobody = Window(start_minutes=problem.horizon_minutes, end_minutes=problem.horizon_minutes + 1)
    return tuple(left) or (nobody,)


def overtime(problem: Problem, session: Session) -> dict[str, tuple[Window, ...]]:
    """When the cooks of `problem` would be there if nobody went home at their hour; who has said to leave leaves."""
    longer = {}
    for cook in problem.cooks:
        last = cook.presence[-1]
        if last.end_minutes - last.start_minutes > 1:  # else the empty moment of someone who is never there
            until = last.model_copy(update={"end_minutes": max(last.end_minutes, problem.horizon_minutes)})
            longer[cook.id] = _there(problem, session, cook.id, (*cook.presence[:-1], until))
    return longer


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
    boards = tuple(board for board in problem.boards if not session.failed.get(board.id))
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
    factor = planned_oven_factor(session, task.oven)
    return task.model_copy(update={"minutes": math.ceil(task.minutes * factor)}) if factor > 1 else task


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
    """A task that is left out is bridged: what needed it needs what it needed, with no limit on the wait.

    A dish of which nothing is left is not served.
    """
    for task in [task.id for task in problem.tasks if session.progress(task.id).state == "skipped"]:
        order = [link for link in problem.links if link.min_lag_minutes is not None]
        before = [link for link in order if link.after == task]
        after = [link for link in order if link.before == task]
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
    left = {task.dish for task in problem.tasks}
    return problem.model_copy(update={"dishes": tuple(dish for dish in problem.dishes if dish.id in left)})


def _served_without(serving: tuple[ServingLink, ...], task: str, before: list[Link]) -> tuple[ServingLink, ...]:
    left = tuple(link for link in serving if link.task != task)
    known = {link.task for link in left}
    if len(left) == len(serving):
        return serving
    return left + tuple(ServingLink(task=link.before) for link in before if link.before not in known)


def _keep_cold(problem: Problem, session: Session, now: int) -> Problem:
    """Raw meat and fish are not out of the fridge for longer than this kitchen allows."""
    bounds = cold_chain(problem, session.first.request.kitchen.chilled_out_minutes).links
    links = tuple(link for link in bounds if link not in problem.links)
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
            if link.min_lag_minutes is None:
                continue
            link = link.model_copy(update={"max_lag_minutes": None})
        links.append(link)
    dishes = tuple(_patient(dish, session.accepted_waits) for dish in problem.dishes)
    return problem.model_copy(update={"links": tuple(links), "dishes": dishes})


def _patient(dish: Dish, accepted: Collection[str]) -> Dish:
    """`dish`, whose finished parts wait for the table as long as they must where a person accepts that."""
    serving = (
        link.model_copy(update={"max_lag_minutes": None}) if link.task in accepted else link for link in dish.serving
    )
    return dish.model_copy(update={"serving": tuple(serving)})


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
