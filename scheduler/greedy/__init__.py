"""A first plan in milliseconds: serial schedule generation, backward from serving.

Tasks are placed from the last to the first, those that cannot wait before those that can, each as late as its
successors, its hold and the kitchen allow. When a result would wait too long, the plan is taken back to the task after
it, which then has to come earlier (the unscheduling step of Franck, Neumann and Schwindt for maximum time lags). When a
task finds no place, planning starts again with its dish first and some chance, and at last its course is served later.
"""

import time
from collections import Counter
from graphlib import CycleError, TopologicalSorter

from scheduler.greedy.finish import earliest, finish
from scheduler.greedy.limits import highest_end, lowest_end
from scheduler.greedy.occupancy import Occupancy
from scheduler.greedy.places import latest_place, settle
from scheduler.greedy.serving import early_ends, serving_times
from scheduler.greedy.state import Attempt, Chance, DoesNotFitError, Frame
from scheduler.problem import Problem, Task
from scheduler.schedule import Schedule

DELAYS = (0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 360)
"""Minutes after its due time that a course is aimed at, one after another."""
TRIES = 9
"""Failures of a course's dishes before it is aimed at later; a task without any room counts as three."""
ATTEMPTS = 1000
STEPS_OF_TASK = 100
"""Places to be looked at for each task, in all attempts together."""
JUMPS_OF_TASK = 6
"""Tasks placed again after jumps back in one attempt, for each task of the problem."""


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
            return _plan(frame, attempt, list(frame.order(urgency, chance)))
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


def _plan(frame: Frame, attempt: Attempt, order: list[Task]) -> Schedule:
    """Place everything or raise; jumps back to the task that kept its input waiting and lets it end earlier."""
    for name, pin in frame.pins.items():
        if name in frame.tasks and pin.state != "locked":
            settle(frame, attempt, frame.tasks[name], pin)
    order = [task for task in order if task.id not in attempt.places]
    number_of = {task.id: number for number, task in enumerate(order)}
    marks: list[int] = []
    jumps = JUMPS_OF_TASK * len(order)
    while True:
        try:
            while len(marks) < len(order):
                marks.append(attempt.diary.mark())
                _place(frame, attempt, order[len(marks) - 1])
            return earliest(frame.problem, finish(frame, attempt))
        except DoesNotFitError as failure:
            back = number_of.get(failure.blamed or "")
            if back is None or failure.cap <= frame.now or jumps < 0:
                raise
            jumps -= len(marks) - back
            attempt.diary.undo(marks[back])
            del marks[back:]
            attempt.caps = {name: cap for name, cap in attempt.caps.items() if number_of[name] <= back}
            blamed = order[back].id
            attempt.caps[blamed] = min(attempt.caps.get(blamed, failure.cap), failure.cap)


def _place(frame: Frame, attempt: Attempt, task: Task) -> None:
    low, blamed = lowest_end(frame, attempt, task)
    place = latest_place(frame, attempt, task, highest_end(frame, attempt, task))
    if place is None:
        raise DoesNotFitError(task.dish, has_room=False)
    if place.end < low:
        later = attempt.places.get(blamed)
        if later is None or frame.pins.get(blamed):
            raise DoesNotFitError(task.dish)
        raise DoesNotFitError(task.dish, blamed, later.end - (low - place.end))
