"""Puts clock times and names on a schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from kitchen_agent.cookbook.scaling import scaled_ingredients
from kitchen_agent.dinner import Dinner
from kitchen_agent.dinner.calendar import clock
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan.busy import busiest
from kitchen_agent.plan.model import DinnerPlan, Item, PlanCook, PlanDish
from kitchen_agent.plan.naming import Names
from kitchen_agent.plan.places import places
from kitchen_agent.plan.rounds import notes_on_rounds, rounds_in_words
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from scheduler.explain import Repair
from scheduler.problem import Problem, Task
from scheduler.schedule import Assignment, Inserted, Schedule, Solved

Clock = Callable[[int], datetime]


def make_plan(
    request: DinnerRequest,
    recipes: Mapping[str, Recipe],
    graphs: Mapping[str, TaskGraph],
    dinner: Dinner,
    solved: Solved,
    *,
    notes: Sequence[str] = (),
    bottleneck: str = "",
    model: Mapping[str, str] | None = None,
    repairs: Sequence[Repair] = (),
) -> DinnerPlan:
    """The plan that people read, from the dinner's problem and its schedule; recipes and graphs by dish id.

    `notes` are added to the dinner's own. `bottleneck` in words; empty: what is in use the longest. `model` are the
    versions and hashes of the language model that wrote the graphs; `repairs` those that the problem has.
    """
    problem, schedule = dinner.problem, solved.schedule
    at = partial(clock, dinner.starts_at, zone=request.zone)
    served = {dish.id for dish in problem.dishes}
    lines = {
        dish: _scaled(recipe, graphs[dish], dinner.portions[dish]) for dish, recipe in recipes.items() if dish in served
    }
    names = Names(problem, schedule)
    items = _items(problem, schedule, names, at, graphs, lines)
    return DinnerPlan(
        title=request.title,
        guests=request.guests,
        serve_at=request.serve_at.astimezone(request.zone),
        starts_at=at(0),
        items=items,
        dishes=_dishes(problem, schedule, dinner, at, recipes, graphs, lines),
        cooks=_cooks(request, items),
        places=places(problem, schedule, names, at),
        bottleneck=bottleneck or busiest(problem, items, schedule),
        notes=(*dinner.notes, *notes_on_rounds(problem, schedule, graphs), *notes),
        optimal=solved.optimal,
        terms=schedule.terms,
        versions={**(model or {}), **_versions(schedule)},
        request=request,
        recipes=dict(recipes),
        graphs=dict(graphs),
        problem=problem,
        schedule=schedule,
        repairs=tuple(repairs),
    )


def _versions(schedule: Schedule) -> dict[str, str]:
    """What made the schedule."""
    record = schedule.solver
    if record is None:
        return {}
    limits = {"seed": str(record.seed), "workers": str(record.workers), "stopped by": record.stopped_by}
    return {**record.versions, **limits}


def _scaled(recipe: Recipe, graph: TaskGraph, portions: int) -> tuple[str, ...]:
    known = recipe if recipe.servings is not None else recipe.model_copy(update={"servings": graph.servings})
    return scaled_ingredients(known, portions)


def _items(
    problem: Problem,
    schedule: Schedule,
    names: Names,
    at: Clock,
    graphs: Mapping[str, TaskGraph],
    lines: Mapping[str, Sequence[str]],
) -> tuple[Item, ...]:
    tasks = {task.id: task for task in problem.tasks}
    dinner_start = max((session.start_minutes for session in problem.sessions if not session.make_ahead), default=0)
    watchers = _watchers(problem, schedule, names)
    items = []
    for entry in schedule.assignments:
        task = tasks[entry.task]
        if entry.end_minutes == entry.start_minutes:
            continue
        items.append(
            Item(
                id=entry.task,
                kind="task",
                dish=task.dish,
                name=task.name or entry.task,
                start=at(entry.start_minutes),
                end=at(entry.end_minutes),
                busy_until=at(entry.end_minutes),
                minutes=entry.end_minutes - entry.start_minutes,
                attention=task.attention,
                cooks=tuple(names.thing(cook) for cook in entry.cooks),
                watcher=watchers.get(entry.task, ""),
                equipment=names.equipment(task, entry),
                ingredients=_ingredients(task, graphs, lines),
                rounds=rounds_in_words(task, entry),
                ahead=entry.start_minutes < dinner_start,
            )
        )
    items += [_inserted(problem, entry, tasks, names, at, dinner_start) for entry in schedule.inserted]
    return tuple(sorted(items, key=lambda item: (item.start, item.end, item.id)))


def _inserted(
    problem: Problem, entry: Inserted, tasks: Mapping[str, Task], names: Names, at: Clock, dinner_start: int
) -> Item:
    dish = entry.dish or (tasks[entry.task].dish if entry.task else None)
    busy_until = entry.end_minutes
    if entry.kind == "warm_up":
        name = f"Heat the {names.thing(entry.oven or '')} to {entry.celsius} °C"
        equipment: tuple[str, ...] = (names.thing(entry.oven or ""),)
        busy_until = min(entry.end_minutes, entry.start_minutes + problem.settings.oven_touch_minutes)
    elif entry.kind == "wash_up":
        equipment = (names.unit(entry.unit or ""),)
        name = f"Wash up {_the(equipment[0])}"
    else:
        equipment = (names.board(entry.board),) if entry.board else ()
        name = f"Wash hands and {_the(equipment[0])}" if equipment else "Wash hands"
    return Item(
        id=entry.id,
        kind=entry.kind,
        dish=dish,
        name=name,
        start=at(entry.start_minutes),
        end=at(entry.end_minutes),
        busy_until=at(busy_until),
        minutes=entry.end_minutes - entry.start_minutes,
        attention="hands_on",
        cooks=(names.thing(entry.cook),) if entry.cook else (),
        watcher="",
        equipment=equipment,
        ahead=entry.start_minutes < dinner_start,
    )


def _the(thing: str) -> str:
    """ "the pot", but "saucepan 2"."""
    return thing if thing[-1].isdigit() else f"the {thing}"


def _watchers(problem: Problem, schedule: Schedule, names: Names) -> dict[str, str]:
    """For each task without a cook, the cook whose work leads to it last."""
    placed = {entry.task: entry for entry in schedule.assignments}
    before: dict[str, list[Assignment]] = {}
    for link in problem.links:
        before.setdefault(link.after, []).append(placed[link.before])
    watchers: dict[str, str] = {}
    for entry in schedule.assignments:
        for earlier in sorted(before.get(entry.task, ()), key=lambda found: -found.end_minutes):
            watcher = names.thing(earlier.cooks[0]) if earlier.cooks else watchers.get(earlier.task, "")
            if watcher and not entry.cooks:
                watchers[entry.task] = watcher
                break
    return watchers


def _ingredients(task: Task, graphs: Mapping[str, TaskGraph], lines: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The scaled lines that enter the dish in a task; the first share of work that is shared names them."""
    dish, _, number = task.id.rpartition("/")
    if not number.isdigit() or dish not in graphs:
        return ()
    uses = graphs[dish].tasks[int(number) - 1].uses
    return tuple(lines[dish][index] for index in uses if index < len(lines[dish]))


