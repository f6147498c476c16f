"""One question to the solver, with an answer in time."""

import time

from scheduler.problem import Problem, TermName
from scheduler.schedule import Outcome, Schedule, TimedOut
from scheduler.solve import Limits, solve

WORK = 0.3
"""Deterministic seconds for one question; what is not decided in that counts as unknown."""


def ask(problem: Problem, objective: tuple[TermName, ...], deadline: float, *, hint: Schedule | None = None) -> Outcome:
    """The best plan for these terms alone (none: any plan) that is found within the work and before the deadline.

    ``deadline``: a moment of :func:`time.monotonic`. Raises InvalidProblemError when the problem makes no sense.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        return TimedOut(wall_seconds=0.0)
    limits = Limits(deterministic_limit=WORK, time_limit_seconds=left)
    return solve(problem.model_copy(update={"objective": objective}), limits, hint=hint)
