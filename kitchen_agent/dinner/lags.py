"""How long results may wait: from task to task and from the last task to the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kitchen_agent.kitchen import Kitchen
from kitchen_agent.taskgraph import HEAT_ACTIONS, TaskGraph, final_ids
from scheduler.problem import Link, ServingLink, Task

KEEPS_MINUTES: Final = 1440
"""A result that keeps a day is not limited at all."""
LEAST_HOLD_MINUTES: Final = 2
"""Time to put down the spoon, wash hands, and begin the next task."""
HOT_WEIGHT: Final[Mapping[str, int]] = {"hot": 3, "warm": 1, "room": 0, "cold": 0}
"""How much a minute of waiting for the table counts (objective hot_wait)."""
COOLS_WITHIN_MINUTES: Final = 60
"""Heated food that is fine for longer than this is not hurt by a wait between two tasks."""

PLATED_MINUTES: Final = 30
"""A dish is plated in the half hour before it is served, however long it would keep."""


def dish_links(dish: str, graph: TaskGraph, tasks: Sequence[Task], kitchen: Kitchen) -> list[Link]:
    """One link for each need of each task, with the hold of what it waits for as the longest wait.

    From the last heat of a hot dish on, every wait counts (objective hot_wait), unless its result does not mind.

    A result that several tasks take from waits longer for the later ones: while the earlier ones are at work on it,
    and while whatever lies between is done. What stays in the oven while its temperature changes waits for that.
    `tasks` are the graph's tasks, converted, in their order.
    """
    minutes = {number: task_minutes(task) for number, task in enumerate(tasks, 1)}
    cooling = _cooling(graph)
    links: list[Link] = []
    for task in graph.tasks:
        followers = [other for other in graph.tasks if task.id in other.after]
        between = _longest_between(graph, minutes, task.id)
        earlier = 0
        for follower in followers:
            hold = max(task.hold, LEAST_HOLD_MINUTES, _oven_change(tasks[task.id - 1], tasks[follower.id - 1], kitchen))
            hold += earlier
            links.append(
                Link(
                    before=f"{dish}/{task.id}",
                    after=f"{dish}/{follower.id}",
                    max_lag_minutes=None if task.hold >= KEEPS_MINUTES else max(hold, between[follower.id]),
                    hot_weight=1 if task.id in cooling and follower.id in cooling else 0,
                )
            )
            earlier += minutes[follower.id]
    return links


def serving_links(dish: str, graph: TaskGraph, queue_minutes: int) -> tuple[ServingLink, ...]:
    """The wait of the finished dish. `queue_minutes`: the other dishes of the sitting are plated in that time."""
    links = []
    for number in final_ids(graph.tasks):
        last = graph.tasks[number - 1]
        hold = graph.hold if number == graph.tasks[-1].id else last.hold
        if last.action == "plate":
            hold = min(hold, PLATED_MINUTES)
        links.append(
            ServingLink(
                task=f"{dish}/{number}",
                max_lag_minutes=None if hold >= KEEPS_MINUTES else max(hold, LEAST_HOLD_MINUTES) + queue_minutes,
                hot_weight=HOT_WEIGHT[graph.serve],
            )
        )
    return tuple(links)


def finishing_minutes(graph: TaskGraph, minutes: Mapping[int, int]) -> int:
    """The cook's minutes in the last tasks of the dish."""
    return sum(minutes[number] for number in final_ids(graph.tasks) if graph.tasks[number - 1].attention == "hands_on")


def task_minutes(task: Task) -> int:
    """The minutes of all rounds of `task` with as many side by side as it allows."""
    return -(-task.rounds // task.max_pans) * task.minutes


def _cooling(graph: TaskGraph) -> set[int]:
    """The tasks of a hot or warm dish from its last heat on, as far as their results suffer from a wait."""
    if graph.serve not in ("hot", "warm"):
        return set()
    heated = {task.id for task in graph.tasks if task.action in HEAT_ACTIONS}
    before_heat: set[int] = set()
    for task in reversed(graph.tasks):
        if task.id in heated or task.id in before_heat:
            before_heat.update(task.after)
    hot: set[int] = set()
    for task in graph.tasks:
        if task.id not in before_heat and (task.id in heated or hot.intersection(task.after)):
            hot.add(task.id)
    last = set(final_ids(graph.tasks))
    return {number for number in hot if number in last or graph.tasks[number - 1].hold <= COOLS_WITHIN_MINUTES}


def _oven_change(first: Task, then: Task, kitchen: Kitchen) -> int:
    """The minutes in which an oven goes from the temperature of one task to that of the next; 0 if it need not."""
    if first.oven is None or then.oven is None:
        return 0
    if abs(first.oven.celsius - then.oven.celsius) <= kitchen.oven_tolerance_celsius:
        return 0
    return max(oven.change_minutes for oven in kitchen.ovens)


def _longest_between(graph: TaskGraph, minutes: Mapping[int, int], first: int) -> dict[int, int]:
    """For each task, the least minutes from the end of `first` to its start that the needs between force."""
    gap = {first: -minutes[first]}
    for task in graph.tasks[first:]:
        gaps = [gap[before] + minutes[before] for before in task.after if before in gap]
        if gaps:
            gap[task.id] = max(gaps)
    return gap
