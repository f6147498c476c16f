"""A first plan in milliseconds: serial schedule generation, backward from serving.

Tasks are placed from the last to the first, those that cannot wait before those that can, each as late as its
successors, its hold and the kitchen allow. When a result would wait too long, the task after it is moved earlier and
planning starts again (the unscheduling step of Franck, Neumann and Schwindt for maximum time lags); when a task finds
no place its dish goes first; at last serving moves later.
"""

import time
from collections import defaultdict

from scheduler.greedy.finish import earliest, finish
from scheduler.greedy.limits import highest_end, lowest_end
from scheduler.greedy.occupancy import Occupancy
from scheduler.greedy.places import latest_place, settle
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame
from scheduler.problem import Problem, Task
from scheduler.schedule import Schedule

DELAYS = (0, 10, 20, 30, 45, 60, 90, 120, 180, 240, 360)
"""Minutes after the due times that the attempts aim at, in this order."""
TRIES = 12
"""Attempts for each delay."""


def greedy(problem: Problem, seconds: float | None = None) -> Schedule | None:
    """A plan without objective terms, or None when the simple method finds none (which proves nothing).

    The problem is expected to be valid. Serving is at most the greatest of ``DELAYS`` after the due times. No attempt
    is begun after ``seconds`` of wall clock; None: it takes its time.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    frame = Frame(problem)
    urgency: dict[str | None, int] = defaultdict(int)
    for delay in DELAYS:
        caps: dict[str, int] = {}
        for number in range(TRIES):
            if deadline is not None and time.monotonic() > deadline:
                return None
            served = frame.serving_times(delay, spread=number % 2 == 1)
            attempt = Attempt(problem, served, Occupancy(problem, frame.now), caps=caps)
            try:
                _plan(frame, attempt, urgency)
                return earliest(problem, finish(frame, attempt))
            except DoesNotFitError as failure:
                if not _learn(frame, failure, caps, urgency):
                    break
    return None


def _learn(frame: Frame, failure: DoesNotFitError, caps: dict[str, int], urgency: dict[str | None, int]) -> bool:
    """Change what the next attempt does; False when there is nothing to change at this delay."""
    if failure.blamed is not None:
        if failure.cap <= frame.now:
            return False
        caps[failure.blamed] = min(caps.get(failure.blamed, failure.cap), failure.cap)
        return True
    urgency[failure.dish] = max(urgency.values(), default=0) + 1
    return True


def _plan(frame: Frame, attempt: Attempt, urgency: dict[str | None, int]) -> None:
    """Place everything or raise."""
    for name, pin in frame.pins.items():
        if name in frame.tasks and pin.state != "locked":
            settle(frame, attempt, frame.tasks[name], pin)
    for task in frame.order(urgency):
        if task.id not in attempt.places:
            _place(frame, attempt, task)


def _place(frame: Frame, attempt: Attempt, task: Task) -> None:
    low, blamed = lowest_end(frame, attempt, task)
    place = latest_place(frame, attempt, task, highest_end(frame, attempt, task))
    if place is None:
        raise DoesNotFitError(task.dish)
    if place.end < low:
        later = attempt.places.get(blamed)
        if later is None or frame.pins.get(blamed):
            raise DoesNotFitError(task.dish)
        raise DoesNotFitError(task.dish, blamed, later.end - (low - place.end))
