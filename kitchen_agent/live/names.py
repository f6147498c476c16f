"""The names of a session, as people say them: what a sentence about the cooking can be about."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from kitchen_agent.live.refusals import equipment
from kitchen_agent.live.session import Session
from kitchen_agent.live.taskprogress import TaskState


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskName(_Part):
    """One task: its id, what it is called, how far it is and who does it."""

    id: str
    name: str
    state: TaskState = "waiting"
    cooks: tuple[str, ...] = ()

    @property
    def dish(self) -> str:
        """The dish that the task belongs to: the id before the slash."""
        return self.id.rpartition("/")[0]


class Names(_Part):
    """Everything in a session that can be named, and the moment at which somebody speaks.

    `cooks`, `equipment`, `ovens`, `dishes` and `courses` are ids: words in lower case joined by hyphens or underscores.
    `ovens` are among the `equipment`.
    """

    now: datetime
    serve_at: datetime
    guests: int
    tasks: tuple[TaskName, ...]
    cooks: tuple[str, ...]
    equipment: tuple[str, ...]
    ovens: tuple[str, ...] = ()
    dishes: tuple[str, ...]
    courses: tuple[str, ...]

    def labels(self) -> dict[str, TaskName]:
        """The tasks by what the model calls them: their names; of twins with the dish, or in one dish with the id."""
        named = Counter(task.name for task in self.tasks)
        within = Counter((task.name, task.dish) for task in self.tasks)
        labels = {}
        for task in self.tasks:
            label = " ".join(task.name.split())
            if within[task.name, task.dish] > 1:
                label = f"{label} ({task.id})"
            elif named[task.name] > 1:
                label = f"{label} ({words_of(task.dish)})"
            labels[label] = task
        return labels


def words_of(name: str) -> str:
    """An id as people read it: "food_processor" is the "food processor"."""
    return name.replace("-", " ").replace("_", " ")


def names_of(session: Session, now: datetime) -> Names:
    """The names of `session`; of its tasks those of the plan in force, in the order of their starts."""
    problem = session.plan.problem
    zone = session.first.serve_at.tzinfo
    items = sorted((item for item in session.plan.items if item.kind == "task"), key=lambda item: item.start)
    return Names(
        now=now.astimezone(zone),
        serve_at=(session.serve_at or session.first.serve_at).astimezone(zone),
        guests=session.guests or session.first.guests,
        tasks=tuple(
            TaskName(id=item.id, name=item.name, state=session.progress(item.id).state, cooks=item.cooks)
            for item in items
        ),
        cooks=tuple(cook.id for cook in problem.cooks),
        equipment=tuple(equipment(session)),
        ovens=tuple(oven.id for oven in problem.ovens),
        dishes=tuple(dish.id for dish in problem.dishes),
        courses=tuple(course.id for course in problem.courses),
    )
