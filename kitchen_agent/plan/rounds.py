"""Work that does not fit the pan or the oven at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

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


def long_waits(problem: Problem, schedule: Schedule, graphs: Mapping[str, TaskGraph]) -> Iterator[str]:
    """A sentence for each task whose first round waits longer for its last than the result can; graphs by dish id."""
    tasks = {task.id: task for task in problem.tasks}
    dishes = {dish.id: dish.name or dish.id for dish in problem.dishes}
    for entry in schedule.assignments:
        task = tasks[entry.task]
        dish, _, number = task.id.rpartition("/")
        if task.rounds == 1 or not number.isdigit() or dish not in graphs:
            continue
        turns, minutes = _turns(task, entry), _minutes(task, entry)
        if (turns - 1) * minutes > graphs[dish].tasks[int(number) - 1].hold:
            yield (
                f"{dishes[dish]}: {task.name!r} takes {turns} rounds, and what is done first waits "
                f"{(turns - 1) * minutes} minutes for the last: this kitchen is small for so many portions"
            )


def _turns(task: Task, entry: Assignment) -> int:
    return math.ceil(task.rounds / entry.pans)


def _minutes(task: Task, entry: Assignment) -> int:
    return (entry.end_minutes - entry.start_minutes) // _turns(task, entry)
