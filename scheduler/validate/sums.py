"""Faults of numbers so large that the solver could not add up the objective's terms."""

from collections.abc import Iterator
from math import isqrt

from scheduler.errors import Fault
from scheduler.problem import Problem

LARGEST = 2**61
"""No term is more: half of what the solver adds up, the other half is left for its own sums."""
LONGEST = 2**40
"""Minutes or costs of one thing; a million of them stay below the largest sum."""


def sums(problem: Problem) -> Iterator[Fault]:
    """Ends, costs and weights that would make a term of the objective too large."""
    hot = [(f"links[{number}].hot_weight", link.hot_weight) for number, link in enumerate(problem.links)]
    for dish in problem.dishes:
        where = f"dishes.{dish.id}.serving"
        hot += [(f"{where}.{serving.task}.hot_weight", serving.hot_weight) for serving in dish.serving]
    hot = [(where, weight) for where, weight in hot if weight > 0]
    longest = min(LONGEST, isqrt(LARGEST // len(hot))) if hot else LONGEST
    yield from _above("horizon_minutes", problem.horizon_minutes, longest)
    for stock in problem.vessels:
        for stand_in in stock.stands_in_for:
            yield from _above(f"vessels.{stock.id}.stands_in_for.{stand_in.kind}.cost", stand_in.cost, LONGEST)
    horizon = min(max(1, problem.horizon_minutes), longest)
    for where, weight in hot:
        yield from _above(where, weight, LARGEST // (len(hot) * horizon**2))
    yield from _of_the_old_plan(problem)


def _of_the_old_plan(problem: Problem) -> Iterator[Fault]:
    replan = problem.replan
    if replan is None:
        return
    yield from _above("replan.cook_change_cost", replan.cook_change_cost, LONGEST)
    for planned in replan.baseline:
        where = f"replan.baseline.{planned.task}"
        yield from _above(f"{where}.start_minutes", planned.start_minutes, LONGEST)
        moved = min(max(1, problem.horizon_minutes, planned.start_minutes), LONGEST)
        each = moved + min(max(0, replan.cook_change_cost), LONGEST)
        yield from _above(f"{where}.weight", planned.weight, LARGEST // (len(replan.baseline) * each))


def _above(where: str, value: int, most: int) -> Iterator[Fault]:
    """A number that is more than it can be."""
    if value > most:
        yield Fault(where, str(value), f"must be at most {most}")