def _dishes(
    problem: Problem,
    schedule: Schedule,
    dinner: Dinner,
    at: Clock,
    recipes: Mapping[str, Recipe],
    graphs: Mapping[str, TaskGraph],
    lines: Mapping[str, Sequence[str]],
) -> tuple[PlanDish, ...]:
    ready: dict[str, int] = {}
    ends = {entry.task: entry.end_minutes for entry in schedule.assignments}
    for task in problem.tasks:
        end = ends[task.id]
        ready[task.dish or ""] = max(ready.get(task.dish or "", 0), end)
    due = _due(problem)
    served = {entry.dish: entry.served_minutes for entry in schedule.served}
    dishes = [
        PlanDish(
            id=dish.id,
            name=dish.name or dish.id,
            title=recipes[dish.id].title,
            sitting=dinner.sittings[dish.id],
            serve=graphs[dish.id].serve,
            portions=dinner.portions[dish.id],
            due=at(due[dish.id]),
            ready=at(ready[dish.id]),
            served=at(served[dish.id]),
            wait_minutes=served[dish.id] - ready[dish.id],
            late_minutes=served[dish.id] - due[dish.id],
            ingredients=tuple(lines[dish.id]),
        )
        for dish in problem.dishes
    ]
    return tuple(sorted(dishes, key=lambda dish: dish.served))


def _due(problem: Problem) -> dict[str, int]:
    """The minute at which each dish is wished for."""
    courses: dict[str, int] = {}
    for course in problem.courses:
        own = course.serve_at_minutes
        courses[course.id] = own if own is not None else courses[course.follows or ""] + course.gap_minutes
    return {dish.id: courses[dish.course or ""] for dish in problem.dishes}


def _cooks(request: DinnerRequest, items: Sequence[Item]) -> tuple[PlanCook, ...]:
    cooks = []
    for cook in request.cooks:
        own = [item for item in items if cook.name in item.cooks]
        cooks.append(
            PlanCook(
                id=cook.id,
                name=cook.name,
                skill=cook.skill,
                busy_minutes=_busy_minutes(own),
                first=min((item.start for item in own), default=None),
                last=max((item.busy_until for item in own), default=None),
            )
        )
    return tuple(cooks)


def _busy_minutes(items: Sequence[Item]) -> int:
    """The minutes in which a cook does at least one of `items`: two pots that are watched together count once."""
    busy, until = timedelta(), None
    for item in sorted(items, key=lambda item: item.start):
        start = item.start if until is None else max(item.start, until)
        if item.busy_until > start:
            busy += item.busy_until - start
            until = item.busy_until
    return busy // timedelta(minutes=1)
