"""One attempt: every task is placed in a given order, or the attempt fails."""

from scheduler.greedy.finish import earliest, finish
from scheduler.greedy.limits import highest_end, lowest_end
from scheduler.greedy.places import latest_place, settle
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame
from scheduler.problem import Task
from scheduler.schedule import Schedule

JUMPS_OF_TASK = 6
"""Tasks placed again after jumps back in one attempt, for each task of the problem."""


def place_all(frame: Frame, attempt: Attempt, order: list[Task]) -> Schedule:
    """The plan with every task placed in this order; raises DoesNotFitError.

    Where a result would wait too long, it jumps back to the task that kept it waiting and lets that end earlier.
    """
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
            attempt.caps = {name: cap for name, cap in attempt.caps.items() if number_of.get(name, -1) <= back}
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
