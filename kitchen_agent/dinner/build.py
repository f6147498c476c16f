"""From a dinner request and the dishes' task graphs to the scheduler's problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from kitchen_agent.dinner import resources
from kitchen_agent.dinner.calendar import Calendar, Chain, make_calendar, pace_percent
from kitchen_agent.dinner.cold_chain import cold_chain
from kitchen_agent.dinner.lags import KEEPS_MINUTES, finishing_minutes, serving_links
from kitchen_agent.dinner.part import Part, make_parts
from kitchen_agent.menu import SKILL_LEVEL, DinnerRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph, final_ids
from scheduler.problem import Cook, Course, Dish, Problem, Settings, VesselUse

COURSE_WINDOW_MINUTES: Final = 5
"""The dishes of one sitting come to the table within this time."""


class Dinner(BaseModel):
    """The scheduler's problem with what it does not know: the clock, the portions, and what was changed.

    `starts_at` is minute 0 of the problem. `portions` are the servings made of each dish, `sittings` says with which
    sitting each dish is served. `notes` are sentences for the cooks. Ids: a dish has its id of the request, a task is
    "dish/number", a cook is `Cook.id`, a course of the problem is a sitting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    problem: Problem
    starts_at: datetime
    portions: dict[str, int]
    sittings: dict[str, str]
    notes: tuple[str, ...]


def build_problem(request: DinnerRequest, graphs: Mapping[str, TaskGraph], recipes: Mapping[str, Recipe]) -> Dinner:
    """The scheduling problem of `request`; `graphs` and `recipes` by dish id.

    Minutes are scaled to the guests, equipment is fitted to the kitchen, raw meat and fish are not out of the fridge
    for longer than the kitchen allows, and the working hours are laid out so that the longest chain fits. Raises
    EquipmentError when the kitchen lacks something that nothing replaces.
    """
    kitchen = request.kitchen
    parts = make_parts(request, graphs, recipes)
    sittings = {part.request.id: request.sitting(part.request, part.graph.course) for part in parts}
    offsets = request.offsets(list(sittings.values()))
    calendar = make_calendar(request, [_chain(part, offsets[sittings[part.request.id]]) for part in parts])
    tasks = [
        task.model_copy(update={"make_ahead": task.id in calendar.ahead}) for part in parts for task in part.all_tasks
    ]
    problem = Problem(
        horizon_minutes=calendar.horizon_minutes,
        tasks=tuple(tasks),
        links=tuple(link for part in parts for link in part.links),
        dishes=_dishes(parts, sittings),
        courses=_courses(offsets, calendar.minute(request.serve_at)),
        cooks=_cooks(request, calendar),
        equipment=resources.pools(kitchen, {need.equipment for task in tasks for need in task.needs}),
        ovens=resources.ovens(kitchen),
        vessels=resources.stock(kitchen, {vessel.kind for part in parts for vessel in part.vessels}),
        boards=resources.boards(kitchen),
        sessions=calendar.sessions(),
        settings=Settings(
            watch_fire=kitchen.watch_fire,
            oven_tolerance_celsius=kitchen.oven_tolerance_celsius,
            clean_minutes=kitchen.clean_minutes,
            washing_is_light=True,
        ),
    )
    chilled = cold_chain(problem, kitchen.chilled_out_minutes)
    return Dinner(
        problem=problem.model_copy(update={"links": problem.links + chilled.links}),
        starts_at=calendar.starts_at,
        portions={part.request.id: part.made.portions for part in parts},
        sittings=sittings,
        notes=(*(note for part in parts for note in part.notes), *chilled.notes),
    )


def _chain(part: Part, due: int) -> Chain:
    after: dict[str, list[str]] = {task.id: [] for task in part.all_tasks}
    for link in part.links:
        after[link.after].append(link.before)
    return Chain(
        tasks=part.all_tasks,
        after=after,
        due=due,
        may_be_ahead=part.request.ahead,
        keeps=part.graph.hold >= KEEPS_MINUTES,
        keeping=tuple(
            main.id for task, main in zip(part.graph.tasks, part.tasks, strict=True) if task.hold >= KEEPS_MINUTES
        ),
    )


def _names(parts: Sequence[Part]) -> dict[str, str]:
    """What people call each dish: its name on the menu, with a number where that stands there again."""
    seen = Counter[str]()
    names = {}
    for part in parts:
        name = part.request.name
        seen[name.lower()] += 1
        names[part.request.id] = name if seen[name.lower()] == 1 else f"{name} ({seen[name.lower()]})"
    return names


def _dishes(parts: Sequence[Part], sittings: Mapping[str, str]) -> tuple[Dish, ...]:
    finishing = {part.request.id: finishing_minutes(part.graph, part.minutes) for part in parts}
    names = _names(parts)
    dishes = []
    for part in parts:
        dish = part.request.id
        queue = sum(
            minutes for other, minutes in finishing.items() if other != dish and sittings[other] == sittings[dish]
        )
        dishes.append(
            Dish(
                id=dish,
                name=names[dish],
                course=sittings[dish],
                vessels=tuple(
                    VesselUse(id=vessel.id, kind=vessel.kind, min_size=vessel.portions) for vessel in part.vessels
                ),
                serving=tuple(
                    link.model_copy(update={"task": share.id})
                    for link in serving_links(dish, part.graph, queue + _turns(part))
                    for share in part.shares[link.task]
                ),
            )
        )
    return tuple(dishes)


def _turns(part: Part) -> int:
    """The minutes that one cook takes for all shares of the last tasks, if they are cut into shares."""
    shares = [part.shares[f"{part.request.id}/{number}"] for number in final_ids(part.graph.tasks)]
    return sum(task.minutes for tasks in shares if len(tasks) > 1 for task in tasks)


def _courses(offsets: Mapping[str, int], serve_minute: int) -> tuple[Course, ...]:
    """One course for each sitting; each follows the one before it, so that a late starter moves the main."""
    courses: list[Course] = []
    previous: str | None = None
    for sitting, offset in offsets.items():
        courses.append(
            Course(
                id=sitting,
                name=sitting,
                serve_at_minutes=serve_minute + offset if previous is None else None,
                follows=previous,
                gap_minutes=0 if previous is None else offset - offsets[previous],
                window_minutes=COURSE_WINDOW_MINUTES,
            )
        )
        previous = sitting
    return tuple(courses)


def _cooks(request: DinnerRequest, calendar: Calendar) -> tuple[Cook, ...]:
    return tuple(
        Cook(
            id=cook.id,
            name=cook.name,
            skill=SKILL_LEVEL[cook.skill],
            presence=calendar.presence(cook, request.serve_at),
            refuses=tuple(word.lower() for word in cook.refuses),
            pace_percent=pace_percent(cook, request.kitchen),
            tend_capacity=request.kitchen.tend_capacity,
        )
        for cook in request.cooks
    )
