"""How long explanations take and what they find, over generated kitchens.

    python -m scheduler.benchmarks.explanations

Each kitchen is made impossible by cooks who are there for the last hour before the first serving only. The limit of
time is generous, so that a busy machine changes no answer; insight has its own. Columns: CPU seconds of
:func:`scheduler.explain.explain`, facts in the conflict (``*``: not proved to be the smallest set), repairs found and
the cheapest of them; CPU seconds of :func:`scheduler.explain.insight` for the plan of the kitchen as it was, and the
things it knows the gain of.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from scheduler.benchmarks.ranges import positive, whole
from scheduler.explain import explain, insight
from scheduler.generate import kitchen
from scheduler.problem import Problem, Window
from scheduler.schedule import Solved
from scheduler.solve import solve

SIZES = ((2, 1, None), (4, 2, None), (6, 3, 40), (8, 4, 60))
"""Dishes, cooks, tasks (None: what the dishes have)."""
HOUR = 60


def crowded(problem: Problem) -> Problem:
    """The same dinner with cooks who come an hour before the first serving and leave at it."""
    dues = [course.serve_at_minutes for course in problem.courses] + [dish.serve_at_minutes for dish in problem.dishes]
    first = min(due for due in dues if due is not None)
    hours = (Window(start_minutes=max(0, first - HOUR), end_minutes=first),)
    cooks = tuple(cook.model_copy(update={"presence": hours}) for cook in problem.cooks)
    return problem.model_copy(update={"cooks": cooks})


def row(problem: Problem, seconds: float) -> str:
    """One line of the table."""
    started = time.process_time()
    why = explain(crowded(problem), seconds=seconds)
    explained = time.process_time() - started
    facts = f"{len(why.facts)}{'' if why.minimal else '*'}" if why.proved else "?"
    cheapest = f"{why.repairs[0].kind} ({why.repairs[0].cost})" if why.repairs else "–"
    cells = f"{len(problem.tasks):5} {explained:10.1f} {facts:>6} {len(why.repairs):8} {cheapest:20}"
    outcome = solve(problem)
    if not isinstance(outcome, Solved):
        return cells
    started = time.process_time()
    found = insight(problem, outcome.schedule)
    return f"{cells} {time.process_time() - started:10.1f} {len(found.gains):6}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.explanations", description=__doc__)
    parser.add_argument("--seeds", type=whole(1), default=2, help="kitchens of each size (default %(default)s)")
    parser.add_argument(
        "--seconds", type=positive, default=60.0, help="wall clock for each explanation (default %(default)s)"
    )
    options = parser.parse_args(arguments)
    print(f"{'tasks':>5} {'explain s':>10} {'facts':>6} {'repairs':>8} {'cheapest':20} {'insight s':>10} {'gains':>6}")
    for dishes, cooks, tasks in SIZES:
        for seed in range(options.seeds):
            print(row(kitchen(seed, dishes, cooks, tasks=tasks), options.seconds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
