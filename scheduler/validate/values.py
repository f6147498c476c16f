"""Faults of single values: ids, numbers, windows, levels."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from scheduler.durations import stand_in_cost, useful_pans
from scheduler.errors import Fault
from scheduler.problem import Board, Cook, Course, Dish, Equipment, Outage, Oven, Problem, Task, VesselStock, Window

COLDEST, HOTTEST = 30, 350
"""Celsius that any oven for food can hold; outside them a temperature is a slip of the pen."""

_Named = Task | Dish | Course | Cook | Equipment | Oven | VesselStock | Board


def ids(problem: Problem) -> Iterator[Fault]:
    """Ids that are empty or given twice."""
    groups: dict[str, Iterable[_Named]] = {
        "tasks": problem.tasks,
        "dishes": problem.dishes,
        "courses": problem.courses,
        "cooks": problem.cooks,
        "equipment": problem.equipment,
        "ovens": problem.ovens,
        "vessels": problem.vessels,
        "boards": problem.boards,
    }
    for name, members in groups.items():
        yield from _names(name, [member.id for member in members])
    for dish in problem.dishes:
        yield from _names(f"dishes.{dish.id}.vessels", [use.id for use in dish.vessels])


def _names(where: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if not name:
            yield Fault(where, "''", "an id is empty; give every member an id")
        elif name in seen:
            yield Fault(where, repr(name), "the id is used twice; ids are unique within their list")
        seen.add(name)


def wash_ups(problem: Problem) -> Iterator[Fault]:
    """Vessels of two dishes whose wash-ups would have one id."""
    owners: dict[str, tuple[str, str]] = {}
    washed = [stock for stock in problem.vessels if stock.wash_minutes]
    for dish in problem.dishes:
        for use in dish.vessels:
            if all(stand_in_cost(stock, use) is None for stock in washed):
                continue
            users = [task for task in problem.tasks if task.dish == dish.id and use.id in task.vessels]
            pans = [f"+{task.id}#{copy}" for task in users for copy in range(2, max(useful_pans(task)) + 1)]
            for name in [f"{dish.id}/{use.id}{pan}" for pan in ("", *pans)]:
                other = owners.setdefault(name, (dish.id, use.id))
                if other != (dish.id, use.id):
                    message = f"is washed up under the same name as {other[1]!r} of {other[0]!r}; "
                    message += "name vessels without / and +"
                    yield Fault(f"dishes.{dish.id}.vessels", repr(use.id), message)


def negatives(problem: Problem) -> Iterator[Fault]:
    """Numbers below their least sensible value."""
    yield from below("horizon_minutes", problem.horizon_minutes, 0)
    for task in problem.tasks:
        where = f"tasks.{task.id}"
        yield from below(f"{where}.minutes", task.minutes, 0)
        yield from below(f"{where}.release_minutes", task.release_minutes, 0)
        yield from below(f"{where}.deadline_minutes", task.deadline_minutes, 0)
        yield from below(f"{where}.rounds", task.rounds, 1)
        yield from below(f"{where}.max_pans", task.max_pans, 1)
        for need in task.needs:
            yield from below(f"{where}.needs.{need.equipment}", need.units, 1)
        for crew in task.crew:
            yield from below(f"{where}.crew.{crew.ability}", crew.count, 1)
        if task.oven:
            yield from below(f"{where}.oven.slots", task.oven.slots, 1)
    for cook in problem.cooks:
        yield from below(f"cooks.{cook.id}.pace_percent", cook.pace_percent, 1)
        yield from below(f"cooks.{cook.id}.tend_capacity", cook.tend_capacity, 1)
    for pool in problem.equipment:
        yield from below(f"equipment.{pool.id}.count", pool.count, 0)
    for stock in problem.vessels:
        yield from below(f"vessels.{stock.id}.count", stock.count, 0)
        yield from below(f"vessels.{stock.id}.wash_minutes", stock.wash_minutes, 0)
        for stand_in in stock.stands_in_for:
            yield from below(f"vessels.{stock.id}.stands_in_for.{stand_in.kind}.cost", stand_in.cost, 0)
    for oven in problem.ovens:
        for field in ("slots", "warm_up_minutes", "change_minutes", "keep_hot_minutes", "recovery_minutes"):
            yield from below(f"ovens.{oven.id}.{field}", getattr(oven, field), 0)
    yield from below("settings.oven_touch_minutes", problem.settings.oven_touch_minutes, 0)
    yield from below("settings.clean_minutes", problem.settings.clean_minutes, 0)
    yield from below("settings.oven_tolerance_celsius", problem.settings.oven_tolerance_celsius, 0)
    for course in problem.courses:
        yield from below(f"courses.{course.id}.gap_minutes", course.gap_minutes, 0)
        yield from below(f"courses.{course.id}.window_minutes", course.window_minutes, 0)
        yield from below(f"courses.{course.id}.serve_at_minutes", course.serve_at_minutes, 0)
    for dish in problem.dishes:
        yield from below(f"dishes.{dish.id}.serve_at_minutes", dish.serve_at_minutes, 0)
    if problem.replan:
        for field in ("now_minutes", "freeze_minutes", "cook_change_cost"):
            yield from below(f"replan.{field}", getattr(problem.replan, field), 0)
        for planned in problem.replan.baseline:
            yield from below(f"replan.baseline.{planned.task}.weight", planned.weight, 0)


def below(where: str, value: int | None, least: int) -> Iterator[Fault]:
    """A number that is less than it can be."""
    if value is not None and value < least:
        yield Fault(where, str(value), f"must be at least {least}")


def windows(problem: Problem) -> Iterator[Fault]:
    """Hours, outages and sessions that end before they start, and hours that overlap."""
    for cook in problem.cooks:
        where = f"cooks.{cook.id}.presence"
        yield from _spans(where, cook.presence)
        for first, second in pairwise(sorted(cook.presence, key=lambda w: w.start_minutes)):
            if second.start_minutes < first.end_minutes:
                value = f"[{second.start_minutes}, {second.end_minutes})"
                yield Fault(where, value, "overlaps another window; join the two")
    for name, things in (("equipment", problem.equipment), ("ovens", problem.ovens), ("vessels", problem.vessels)):
        for thing in things:
            yield from _spans(f"{name}.{thing.id}.outages", thing.outages)
            for outage in thing.outages:
                yield from below(f"{name}.{thing.id}.outages.units", outage.units, 0)
    yield from _spans(
        "sessions", [Window(start_minutes=s.start_minutes, end_minutes=s.end_minutes) for s in problem.sessions]
    )


def _spans(where: str, spans: tuple[Window, ...] | tuple[Outage, ...] | list[Window]) -> Iterator[Fault]:
    for span in spans:
        value = f"[{span.start_minutes}, {span.end_minutes})"
        if span.start_minutes < 0:
            yield Fault(where, value, "starts before minute 0; times count from the plan's start")
        if span.end_minutes <= span.start_minutes:
            yield Fault(where, value, "ends before it starts; give an end after the start")


def levels(problem: Problem) -> Iterator[Fault]:
    """Skills, temperatures and counts out of their range."""
    for task in problem.tasks:
        if not 1 <= task.skill <= 3:
            yield Fault(f"tasks.{task.id}.skill", str(task.skill), "skill is 1, 2 or 3")
        if task.oven and not COLDEST <= task.oven.celsius <= HOTTEST:
            message = f"no oven is that hot or cold; give {COLDEST} to {HOTTEST} degrees Celsius"
            yield Fault(f"tasks.{task.id}.oven.celsius", str(task.oven.celsius), message)
        if task.attention == "unattended" and task.crew:
            count = sum(need.count for need in task.crew)
            message = "unattended work has no crew; give it attention or remove the crew"
            yield Fault(f"tasks.{task.id}.crew", f"{count} cook(s)", message)
        if task.attention == "hands_on" and len(useful_pans(task.model_copy(update={"minutes": 1}))) > 1:
            yield Fault(f"tasks.{task.id}.max_pans", str(task.max_pans), "hands-on work is done in one pan at a time")
    for cook in problem.cooks:
        if not 1 <= cook.skill <= 3:
            yield Fault(f"cooks.{cook.id}.skill", str(cook.skill), "skill is 1, 2 or 3")
    for name in problem.objective:
        if problem.objective.count(name) > 1:
            yield Fault("objective", name, "a term is listed twice; list each once")
            return
