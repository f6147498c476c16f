"""Dinners in the making, drawn from annotated graphs, so that their tasks have real names."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from finetune.sentences.words import words
from kitchen_agent.live.names import Names, TaskName
from kitchen_agent.live.taskprogress import TaskState
from kitchen_agent.menu import slug
from kitchen_agent.taskgraph import TaskGraph

_COURSES: Final = (["main", "dessert"], ["starter", "main"], ["starter", "main", "dessert"], ["main"])
_TITLE_WORDS_MAX: Final = 4
_TASKS_MIN, _TASKS_MAX = 3, 7


def dinner(graphs: Sequence[TaskGraph], rng: random.Random) -> Names:
    """A dinner of two to four dishes; of each dish something is done, something runs and something waits."""
    menu = {slug(title(graph.key)): graph for graph in rng.sample(graphs, rng.randint(2, 4))}
    now = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), rng.randint(15, 20), rng.randint(0, 59))
    now = now.replace(tzinfo=timezone(timedelta(hours=rng.randint(-2, 3))))
    things = rng.sample(words().things, rng.randint(3, 8))
    return Names(
        now=now,
        serve_at=now + timedelta(minutes=rng.randint(20, 120)),
        guests=rng.randint(2, 12),
        tasks=tuple(task for dish, graph in menu.items() for task in _tasks(dish, graph, rng)),
        cooks=tuple(rng.sample(words().cooks, rng.randint(1, 3))),
        equipment=("oven", "burner", *things),
        ovens=("oven",),
        dishes=tuple(menu),
        courses=tuple(rng.choice(_COURSES)),
    )


def title(key: str) -> str:
    """The dish of a recipe's key in at most four words."""
    name = re.split(r"\s*\(|\s+(?:with|and|in|on|for)\b", key.removeprefix("Cookbook:"))[0]
    return " ".join(re.sub(r"\s+[IVX]+$", "", name).split()[:_TITLE_WORDS_MAX])


def _tasks(dish: str, graph: TaskGraph, rng: random.Random) -> list[TaskName]:
    tasks = graph.tasks[: rng.randint(_TASKS_MIN, _TASKS_MAX)]
    reached = rng.randint(0, len(tasks))
    states: list[TaskState] = ["done" if place < reached else "waiting" for place in range(len(tasks))]
    for place in range(reached, min(reached + rng.choice((1, 1, 2)), len(tasks))):
        states[place] = "paused" if rng.random() < 0.12 else "running"
    if reached and rng.random() < 0.06:
        states[rng.randrange(reached)] = "skipped"
    return [
        TaskName(id=f"{dish}/{task.id}", name=task.name, state=state) for task, state in zip(tasks, states, strict=True)
    ]
