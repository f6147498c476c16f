"""Work that does not fit the pan or the oven at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from kitchen_agent.taskgraph import TaskGraph
from scheduler.problem import Problem, Task
from scheduler.schedule import Assignment, Schedule


def rounds_in_words(task: Task, entry: Assignment) -> str:
    """ "3 rounds of 8 min", "2 batches at once"; empty for one round."""
    if task.rounds == 1:
        return ""
    turns = _turns(task, entry)
    if turns == 1:
        return f"{task.rounds} batches at once"
    return f"{turns} rounds of {_minutes(task, entry)} min" + (f", {entry.pans} at once" if entry.pans > 1 else "")


def notes_on_rounds(problem: Problem, schedule: Schedule, graphs: Mapping[str, TaskGraph]) -> Iterator[str]:
    """A sentence for each vessel that is filled several times, and for each single task whose first round waits long.

    `graphs` by dish id. The plan has all rounds of one task before those of the next. Where the food stays in the
    vessel that is no way to cook; one vesselful after the other takes the same time in all, and is what the cook is
    told to do. What is fried in batches comes out of the pan between them.
    """
    tasks = {task.id: task for task in problem.tasks}
    rounds = [(tasks[entry.task], entry) for entry in schedule.assignments if tasks[entry.task].rounds > 1]
    by_vessel: dict[tuple[str, str], list[tuple[Task, Assignment]]] = {}
    for task, entry in sorted(rounds, key=lambda pair: pair[1].start_minutes):
        stays = _turns(task, entry) > 1 and not _in_batches(task, graphs)
        for vessel in task.vessels if stays else ():
            by_vessel.setdefault((task.dish or "", vessel), []).append((task, entry))
    refilled = {place: done for place, done in by_vessel.items() if len(done) > 1}
    for (dish, vessel), done in refilled.items():
        unit = next(hold.unit for hold in schedule.holds if (hold.dish, hold.vessel) == (dish, vessel))
        yield _refills(problem, dish, unit, done)
    told = {task.id for done in refilled.values() for task, _ in done}
    yield from _long_waits(problem, [pair for pair in rounds if pair[0].id not in told], graphs)


def _refills(problem: Problem, dish: str, unit: str, done: Sequence[tuple[Task, Assignment]]) -> str:
    """How to work with the vessel `unit`, which is filled several times."""
    title = next(entry.name or dish for entry in problem.dishes if entry.id == dish)
    kind = next(stock.kind for stock in problem.vessels if stock.id == unit.rpartition("#")[0]).replace("_", " ")
    turns = max(_turns(task, entry) for task, entry in done)
    minutes = sum(_minutes(task, entry) for task, entry in done)
    return (
        f"{title}: there is too much for one {kind}. From {done[0][0].name!r} to {done[-1][0].name!r}, do "
        f"all the steps for one filling of it, some {minutes} minutes, before the next: {turns} fillings, in the time "
        f"that the plan has for all rounds of these steps. Larger vessels would save that"
    )


def _long_waits(
    problem: Problem, rounds: Sequence[tuple[Task, Assignment]], graphs: Mapping[str, TaskGraph]
) -> Iterator[str]:
    """A sentence for each task whose first round waits longer for its last than the result can."""
    dishes = {dish.id: dish.name or dish.id for dish in problem.dishes}
    for task, entry in rounds:
        dish, _, number = task.id.rpartition("/")
        if not number.isdigit() or dish not in graphs:
            continue
        turns, minutes = _turns(task, entry), _minutes(task, entry)
        if (turns - 1) * minutes > graphs[dish].tasks[int(number) - 1].hold:
            yield (
                f"{dishes[dish]}: {task.name!r} takes {turns} rounds, and what is done first waits "
                f"{(turns - 1) * minutes} minutes for the last: this kitchen is small for so many portions"
            )


def _in_batches(task: Task, graphs: Mapping[str, TaskGraph]) -> bool:
    dish, _, number = task.id.rpartition("/")
    return dish in graphs and number.isdigit() and graphs[dish].tasks[int(number) - 1].scaling == "batch"


def _turns(task: Task, entry: Assignment) -> int:
    return math.ceil(task.rounds / entry.pans)


def _minutes(task: Task, entry: Assignment) -> int:
    return (entry.end_minutes - entry.start_minutes) // _turns(task, entry)
