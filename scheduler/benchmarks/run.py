"""Solves one published instance within a budget."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler.benchmarks import read
from scheduler.benchmarks.plain import solve_plain
from scheduler.check import check
from scheduler.errors import Fault, InvalidProblemError, InvalidScheduleError
from scheduler.problem import Problem
from scheduler.schedule import Outcome, Solved
from scheduler.solve import Limits, solve
from scheduler.validate import validate


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


def run(path: Path, budget: Budget, *, plain: bool) -> Answer:
    """Read and solve the instance, with this scheduler or a plain model.

    Raises BenchmarkFormatError when it cannot be read, InvalidProblemError when it makes no sense and
    InvalidScheduleError when the judge refuses the plan.
    """
    started, cpu = time.perf_counter(), time.process_time()
    problem = read(path)
    left = max(0.1, budget.seconds - (time.perf_counter() - started))
    limits = Limits(deterministic_limit=None, time_limit_seconds=left, workers=budget.workers, seed=budget.seed)
    with _alarm(None if budget.cpu_seconds is None else cpu + budget.cpu_seconds) as cancel:
        answer = _solved(problem, limits, cancel, plain=plain)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    return Answer(answer.status, answer.objective, answer.bound, round(seconds, 3), round(cpu_seconds, 3))


def _solved(problem: Problem, limits: Limits, cancel: threading.Event, *, plain: bool) -> Answer:
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
    if not isinstance(outcome, Solved):
        return Answer("infeasible" if outcome.status == "infeasible" else "unknown", None, None)
    report = check(problem, outcome.schedule)
    if not report.ok:
        raise InvalidScheduleError(f"the plan breaks a rule: {report}")
    first = outcome.schedule.terms[0]
    return Answer("optimal" if first.optimal else "feasible", first.value, first.bound)


@contextmanager
def _alarm(cpu_time: float | None) -> Iterator[threading.Event]:
    """An event that is set when the process has used so much CPU time (None: never)."""
    rings, over = threading.Event(), threading.Event()

    def watch() -> None:
        while cpu_time is not None and not over.wait(0.02):
            if time.process_time() >= cpu_time:
                rings.set()
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield rings
    finally:
        over.set()
