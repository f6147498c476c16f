"""The names of a session, as people say them: what a sentence about the cooking can be about."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from kitchen_agent.live.session import Session, TaskState


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskName(_Part):
    """One task: its id, what it is called, how far it is and who does it."""

    id: str
    name: str
    state: TaskState = "waiting"
    cooks: tuple[str, ...] = ()


class Names(_Part):
    """Everything in a session that can be named, and the moment at which somebody speaks.

    `cooks`, `equipment`, `dishes` and `courses` are ids; ids are words in lower case joined by hyphens.
    """

    now: datetime
    serve_at: datetime
    tasks: tuple[TaskName, ...]
    cooks: tuple[str, ...]
    equipment: tuple[str, ...]
    dishes: tuple[str, ...]
    courses: tuple[str, ...]


def names_of(session: Session, now: datetime) -> Names:
    """The names of `session`; of its tasks those of the plan in force, in the order of their starts."""
    problem = session.plan.problem
    zone = session.first.serve_at.tzinfo
    items = sorted((item for item in session.plan.items if item.kind == "task"), key=lambda item: item.start)
    things = (problem.ovens, problem.equipment, problem.vessels)
    return Names(
        now=now.astimezone(zone),
        serve_at=(session.serve_at or session.first.serve_at).astimezone(zone),
        tasks=tuple(
            TaskName(id=item.id, name=item.name, state=session.progress(item.id).state, cooks=item.cooks)
            for item in items
        ),
        cooks=tuple(cook.id for cook in problem.cooks),
        equipment=tuple(thing.id for group in things for thing in group),
        dishes=tuple(dish.id for dish in problem.dishes),
        courses=tuple(course.id for course in problem.courses),
    )
