"""A first plan in milliseconds: serial schedule generation, backward from serving.

Tasks are placed from the last to the first, those that cannot wait before those that can, each as late as its
successors, its hold and the kitchen allow. When a result would wait too long, the plan is taken back to the task after
it, which then has to come earlier (the unscheduling step of Franck, Neumann and Schwindt for maximum time lags). When a
task finds no place, planning starts again with its dish first and some chance, and at last its course is served later.
"""

import time
from collections import Counter
from graphlib import CycleError, TopologicalSorter

from scheduler.greedy.attempt import place_all
from scheduler.greedy.justify import justified
from scheduler.greedy.occupancy import Occupancy
from scheduler.greedy.serving import early_ends, serving_times
from scheduler.greedy.state import Attempt, Chance, DoesNotFitError, Frame
from scheduler.problem import Problem
from scheduler.schedule import Schedule

DELAYS = (0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 360)
"""Minutes after its due time that a course is aimed at, one after another."""
TRIES = 9
"""Failures of a course's dishes before it is aimed at later; a task without any room counts as three."""
ATTEMPTS = 1000
STEPS_OF_TASK = 100
"""Places to be looked at for each task, in all attempts together."""


def greedy(problem: Problem, seconds: float | None = None) -> Schedule | None:
    """A plan without objective terms, or None when the simple method finds none (which proves nothing).

    The problem is expected to be valid. Serving is at most the greatest of ``DELAYS`` after the due times. No attempt
    is begun after ``seconds`` of wall clock; None: the work alone is limited, which is the same on every machine.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    if _has_ring(problem):
        return None
    frame = Frame(problem)
    urgency: Counter[str | None] = Counter()
    failures: Counter[str | None] = Counter()
    steps = STEPS_OF_TASK * len(problem.tasks)
    for number in range(ATTEMPTS):
        delays = {group: DELAYS[min(count // TRIES, len(DELAYS) - 1)] for group, count in failures.items()}
        chance = Chance(number)
        served = serving_times(frame, delays, chance)
        attempt = Attempt(problem, served, Occupancy(problem, frame.now), steps, early_ends(frame, served, chance))
        try:
            return place_all(frame, attempt, list(frame.order(urgency, chance)))
        except DoesNotFitError as failure:
            urgency[failure.dish] = max(urgency.values(), default=0) + 1
            failures[frame.group(failure.dish)] += 1 if failure.has_room else 3
        steps = attempt.steps
        if steps < 0 or (deadline is not None and time.monotonic() > deadline):
            break
    return None


def _has_ring(problem: Problem) -> bool:
    """Whether tasks follow each other in a ring, which makes sense without minutes: they start together."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for link in problem.links:
        if link.min_lag_minutes is not None:
            sorter.add(link.after, link.before)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False


__all__ = ["greedy", "justified"]
