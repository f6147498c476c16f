"""Tables of generated kitchens: how soon there is a plan, how good it is, how large the model.

    python -m scheduler.benchmarks.kitchens            # the table
    python -m scheduler.benchmarks.kitchens --profile  # size and time by rule for the largest size

Seconds are CPU seconds of this process, so that a busy machine does not change them. All runs are seeded.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from statistics import median

from scheduler.generate import kitchen
from scheduler.profile import profile, table
from scheduler.schedule import Schedule, Solved
from scheduler.solve import Limits, solve


@dataclass(frozen=True)
class Size:
    """A size of dinner; ``tasks``: about how many, None: what the dishes have."""

    name: str
    dishes: int
    cooks: int
    tasks: int | None = None


SIZES = (
    Size("couple", 2, 1),
    Size("family", 3, 2),
    Size("guests", 4, 2),
    Size("party", 6, 3),
    Size("banquet", 8, 4, 60),
    Size("wedding", 12, 8, 150),
)


@dataclass(frozen=True)
class Run:
    """One generated kitchen: its tasks, the outcome, CPU seconds to the first plan and in all, the first gap."""

    tasks: int
    status: str
    first_seconds: float | None
    seconds: float
    late_minutes: int | None
    first_gap: float | None
    proved_terms: int


def run(size: Size, seed: int, deterministic_limit: float) -> Run:
    """Generate and solve one kitchen."""
    problem = kitchen(seed, size.dishes, size.cooks, tasks=size.tasks)
    started = time.process_time()
    first: list[float] = []

    def note(_: Schedule) -> None:
        if not first:
            first.append(time.process_time() - started)

    outcome = solve(problem, Limits(deterministic_limit=deterministic_limit, seed=seed), on_plan=note)
    seconds = time.process_time() - started
    if not isinstance(outcome, Solved):
        return Run(len(problem.tasks), outcome.status, None, seconds, None, None, 0)
    terms = outcome.schedule.terms
    proved = sum(1 for term in terms if term.optimal)
    return Run(len(problem.tasks), "solved", first[0], seconds, terms[0].value, terms[0].gap, proved)


def row(size: Size, runs: list[Run]) -> str:
    """One line of the table."""
    solved = [r for r in runs if r.status == "solved"]
    infeasible = sum(1 for r in runs if r.status == "infeasible")
    first = [r.first_seconds for r in solved if r.first_seconds is not None]
    good = sum(1 for r in solved if r.first_gap is not None and r.first_gap <= 0.02) + infeasible
    cells = [
        f"{size.name:10}",
        f"{min(r.tasks for r in runs):>4}–{max(r.tasks for r in runs):<4}",
        f"{len(solved):>4}/{infeasible}/{len(runs) - len(solved) - infeasible}",
        f"{median(first):9.3f}" if first else f"{'–':>9}",
        f"{max(first):9.3f}" if first else f"{'–':>9}",
        f"{good / len(runs):9.0%}",
        f"{median(r.seconds for r in runs):9.2f}",
        f"{median(r.proved_terms for r in solved):7.0f}" if solved else f"{'–':>7}",
    ]
    return "  ".join(cells)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.kitchens", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="kitchens for each size")
    parser.add_argument("--deterministic-limit", type=float, default=0.2, help="CP-SAT work for each kitchen")
    parser.add_argument("--profile", action="store_true", help="print size and time of the model by rule instead")
    options = parser.parse_args(arguments)
    if options.profile:
        largest = SIZES[-1]
        print(table(profile(kitchen(0, largest.dishes, largest.cooks, tasks=largest.tasks))))
        return 0
    print("size        tasks     ok/no/?   first s  (worst)  gap<=2%   total s   proved")
    for size in SIZES:
        print(row(size, [run(size, seed, options.deterministic_limit) for seed in range(options.seeds)]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
