"""``python -m scheduler.benchmarks FILE… [--seconds S] [--workers N] [--seed N]``: one JSON line for each file.

A line holds ``instance`` (the file's name), ``status`` (``optimal``, ``feasible``, ``infeasible`` or ``unknown``),
``objective`` and ``bound`` of the makespan (null when there is none) and ``seconds`` of wall clock, reading and model
building included. Each plan is judged by :func:`scheduler.check.check` before it is printed.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scheduler.benchmarks import read
from scheduler.check import check
from scheduler.errors import (
    BenchmarkFormatError,
    Fault,
    InvalidProblemError,
    InvalidScheduleError,
    SchedulerError,
)
from scheduler.problem import Problem
from scheduler.schedule import Outcome, Solved
from scheduler.solve import Limits, solve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every file; 0 when all went well, 2 when a file could not be read, 1 for a plan that breaks a rule."""
    options = _parser().parse_args(arguments)
    status = 0
    for path in options.files:
        try:
            print(json.dumps(_run(path, options.seconds, options.workers, options.seed)), flush=True)
        except (BenchmarkFormatError, InvalidProblemError) as error:
            print(f"{path}: {error}" if isinstance(error, InvalidProblemError) else error, file=sys.stderr)
            status = max(status, 2)
        except SchedulerError as error:
            print(f"{path}: {error}", file=sys.stderr)
            status = max(status, 1)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scheduler.benchmarks", description="Solve published instances (.sm, .sch, .dzn)."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=float, default=20.0, help="wall clock for each file (default %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="solver threads (default: all cores)")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _run(path: Path, seconds: float, workers: int, seed: int) -> dict[str, object]:
    started = time.perf_counter()
    problem = read(path)
    left = max(0.1, seconds - (time.perf_counter() - started))
    limits = Limits(deterministic_limit=None, time_limit_seconds=left, workers=workers, seed=seed)
    try:
        result = _result(problem, solve(problem, limits))
    except InvalidProblemError as error:
        if not all(_impossible(fault) for fault in error.faults):
            raise
        result = {"status": "infeasible", "objective": None, "bound": None}
    return {"instance": path.name, **result, "seconds": round(time.perf_counter() - started, 3)}


def _impossible(fault: Fault) -> bool:
    """Whether the fault only says that no schedule exists: a ring of lags, or more demand than there is."""
    return fault.where == "links" or ".needs." in fault.where or fault.where.count(".") == 1


def _result(problem: Problem, outcome: Outcome) -> dict[str, object]:
    if not isinstance(outcome, Solved):
        status = "infeasible" if outcome.status == "infeasible" else "unknown"
        return {"status": status, "objective": None, "bound": None}
    report = check(problem, outcome.schedule)
    if not report.ok:
        raise InvalidScheduleError(f"the plan breaks a rule: {report}")
    makespan = outcome.schedule.terms[0]
    status = "optimal" if makespan.optimal else "feasible"
    return {"status": status, "objective": makespan.value, "bound": makespan.bound}


if __name__ == "__main__":
    sys.exit(main())
