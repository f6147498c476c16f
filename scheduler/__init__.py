"""A kitchen scheduler on OR-Tools CP-SAT that knows nothing of recipes or language models.

outcome = solve(problem)      # Solved | Infeasible | TimedOut
"""

from scheduler.errors import InvalidProblemError, InvalidScheduleError, SchedulerError
from scheduler.model import build
from scheduler.problem import ORDER, Problem
from scheduler.schedule import Infeasible, Outcome, Schedule, Solved, TimedOut
from scheduler.solve import Limits, solve
from scheduler.tidy import tidy
from scheduler.validate import validate

__all__ = [
    "ORDER",
    "Infeasible",
    "InvalidProblemError",
    "InvalidScheduleError",
    "Limits",
    "Outcome",
    "Problem",
    "Schedule",
    "SchedulerError",
    "Solved",
    "TimedOut",
    "build",
    "solve",
    "tidy",
    "validate",
]
