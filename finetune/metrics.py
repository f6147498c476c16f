"""How close predicted task graphs come to reference ones.

The tasks of the two graphs of a recipe are paired one to one by the greatest total similarity; a pair under
`PAIR_SIMILARITY_MIN` is none. Each metric is a share of hits, counted over all recipes together. A recipe without a
prediction, or with one that breaks the guide, is wholly missed in every metric.

    tasks      F1 of paired tasks
    stated     share of reference tasks with a stated time whose pair has exactly those minutes
    minutes    share of paired tasks whose minutes differ by at most 2 or a quarter
    attention  share of paired tasks with the same attention
    tools      F1 of the equipment of paired tasks, without bench equipment, fridge, bowls and jars
    oven       share of reference oven temperatures met within 10 °C
    needs      F1 of "must come before" between paired tasks, through any number of tasks between
    skill      share of paired tasks with the same skill
    valid      share of recipes with a prediction that keeps to the guide
    elapsed    share of recipes whose longest chain of tasks is within a fifth of the reference's
    hands_on   share of recipes whose sum of hands-on minutes is within a quarter (or 2 minutes) of the reference's
    score      the plain mean of all of these
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from kitchen_agent.taskgraph import Task, TaskGraph

PAIR_SIMILARITY_MIN = 0.35
UNSCORED_TOOLS = frozenset({"board", "bowl", "rolling_pin", "sieve", "fridge", "jar"})
SCORE = "score"


@dataclass(frozen=True)
class Ratio:
    """`hits` out of `chances`; without any chance nothing was missed."""

    hits: int
    chances: int

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.hits + other.hits, self.chances + other.chances)

    @property
    def value(self) -> float:
        return self.hits / self.chances if self.chances else 1.0


@dataclass(frozen=True)
class Comparison:
    """One recipe's reference graph beside its prediction, which is None when there is no valid one."""

    reference: TaskGraph
    predicted: TaskGraph | None

    @cached_property
    def pairs(self) -> list[tuple[Task, Task]]:
        """The paired tasks, reference first."""
        return pair_tasks(self.reference.tasks, self.predicted.tasks) if self.predicted else []


def pair_tasks(reference: tuple[Task, ...], predicted: tuple[Task, ...]) -> list[tuple[Task, Task]]:
    """Tasks of two graphs, paired one to one by the greatest total similarity (the Hungarian method)."""
    similarities = np.array([[similarity(wanted, found) for found in predicted] for wanted in reference])
    rows, columns = linear_sum_assignment(similarities, maximize=True)
    return [
        (reference[row], predicted[column])
        for row, column in zip(rows, columns, strict=True)
        if similarities[row, column] >= PAIR_SIMILARITY_MIN
    ]


def similarity(one: Task, other: Task) -> float:
    """How much two tasks are the same piece of work, 0 to 1: half the overlap of their recipe steps, 0.3 for the
    same action, 0.2 for the overlap of the ingredients that enter in them."""
    same_action = 0.3 * (one.action == other.action)
    return 0.5 * _overlap(one.steps, other.steps) + same_action + 0.2 * _overlap(one.uses, other.uses)


def elapsed_minutes(graph: TaskGraph) -> int:
    """The length of the longest chain of tasks: the dish's time with any number of cooks."""
    end: dict[int, int] = {}
    for task in graph.tasks:
        end[task.id] = task.minutes + max((end[before] for before in task.after), default=0)
    return max(end.values())


def hands_on_minutes(graph: TaskGraph) -> int:
    """The minutes in which a cook can do nothing else."""
    return sum(task.minutes for task in graph.tasks if task.attention == "hands_on")


def measure(comparison: Comparison) -> dict[str, Ratio]:
    """Every metric of one recipe, without the score."""
    return {name: metric(comparison) for name, metric in METRICS.items()}


def total(recipes: Iterable[Mapping[str, Ratio]]) -> dict[str, float]:
    """The metrics over all `recipes` together and their mean, the score, each rounded to four decimals."""
    sums = dict.fromkeys(METRICS, Ratio(0, 0))
    for ratios in recipes:
        sums = {name: summed + ratios[name] for name, summed in sums.items()}
    values = {name: round(ratio.value, 4) for name, ratio in sums.items()}
    return values | {SCORE: round(sum(values.values()) / len(values), 4)}


