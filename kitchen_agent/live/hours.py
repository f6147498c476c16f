"""The hours in which a dinner that is being cooked is worked on: those of the plan that people came for."""

from __future__ import annotations

from scheduler.problem import Problem, Window
from scheduler.problem import Session as Hours


def as_planned(problem: Problem, first: Problem) -> Problem:
    """`problem`, built anew on the clock of `first`, with its hours: people are there as they were asked to come.

    What may be made ahead of the dinner stays so too.
    """
    there = {cook.id: cook.presence for cook in first.cooks}
    ahead = {task.id: task.make_ahead for task in first.tasks}
    cooks = (cook.model_copy(update={"presence": there.get(cook.id, cook.presence)}) for cook in problem.cooks)
    tasks = (task.model_copy(update={"make_ahead": ahead.get(task.id, task.make_ahead)}) for task in problem.tasks)
    return problem.model_copy(
        update={
            "horizon_minutes": first.horizon_minutes,
            "sessions": first.sessions,
            "cooks": tuple(cooks),
            "tasks": tuple(tasks),
        }
    )


def begun_earlier(problem: Problem, minutes: int) -> Problem:
    """The last working hours begin `minutes` earlier, but not before minute 0, for those who come when they begin."""
    if not problem.sessions:
        return problem
    opens = problem.sessions[-1].start_minutes
    earlier = max(0, opens - minutes)

    def windows(presence: tuple[Window, ...]) -> tuple[Window, ...]:
        if all(window.start_minutes != opens for window in presence):
            return presence
        moved = (_moved(window.start_minutes, window.end_minutes, opens, earlier) for window in presence)
        return tuple(Window(start_minutes=start, end_minutes=end) for start, end in moved if start < end)

    hours = ((entry, _moved(entry.start_minutes, entry.end_minutes, opens, earlier)) for entry in problem.sessions)
    return problem.model_copy(
        update={
            "sessions": tuple(
                Hours(start_minutes=start, end_minutes=end, make_ahead=entry.make_ahead)
                for entry, (start, end) in hours
                if start < end
            ),
            "cooks": tuple(cook.model_copy(update={"presence": windows(cook.presence)}) for cook in problem.cooks),
        }
    )


def _moved(start: int, end: int, opens: int, earlier: int) -> tuple[int, int]:
    """The span from `start` to `end` when what began at `opens` begins `earlier`, and what came before ends then."""
    return (earlier, end) if start == opens else (min(start, earlier), min(end, earlier))
