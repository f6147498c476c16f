"""Raw meat and fish do not lie about: how long from leaving the fridge until they are heated or cold again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scheduler.durations import minutes_with_pans
from scheduler.problem import Link, Problem, Task

RAW: Final = ("raw_meat", "raw_fish")
COLD: Final = frozenset({"fridge", "freezer"})


@dataclass(frozen=True)
class ColdChain:
    """The bounds on raw food, and a sentence for each stretch of work that no plan could keep within the limit."""

    links: tuple[Link, ...]
    notes: tuple[str, ...]


def cold_chain(problem: Problem, minutes: int) -> ColdChain:
    """A bound from the start of each first work on raw meat or fish to the start of what heats or chills it.

    `minutes` is the longest time out of the fridge; 120 is the "2-hour rule" of the USDA's Food Safety and Inspection
    Service for perishable food at room temperature (Danger Zone, 40 °F to 140 °F). Work that takes longer by itself has
    a note in place of a bound.
    """
    tasks = {task.id: task for task in problem.tasks}
    needs: dict[str, list[Link]] = {name: [] for name in tasks}
    for link in problem.links:
        if link.min_lag_minutes is not None:
            needs[link.after].append(link)
    pace = min((cook.pace_percent for cook in problem.cooks), default=100)
    links, notes = [], []
    for first in problem.tasks:
        if not _lies_about(first) or any(_lies_about(tasks[link.before]) for link in needs[first.id]):
            continue
        soonest = _soonest(problem.tasks, needs, first, pace)
        for safe in _first_safe(problem.tasks, needs, first):
            if soonest[safe.id] <= minutes:
                links.append(
                    Link(before=first.id, after=safe.id, min_lag_minutes=None, max_lag_minutes=minutes, from_start=True)
                )
            else:
                notes.append(_note(problem, first, safe, soonest[safe.id], minutes))
    return ColdChain(tuple(links), tuple(notes))


def _first_safe(tasks: Sequence[Task], needs: Mapping[str, Sequence[Link]], first: Task) -> Iterator[Task]:
    """What heats or chills the food that `first` took out, the first on each way; `tasks` stand after their needs."""
    lies = {first.id}
    for task in tasks:
        if any(link.before in lies for link in needs[task.id]):
            if task.on_fire or COLD & set(task.tags):
                yield task
            else:
                lies.add(task.id)


def _soonest(tasks: Sequence[Task], needs: Mapping[str, Sequence[Link]], first: Task, pace: int) -> dict[str, int]:
    """The least minutes from the start of `first` to that of each task after it, whoever does the work."""
    least = {task.id: _least_minutes(task, pace) for task in tasks}
    soonest = {first.id: 0}
    for task in tasks:
        starts = [
            soonest[link.before] + (0 if link.from_start else least[link.before]) + (link.min_lag_minutes or 0)
            for link in needs[task.id]
            if link.before in soonest
        ]
        if starts and task.id != first.id:
            soonest[task.id] = max(starts)
    return soonest


def _least_minutes(task: Task, pace: int) -> int:
    minutes = minutes_with_pans(task, min(task.max_pans, task.rounds))
    return math.ceil(minutes * pace / 100) if task.attention == "hands_on" else minutes


def _note(problem: Problem, first: Task, safe: Task, taken: int, minutes: int) -> str:
    dish = next((dish.name or dish.id for dish in problem.dishes if dish.id == first.dish), first.dish)
    return (
        f"{dish}: from {first.name!r} to {safe.name!r} is {taken} minutes of work, and raw food is out of the fridge "
        f"for at most {minutes}: put it back in between"
    )


def _lies_about(task: Task) -> bool:
    return task.hygiene in RAW and not COLD & set(task.tags)
