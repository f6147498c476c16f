"""What of a dish can be left out when there is no time for it."""

from __future__ import annotations

from typing import Final

from kitchen_agent.taskgraph import Task, TaskGraph

GARNISH_PREP: Final = frozenset({"wash", "peel", "chop", "grate", "toast"})
"""What a garnish is made ready with; a sauce that is mixed for the last step is no garnish."""


def optional_tasks(graph: TaskGraph) -> frozenset[int]:
    """The ids of the tasks without which the dish is still itself: garnishing, and what is made ready only for that.

    A garnish that is the whole finish of its dish stays: with nothing before it, it is the dish.
    """
    garnishes = {task.id for task in graph.tasks if task.action == "garnish" and task.after}
    for task in graph.tasks:
        own = {number for number in task.after if _serves_only(graph, graph.tasks[number - 1], task)}
        if task.id in garnishes and own != set(task.after):
            garnishes |= own
    return frozenset(garnishes)


def _serves_only(graph: TaskGraph, prep: Task, garnish: Task) -> bool:
    followers = {task.id for task in graph.tasks if prep.id in task.after}
    return prep.action in GARNISH_PREP and not prep.after and followers == {garnish.id}
