"""``python -m scheduler.benchmarks FILE…``: one JSON line for each file.

A line holds ``instance`` (the file's name), ``status`` (``optimal``, ``feasible``, ``infeasible`` or ``unknown``),
``objective`` and ``bound`` of the makespan (null when there is none), ``seconds`` of wall clock, reading and model
building included, and ``cpu_seconds`` of the process. Each plan is judged by :func:`scheduler.check.check` before it is
printed; ``--plain`` solves a plain CP-SAT model instead, to compare with.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scheduler.benchmarks.run import Budget, run
from scheduler.errors import BenchmarkFormatError, InvalidProblemError, SchedulerError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every file; 0 when all went well, 2 when a file could not be read, 1 for a plan that breaks a rule."""
    options = _parser().parse_args(arguments)
    budget = Budget(options.seconds, options.cpu_seconds, options.workers, options.seed)
    status = 0
    for path in options.files:
        try:
            line = {"instance": path.name, **vars(run(path, budget, plain=options.plain))}
            print(json.dumps(line), flush=True)
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
    parser.add_argument("--cpu-seconds", type=float, help="CPU time of this process for each file (default: no limit)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="solver threads (default: all cores)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="a plain CP-SAT model, to compare with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
