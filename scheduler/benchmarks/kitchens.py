"""Tables of generated kitchens: how soon there is a plan, how good it is, how large the model.

A row is a size of dinner: tasks; plans found, proved to have none, neither; CPU seconds to the first plan (median and
worst); the share of kitchens whose first term is proved to a gap of 2% within 2 CPU seconds (or that there is no plan);
the gap that is left of it (mean); CPU seconds in all, minutes of lateness and number of terms proved (medians).

    python -m scheduler.benchmarks.kitchens            # the table
    python -m scheduler.benchmarks.kitchens --profile  # size and time by rule for the largest size

Seconds are CPU seconds of this process, so that a busy machine does not change them. All runs are seeded.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from statistics import mean, median

from scheduler.benchmarks.ranges import positive, whole
from scheduler.generate import kitchen
from scheduler.problem import Problem
from scheduler.profile import profile, table
from scheduler.schedule import Schedule, Solved
from scheduler.solve import Limits, solve

GOOD_GAP = 0.02
GOOD_SECONDS = 2.0
"""A run is good when the first term is proved to this gap in so many CPU seconds, or that there is no plan."""
SOON = 60
"""Minute at which hurried guests want to be served."""


@dataclass(frozen=True)
class Size:
    """A size of dinner; ``tasks``: about how many, None: what the dishes have. ``hurried``: served too soon, so that
    something is late in every plan and lateness has to be proved."""

    name: str
    dishes: int
    cooks: int
    tasks: int | None = None
    hurried: bool = False

    def problem(self, seed: int) -> Problem:
        """The kitchen of this seed."""
        problem = kitchen(seed, self.dishes, self.cooks, tasks=self.tasks)
        if not self.hurried:
            return problem
        courses = [
            course if course.serve_at_minutes is None else course.model_copy(update={"serve_at_minutes": SOON})
            for course in problem.courses
        ]
        return problem.model_copy(update={"courses": tuple(courses)})


SIZES = (
    Size("couple", 2, 1),
    Size("family", 3, 2),
    Size("guests", 4, 2),
    Size("party", 6, 3),
    Size("banquet", 8, 4, 60),
    Size("wedding", 12, 8, 150),
    Size("late couple", 2, 1, hurried=True),
    Size("late guests", 4, 2, hurried=True),
    Size("late party", 6, 3, hurried=True),
    Size("late banquet", 8, 4, 60, hurried=True),
)


@dataclass(frozen=True)
class Run:
    """One generated kitchen: its tasks and the outcome; CPU seconds to the first plan, to a good gap and in all."""

    tasks: int
    status: str
    first_seconds: float | None
    good_seconds: float | None
    seconds: float
    late_minutes: int | None
    gap: float | None
    proved_terms: int

    @property
    def good(self) -> bool:
        """Whether the first term was proved, or that there is no plan, soon enough."""
        seconds = self.seconds if self.status == "infeasible" else self.good_seconds
        return seconds is not None and seconds <= GOOD_SECONDS


def run(size: Size, seed: int, deterministic_limit: float) -> Run:
    """Generate and solve one kitchen."""
    problem = size.problem(seed)
    started = time.process_time()
    first: list[float] = []
    good: list[float] = []

    def note(plan: Schedule) -> None:
        now = time.process_time() - started
        first.append(now)
        if plan.terms[0].gap <= GOOD_GAP:
            good.append(now)

    outcome = solve(problem, Limits(deterministic_limit=deterministic_limit, seed=seed), on_plan=note)
    seconds = time.process_time() - started
    tasks = len(problem.tasks)
    if not isinstance(outcome, Solved):
        return Run(tasks, outcome.status, None, None, seconds, None, None, 0)
    terms = outcome.schedule.terms
    if terms[0].gap <= GOOD_GAP:
        good.append(seconds)
    proved = sum(1 for term in terms if term.optimal)
    return Run(tasks, "solved", min(first), min(good, default=None), seconds, terms[0].value, terms[0].gap, proved)


def row(size: Size, runs: list[Run]) -> str:
    """One line of the table."""
    solved = [r for r in runs if r.status == "solved"]
    infeasible = sum(1 for r in runs if r.status == "infeasible")
    first = [r.first_seconds for r in solved if r.first_seconds is not None]
    cells = [
        f"{size.name:12}",
        f"{min(r.tasks for r in runs):>4}–{max(r.tasks for r in runs):<4}",
        f"{len(solved):>4}/{infeasible}/{len(runs) - len(solved) - infeasible}",
        f"{median(first):9.3f}" if first else f"{'–':>9}",
        f"{max(first):9.3f}" if first else f"{'–':>9}",
        f"{sum(r.good for r in runs) / len(runs):14.0%}",
        f"{mean(r.gap or 0.0 for r in solved):5.1%}" if solved else f"{'–':>5}",
        f"{median(r.seconds for r in runs):9.2f}",
        f"{median(r.late_minutes or 0 for r in solved):8.0f}" if solved else f"{'–':>8}",
        f"{median(r.proved_terms for r in solved):7.0f}" if solved else f"{'–':>7}",
    ]
    return "  ".join(cells)


def main(arguments: list[str]) -> int:
    """Print the table, or with ``--profile`` the model's size and building time by rule."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.kitchens", description=__doc__)
    parser.add_argument("--seeds", type=whole(1), default=3, help="kitchens for each size (default %(default)s)")
    parser.add_argument("--deterministic-limit", type=positive, default=0.3, help="work for each (default %(default)s)")
    parser.add_argument("--profile", action="store_true", help="print size and time of the model by rule instead")
    options = parser.parse_args(arguments)
    if options.profile:
        largest = max(SIZES, key=lambda size: size.tasks or 0)
        print(table(profile(largest.problem(0))))
        return 0
    print("size          tasks      ok/no/?    first s    (worst)  gap<=2% in 2 s    gap    total s      late   proved")
    for size in SIZES:
        print(row(size, [run(size, seed, options.deterministic_limit) for seed in range(options.seeds)]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
