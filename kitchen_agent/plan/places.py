"""What each oven rack, burner, machine, vessel and board does in a schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kitchen_agent.plan.model import Place
from kitchen_agent.plan.naming import UNNUMBERED, Names
from scheduler.problem import Problem
from scheduler.schedule import Schedule

Clock = Callable[[int], datetime]


def places(problem: Problem, schedule: Schedule, names: Names, at: Clock) -> tuple[Place, ...]:
    """Every use of a thing that could run out, by group, thing and time; bowls and sieves are left out."""
    found = [*_ovens(problem, schedule, at), *_units(problem, schedule, names, at)]
    found += [*_vessels(problem, schedule, names, at), *_boards(problem, schedule, names, at)]
    return tuple(found)


def _ovens(problem: Problem, schedule: Schedule, at: Clock) -> list[Place]:
    """Each oven's racks; a dish goes on the first that is free, a warm-up shows on the first."""
    tasks = {task.id: task for task in problem.tasks}
    found = []
    for oven in problem.ovens:
        uses: list[tuple[int, int, str | None, str]] = []
        for entry in schedule.assignments:
            task = tasks[entry.task]
            if entry.oven == oven.id and task.oven is not None:
                doing = f"{task.name} ({task.oven.celsius} °C)"
                uses += [(entry.start_minutes, entry.end_minutes, task.dish, doing)] * (entry.pans * task.oven.slots)
        for inserted in schedule.inserted:
            if inserted.kind == "warm_up" and inserted.oven == oven.id:
                doing = f"Heat to {inserted.celsius} °C"
                uses.append((inserted.start_minutes, inserted.end_minutes, None, doing))
        free: list[int] = []
        for start, end, dish, doing in sorted(uses, key=lambda use: (use[0], use[1], use[3])):
            rack = next((number for number, until in enumerate(free) if until <= start), len(free))
            free[rack:] = [end, *free[rack + 1 :]]
            name = oven.name or oven.id
            label = name if oven.slots == 1 and rack == 0 else f"{name}, rack {rack + 1}"
            found.append(Place(name=label, group="oven", dish=dish, doing=doing, start=at(start), end=at(end)))
    return sorted(found, key=lambda place: (place.name, place.start))


def _units(problem: Problem, schedule: Schedule, names: Names, at: Clock) -> list[Place]:
    tasks = {task.id: task for task in problem.tasks}
    order = {pool.id: number for number, pool in enumerate(problem.equipment)}
    uses = [
        (order[unit.rpartition("#")[0]], unit, entry)
        for entry in schedule.assignments
        for unit in entry.units
        if unit.rpartition("#")[0] not in UNNUMBERED
    ]
    return [
        Place(
            name=names.unit(unit),
            group="heat and machines",
            dish=tasks[entry.task].dish,
            doing=tasks[entry.task].name,
            start=at(entry.start_minutes),
            end=at(entry.end_minutes),
        )
        for _, unit, entry in sorted(uses, key=lambda use: (use[0], use[1], use[2].start_minutes))
    ]


def _vessels(problem: Problem, schedule: Schedule, names: Names, at: Clock) -> list[Place]:
    """From the first to the last task of the vessel, and its wash-up where it is needed again."""
    last_use = _last_uses(problem, schedule)
    washes = {(wash.dish, wash.vessel): wash for wash in schedule.inserted if wash.kind == "wash_up"}
    found = []
    for hold in sorted(schedule.holds, key=lambda hold: (hold.unit, hold.start_minutes)):
        if hold.unit.rpartition("#")[0] in UNNUMBERED:
            continue
        wash = washes.get((hold.dish, hold.vessel))
        until = wash.start_minutes if wash else min(hold.end_minutes, last_use[hold.dish, hold.vessel])
        spans = [(hold.start_minutes, until, "in use")]
        if wash:
            spans.append((wash.start_minutes, wash.end_minutes, "wash up"))
        found += [
            Place(
                name=names.unit(hold.unit), group="vessels", dish=hold.dish, doing=doing, start=at(start), end=at(end)
            )
            for start, end, doing in spans
        ]
    return found


def _last_uses(problem: Problem, schedule: Schedule) -> dict[tuple[str, str], int]:
    """The end of the last task of each vessel, by dish and letter; a vessel that nobody washes is held on after it."""
    tasks = {task.id: task for task in problem.tasks}
    last: dict[tuple[str, str], int] = {}
    for entry in schedule.assignments:
        task = tasks[entry.task]
        for vessel in task.vessels:
            extra = (f"{vessel}+{task.id}#{number}" for number in range(2, entry.pans + 1))
            for letter in (vessel, *extra):
                key = (task.dish or "", letter)
                last[key] = max(last.get(key, 0), entry.end_minutes)
    return last


def _boards(problem: Problem, schedule: Schedule, names: Names, at: Clock) -> list[Place]:
    tasks = {task.id: task for task in problem.tasks}
    found = [
        Place(
            name=names.board(entry.board),
            group="boards",
            dish=tasks[entry.task].dish,
            doing=tasks[entry.task].name,
            start=at(entry.start_minutes),
            end=at(entry.end_minutes),
        )
        for entry in schedule.assignments
        if entry.board is not None
    ]
    found += [
        Place(
            name=names.board(clean.board),
            group="boards",
            dish=None,
            doing="wash",
            start=at(clean.start_minutes),
            end=at(clean.end_minutes),
        )
        for clean in schedule.inserted
        if clean.kind == "clean" and clean.board is not None
    ]
    return sorted(found, key=lambda place: (place.name, place.start))
