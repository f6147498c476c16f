"""Large hands-on work is cut into shares that several cooks can do side by side, as in any kitchen that feeds forty."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kitchen_agent.menu import SKILL_LEVEL, Cook
from scheduler.problem import Link, Task

ALONE_MINUTES: Final = 30
"""Nobody calls for help with less than this."""
SHARE_MINUTES: Final = 15
"""A share is not much shorter than this."""


def cut(tasks: Sequence[Task], linear: Collection[str], cooks: Sequence[Cook]) -> dict[str, tuple[Task, ...]]:
    """The shares of each task, by its id; the first keeps the id, the others have ".2", ".3", … after it.

    Only work that grows with the portions (`linear`) and needs nothing but hands, boards and vessels is cut, into at
    most as many shares as there are cooks who can do it.
    """
    return {task.id: _shares(task, cooks) if task.id in linear else (task,) for task in tasks}


def links_of_shares(links: Sequence[Link], shares: Mapping[str, Sequence[Task]]) -> list[Link]:
    """`links` between all shares of their tasks; one cook may do them in turn, so results wait that much longer."""
    found: list[Link] = []
    for link in links:
        before, after = (shares.get(name, ()) for name in (link.before, link.after))
        turns = sum(task.minutes for tasks in (before, after) if len(tasks) > 1 for task in tasks)
        found += [
            link.model_copy(
                update={
                    "before": first,
                    "after": then,
                    "max_lag_minutes": None if link.max_lag_minutes is None else link.max_lag_minutes + turns,
                }
            )
            for first in [task.id for task in before] or [link.before]
            for then in [task.id for task in after] or [link.after]
        ]
    return found


def _shares(task: Task, cooks: Sequence[Cook]) -> tuple[Task, ...]:
    able = sum(
        SKILL_LEVEL[cook.skill] >= task.skill and not {word.lower() for word in cook.refuses} & set(task.tags)
        for cook in cooks
    )
    count = min(able, task.minutes // SHARE_MINUTES)
    if task.attention != "hands_on" or task.needs or task.oven or task.minutes <= ALONE_MINUTES or count < 2:
        return (task,)
    minutes = math.ceil(task.minutes / count)
    return tuple(
        task.model_copy(
            update={
                "id": task.id if number == 1 else f"{task.id}.{number}",
                "name": f"{task.name} ({number} of {count})",
                "minutes": minutes,
            }
        )
        for number in range(1, count + 1)
    )
