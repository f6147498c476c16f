"""``python -m scheduler.benchmarks FILE…``: one JSON line for each file.

A line holds ``instance`` (the file's name), ``file`` (its path as given), ``status`` (``optimal``, ``feasible``,
``infeasible``, ``unknown`` or ``error``), ``objective`` and ``bound`` of the makespan (null when there is none),
``seconds`` of wall clock, reading and model building included, and ``cpu_seconds`` of the process; a file that is
refused has ``reason`` instead of the last four. Each plan is judged by :func:`scheduler.check.check` before it is
printed; ``--plain`` solves a plain CP-SAT model instead, to compare with. SIGTERM, SIGINT and SIGXCPU end the search:
the line then holds the best plan so far, and no more files are taken.
"""

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from scheduler.benchmarks.interrupts import interrupts
from scheduler.benchmarks.ranges import LARGEST_SEED, MOST_WORKERS, positive, whole
from scheduler.benchmarks.run import Budget, run
from scheduler.errors import BenchmarkFormatError, InvalidProblemError, SchedulerError

SECONDS = 19.0
"""A little less than the 20 that others may allow, for the judge and the end of the process."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every file; 0 when all went well, 2 when a file could not be read, 1 for a plan that breaks a rule or when
    a signal left files out."""
    options = _parser().parse_args(arguments)
    budget = Budget(options.seconds, options.cpu_seconds, options.workers, options.seed)
    status = 0
    with interrupts() as cancel:
        for path in options.files:
            if cancel.is_set():
                print(f"{path}: not begun, and no file after it", file=sys.stderr)
                return max(status, 1)
            status = max(status, _line(path, budget, cancel, plain=options.plain))
    return status


def _line(path: Path, budget: Budget, cancel: threading.Event, *, plain: bool) -> int:
    """Print the line of one file; returns the exit status that it asks for."""
    status = 0
    try:
        answer = vars(run(path, budget, plain=plain, cancel=cancel))
    except SchedulerError as error:
        reason = str(error) if isinstance(error, BenchmarkFormatError) else f"{path}: {error}"
        print(reason, file=sys.stderr)
        answer = {"status": "error", "reason": reason}
        status = 2 if isinstance(error, BenchmarkFormatError | InvalidProblemError) else 1
    print(json.dumps({"instance": path.name, "file": str(path), **answer}), flush=True)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scheduler.benchmarks", description="Solve published instances (.sm, .sch, .dzn)."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--seconds", type=positive, default=SECONDS, help="wall clock for each file (default %(default)s)"
    )
    parser.add_argument(
        "--cpu-seconds", type=positive, help="CPU time of this process for each file (default: no limit)"
    )
    parser.add_argument(
        "--workers", type=whole(1, MOST_WORKERS), default=_cores(), help="solver threads (default: all cores)"
    )
    parser.add_argument("--seed", type=whole(0, LARGEST_SEED), default=0)
    parser.add_argument("--plain", action="store_true", help="a plain CP-SAT model, to compare with")
    return parser


def _cores() -> int:
    """The cores that this process may use, which can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