def _tasks(comparison: Comparison) -> Ratio:
    count = len(comparison.reference.tasks) + (len(comparison.predicted.tasks) if comparison.predicted else 0)
    return Ratio(2 * len(comparison.pairs), count)


def _stated(comparison: Comparison) -> Ratio:
    met = sum(wanted.stated and wanted.minutes == found.minutes for wanted, found in comparison.pairs)
    return Ratio(met, sum(task.stated for task in comparison.reference.tasks))


def _minutes(comparison: Comparison) -> Ratio:
    return _share_of_pairs(
        comparison, lambda wanted, found: abs(found.minutes - wanted.minutes) <= max(2, wanted.minutes / 4)
    )


def _attention(comparison: Comparison) -> Ratio:
    return _share_of_pairs(comparison, lambda wanted, found: wanted.attention == found.attention)


def _skill(comparison: Comparison) -> Ratio:
    return _share_of_pairs(comparison, lambda wanted, found: wanted.skill == found.skill)


def _tools(comparison: Comparison) -> Ratio:
    hits = chances = 0
    for wanted, found in comparison.pairs:
        hits += 2 * len(_scored_tools(wanted) & _scored_tools(found))
        chances += len(_scored_tools(wanted)) + len(_scored_tools(found))
    paired = {wanted.id for wanted, _ in comparison.pairs}
    chances += sum(len(_scored_tools(task)) for task in comparison.reference.tasks if task.id not in paired)
    return Ratio(hits, chances)


def _oven(comparison: Comparison) -> Ratio:
    met = sum(
        wanted.oven_c is not None and found.oven_c is not None and abs(found.oven_c - wanted.oven_c) <= 10
        for wanted, found in comparison.pairs
    )
    return Ratio(met, sum(task.oven_c is not None for task in comparison.reference.tasks))


def _needs(comparison: Comparison) -> Ratio:
    if comparison.predicted is None:
        return Ratio(0, len(comparison.reference.tasks))
    own = {wanted.id: wanted.id for wanted, _ in comparison.pairs}
    renamed = {found.id: wanted.id for wanted, found in comparison.pairs}
    wanted_needs = _needs_between(comparison.reference, own)
    found_needs = _needs_between(comparison.predicted, renamed)
    return Ratio(2 * len(wanted_needs & found_needs), len(wanted_needs) + len(found_needs))


def _valid(comparison: Comparison) -> Ratio:
    return Ratio(int(comparison.predicted is not None), 1)


def _elapsed(comparison: Comparison) -> Ratio:
    return _within(comparison, elapsed_minutes, lambda wanted: 0.2 * wanted)


def _hands_on(comparison: Comparison) -> Ratio:
    return _within(comparison, hands_on_minutes, lambda wanted: max(2, 0.25 * wanted))


METRICS: dict[str, Callable[[Comparison], Ratio]] = {
    "tasks": _tasks,
    "stated": _stated,
    "minutes": _minutes,
    "attention": _attention,
    "tools": _tools,
    "oven": _oven,
    "needs": _needs,
    "skill": _skill,
    "valid": _valid,
    "elapsed": _elapsed,
    "hands_on": _hands_on,
}


def _share_of_pairs(comparison: Comparison, same: Callable[[Task, Task], bool]) -> Ratio:
    if comparison.predicted is None:
        return Ratio(0, len(comparison.reference.tasks))
    return Ratio(sum(same(wanted, found) for wanted, found in comparison.pairs), len(comparison.pairs))


def _within(comparison: Comparison, figure: Callable[[TaskGraph], int], margin: Callable[[int], float]) -> Ratio:
    if comparison.predicted is None:
        return Ratio(0, 1)
    wanted = figure(comparison.reference)
    return Ratio(int(abs(figure(comparison.predicted) - wanted) <= margin(wanted)), 1)


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    union = set(one) | set(other)
    return len(set(one) & set(other)) / len(union) if union else 0.0


def _scored_tools(task: Task) -> frozenset[str]:
    return frozenset(task.kinds) - UNSCORED_TOOLS


def _needs_between(graph: TaskGraph, names: Mapping[int, int]) -> set[tuple[int, int]]:
    before: dict[int, set[int]] = {}
    for task in graph.tasks:
        before[task.id] = set(task.after).union(*(before[need] for need in task.after))
    return {
        (names[need], names[task]) for task, needs in before.items() if task in names for need in needs if need in names
    }
