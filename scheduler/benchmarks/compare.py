"""A table of folders of instances: this scheduler beside plain CP-SAT, within the same CPU time.

    python -m scheduler.benchmarks.generated /tmp/sets
    python -m scheduler.benchmarks.compare /tmp/sets/* --cpu-seconds 5

``closed``: proved optimal or infeasible. ``none``: instances neither with a plan nor proved infeasible. ``gap``: mean
distance of the plans found to the best bound that either of the two proved. ``CPU s``: median of the CPU seconds of
each instance.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

from scheduler.benchmarks import READERS
from scheduler.benchmarks.ranges import MOST_WORKERS, positive, whole
from scheduler.benchmarks.run import Answer, Budget, run

COLUMNS = "set          instances   ours: closed  none     gap   CPU s   plain: closed  none     gap   CPU s"


def row(name: str, ours: list[Answer], plain: list[Answer]) -> str:
    """One line of the table."""
    bounds = [max(left.bound or 0, right.bound or 0) for left, right in zip(ours, plain, strict=True)]
    return f"{name:12} {len(ours):9}   {_cells(ours, bounds, 12)}   {_cells(plain, bounds, 13)}"


def _cells(answers: list[Answer], bounds: list[int], width: int) -> str:
    closed = sum(answer.status in ("optimal", "infeasible") for answer in answers)
    none = sum(answer.status == "unknown" for answer in answers)
    gaps = [
        (answer.objective - bound) / max(1, bound)
        for answer, bound in zip(answers, bounds, strict=True)
        if answer.objective is not None
    ]
    gap = f"{mean(gaps):7.2%}" if gaps else f"{'–':>7}"
    seconds = median(answer.cpu_seconds for answer in answers)
    return f"{closed / len(answers):{width}.1%} {none:5} {gap} {seconds:7.2f}"


def contradiction(ours: Answer, plain: Answer) -> str | None:
    """Why both cannot be right: a bound above the other's plan, or a plan of what has none; None when they can."""
    for one, other, names in ((ours, plain, "ours, plain"), (plain, ours, "plain, ours")):
        if other.objective is not None and one.status == "infeasible":
            return f"{names}: infeasible, and a plan of {other.objective}"
        if one.bound is not None and other.objective is not None and one.bound > other.objective:
            return f"{names}: bound {one.bound} above a plan of {other.objective}"
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when the two contradict each other in some instance."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.compare", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--cpu-seconds", type=positive, default=20.0, help="for each instance (default %(default)s)")
    parser.add_argument("--every", type=whole(1), default=1, metavar="N", help="take every Nth instance only")
    parser.add_argument(
        "--workers", type=whole(1, MOST_WORKERS), default=2, help="solver threads (default %(default)s)"
    )
    options = parser.parse_args(arguments)
    budget = Budget(100 * options.cpu_seconds, options.cpu_seconds, options.workers, seed=0)
    status = 0
    print(COLUMNS)
    for folder in options.folders:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in READERS)[:: options.every]
        ours, plain = ([run(path, budget, plain=simple) for path in files] for simple in (False, True))
        for path, one, other in zip(files, ours, plain, strict=True):
            if reason := contradiction(one, other):
                print(f"{path}: {reason}", file=sys.stderr)
                status = 1
        if files:
            print(row(folder.name, ours, plain), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
