"""A table of folders of instances: this scheduler beside plain CP-SAT, within the same CPU time and with one worker.

    python -m scheduler.benchmarks.generated /tmp/sets
    python -m scheduler.benchmarks.compare /tmp/sets/* --cpu-seconds 5

``closed``: proved optimal or infeasible. ``gap``: mean distance of the plans found to the best bound that either of the
two proved. ``CPU s``: median of the CPU seconds of each instance.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

from scheduler.benchmarks import READERS
from scheduler.benchmarks.run import Answer, Budget, run

COLUMNS = "set          instances   ours: closed     gap   CPU s   plain: closed     gap   CPU s"


def row(name: str, ours: list[Answer], plain: list[Answer]) -> str:
    """One line of the table."""
    bounds = [max(left.bound or 0, right.bound or 0) for left, right in zip(ours, plain, strict=True)]
    return f"{name:12} {len(ours):9}   {_cells(ours, bounds, 12)}   {_cells(plain, bounds, 13)}"


def _cells(answers: list[Answer], bounds: list[int], width: int) -> str:
    closed = sum(answer.status in ("optimal", "infeasible") for answer in answers)
    gaps = [
        (answer.objective - bound) / max(1, bound)
        for answer, bound in zip(answers, bounds, strict=True)
        if answer.objective is not None
    ]
    gap = f"{mean(gaps):7.2%}" if gaps else f"{'–':>7}"
    seconds = median(answer.cpu_seconds for answer in answers)
    return f"{closed / len(answers):{width}.1%} {gap} {seconds:7.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.compare", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--cpu-seconds", type=float, default=20.0, help="for each instance (default %(default)s)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth instance only")
    options = parser.parse_args(arguments)
    budget = Budget(seconds=100 * options.cpu_seconds, cpu_seconds=options.cpu_seconds, workers=1, seed=0)
    print(COLUMNS)
    for folder in options.folders:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in READERS)[:: options.every]
        ours, plain = ([run(path, budget, plain=simple) for path in files] for simple in (False, True))
        if files:
            print(row(folder.name, ours, plain), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
