"""Solves one published instance within a budget."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from scheduler.benchmarks import read
from scheduler.benchmarks.plain import solve_plain
from scheduler.check import check
from scheduler.errors import Fault, InvalidProblemError, InvalidScheduleError
from scheduler.problem import Problem
from scheduler.schedule import Infeasible, Outcome, TimedOut
from scheduler.solve import Limits, solve
from scheduler.validate import validate

LEAST = 0.1
"""Seconds that solving gets when reading has taken them all."""


@dataclass(frozen=True)
class Budget:
    """What one instance may take: seconds of wall clock, of CPU (all threads of the process; None: any)."""

    seconds: float
    cpu_seconds: float | None
    workers: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """``status``: optimal, feasible, infeasible or unknown; objective and its proved bound, None where unknown."""

    status: str
    objective: int | None
    bound: int | None
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def run(path: Path, budget: Budget, *, plain: bool, cancel: threading.Event | None = None) -> Answer:
    """Read and solve the instance, with this scheduler or a plain model, until the budget is spent or ``cancel`` set.

    Raises BenchmarkFormatError when it cannot be read, InvalidProblemError when it makes no sense and
    InvalidScheduleError when the judge refuses the plan.
    """
    started, cpu = time.perf_counter(), time.process_time()
    problem = read(path)
    limits = Limits(
        deterministic_limit=None,
        time_limit_seconds=max(LEAST, budget.seconds - (time.perf_counter() - started)),
        cpu_limit_seconds=budget.cpu_seconds and max(LEAST, budget.cpu_seconds - (time.process_time() - cpu)),
        workers=budget.workers,
        seed=budget.seed,
    )
    answer = _solved(problem, limits, cancel, plain=plain)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    return Answer(answer.status, answer.objective, answer.bound, round(seconds, 3), round(cpu_seconds, 3))


def _solved(problem: Problem, limits: Limits, cancel: threading.Event | None, *, plain: bool) -> Answer:
    try:
        validate(problem)
    except InvalidProblemError as error:
        if all(_impossible(fault) for fault in error.faults):
            return Answer("infeasible", None, None)
        raise
    if plain:
        return Answer(*solve_plain(problem, limits, cancel))
    return judged(problem, solve(problem, limits, cancel=cancel))


def _impossible(fault: Fault) -> bool:
    """Whether the fault only says that no schedule exists: a ring of lags, or more demand than there is."""
    return fault.where == "links" or ".needs." in fault.where or fault.where.count(".") == 1


def judged(problem: Problem, outcome: Outcome) -> Answer:
    """The first term of the plan's objective; raises InvalidScheduleError when the judge refuses the plan."""
    if isinstance(outcome, Infeasible):
        return Answer("infeasible", None, None)
    if isinstance(outcome, TimedOut):
        return Answer("unknown", None, outcome.bounds.get(problem.objective[0]))
    report = check(problem, outcome.schedule)
    if not report.ok:
        raise InvalidScheduleError(f"the plan breaks a rule: {report}")
    first = outcome.schedule.terms[0]
    return Answer("optimal" if first.optimal else "feasible", first.value, first.bound)
