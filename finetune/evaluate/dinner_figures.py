"""What predicted graphs are worth to the scheduler: each dish alone, for its own servings, in the default kitchen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from finetune.evaluate.report import ScheduleFigures
from finetune.metrics import Comparison
from kitchen_agent.dinner import build_problem
from kitchen_agent.errors import EquipmentError
from kitchen_agent.menu import Cook, DinnerRequest, DishRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from scheduler.errors import InvalidProblemError
from scheduler.schedule import Solved
from scheduler.solve import Limits, solve

SERVE_AT = datetime(2026, 1, 10, 19, 0, tzinfo=UTC)
MAKESPAN_TOLERANCE = 0.2
LIMITS = Limits(time_limit_seconds=20, deterministic_limit=0.5)


@dataclass(frozen=True)
class _Pair:
    reference_minutes: int
    predicted_minutes: int | None

    @property
    def error(self) -> float:
        if self.predicted_minutes is None:
            return float("inf")
        return abs(self.predicted_minutes - self.reference_minutes) / self.reference_minutes


def schedule_figures(comparisons: Iterable[tuple[Comparison, Recipe]]) -> ScheduleFigures:
    """The figures over all recipes whose reference graph the kitchen can cook."""
    pairs = []
    for comparison, recipe in comparisons:
        reference = makespan_minutes(comparison.reference, recipe)
        if reference is None:
            continue
        predicted = makespan_minutes(comparison.predicted, recipe) if comparison.predicted else None
        pairs.append(_Pair(reference, predicted))
    scheduled = [pair for pair in pairs if pair.predicted_minutes is not None]
    count = max(1, len(pairs))
    return ScheduleFigures(
        recipes=len(pairs),
        scheduled=round(len(scheduled) / count, 4),
        makespan_error=round(median(pair.error for pair in scheduled), 4) if scheduled else 1.0,
        makespan_within_fifth=round(sum(pair.error <= MAKESPAN_TOLERANCE for pair in pairs) / count, 4),
    )


def makespan_minutes(graph: TaskGraph, recipe: Recipe) -> int | None:
    """Minutes from the first task's start to the last one's end, for one skilled cook; None when no plan was found.

    A kitchen that lacks the equipment is no plan either.
    """
    request = DinnerRequest(
        guests=graph.servings,
        time_zone="UTC",
        serve_at=SERVE_AT,
        dishes=(DishRequest(name=recipe.title, id="dish"),),
        cooks=(Cook(name="Cook", skill="expert"),),
    )
    try:
        problem = build_problem(request, {"dish": graph}, {"dish": recipe}).problem
        outcome = solve(problem, LIMITS)
    except (EquipmentError, InvalidProblemError):
        return None
    if not isinstance(outcome, Solved):
        return None
    assignments = outcome.schedule.assignments
    return max(a.end_minutes for a in assignments) - min(a.start_minutes for a in assignments)
