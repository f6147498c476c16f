"""Whether the cooks of a dinner can do all of its work at all."""

from __future__ import annotations

from typing import Final

from kitchen_agent.errors import CrewError
from kitchen_agent.menu import SKILL_LEVEL
from scheduler.problem import Cook, Problem, Task

_WORD: Final = {level: word for word, level in SKILL_LEVEL.items()}


def require_crew(problem: Problem) -> None:
    """Raise CrewError when there is work that no cook may do, for want of skill or because all who may refuse it."""
    beyond = [
        task
        for task in problem.tasks
        if task.attention != "unattended" and not any(_may(cook, task) for cook in problem.cooks)
    ]
    if beyond:
        hardest = max(beyond, key=lambda task: task.skill)
        titles = {dish.id: dish.name or dish.id for dish in problem.dishes}
        refused = any(cook.skill >= hardest.skill for cook in problem.cooks)
        raise CrewError(
            hardest.name, titles.get(hardest.dish or "", ""), _WORD[hardest.skill], refused, len(beyond) - 1
        )


def _may(cook: Cook, task: Task) -> bool:
    return cook.skill >= task.skill and not set(cook.refuses).intersection(task.tags)
