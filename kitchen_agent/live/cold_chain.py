"""Raw meat and fish do not lie about: how long from leaving the fridge until they are heated or cold again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.problem import Link, Problem, Task

RAW: Final = ("raw_meat", "raw_fish")
COLD: Final = frozenset({"fridge", "freezer"})


def cold_chain(problem: Problem, minutes: int) -> Iterator[Link]:
    """A bound from the start of each first work on raw meat or fish to the start of what heats or chills it.

    `minutes` is the longest time out of the fridge; 120 is the "2-hour rule" of the USDA's Food Safety and Inspection
    Service for perishable food at room temperature (Danger Zone, 40 °F to 140 °F). Work that takes longer by itself is
    left out: no plan could keep it.
    """
    tasks = {task.id: task for task in problem.tasks}
    after: dict[str, list[str]] = {name: [] for name in tasks}
    fed: set[str] = set()
    for link in problem.links:
        if link.min_lag_minutes is not None:
            after[link.before].append(link.after)
            if _lies_about(tasks[link.before]):
                fed.add(link.after)
    for task in problem.tasks:
        if _lies_about(task) and task.id not in fed:
            yield from _until_safe(tasks, after, task, minutes)


def _until_safe(tasks: dict[str, Task], after: dict[str, list[str]], first: Task, minutes: int) -> Iterator[Link]:
    waiting, seen = [(first.id, 0)], {first.id}
    while waiting:
        name, spent = waiting.pop()
        spent += tasks[name].rounds * tasks[name].minutes
        for following in after[name]:
            if following in seen or spent > minutes:
                continue
            seen.add(following)
            task = tasks[following]
            if task.on_fire or COLD & set(task.tags):
                yield Link(
                    before=first.id, after=following, min_lag_minutes=None, max_lag_minutes=minutes, from_start=True
                )
            else:
                waiting.append((following, spent))


def _lies_about(task: Task) -> bool:
    return task.hygiene in RAW and not COLD & set(task.tags)
