"""A session to look at in a browser: the tests' small dinner, moved to the present."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kitchen_agent.live.sessions import database_url, open_sessions
from kitchen_agent.plan import DinnerPlan
from tests.kitchen_agent.live.dinner import dinner_plan

EVIL = "<img src=x onerror=\"document.title='taken'\"> & 'soup'"


def plan_now(minutes_ahead: int = 0) -> DinnerPlan:
    """The dinner whose first work is to begin in `minutes_ahead` minutes."""
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    later = minute + timedelta(minutes=minutes_ahead) - dinner_plan().first_work
    moved = DinnerPlan.model_validate(_moved(dinner_plan().model_dump(), later))
    assert moved.first_work - minute == timedelta(minutes=minutes_ahead)
    return moved


def hostile(plan: DinnerPlan) -> DinnerPlan:
    """The plan with a title, a dish, a cook's words and tasks that try to become part of the page."""
    dishes = tuple(dish.model_copy(update={"name": EVIL}) for dish in plan.dishes)
    items = tuple(item.model_copy(update={"name": EVIL, "ingredients": (EVIL,)}) for item in plan.items)
    return plan.model_copy(update={"title": EVIL, "dishes": dishes, "items": items})


def open_dinner(data: Path, plan: DinnerPlan | None = None, *, approved: bool = True) -> str:
    """Open a session in the data folder."""
    with open_sessions(database_url(data), seconds=0.0) as sessions:
        session = sessions.open(plan or plan_now())
        if approved:
            sessions.approve(session, "test")
    return session


def _moved(value: Any, later: timedelta) -> Any:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) + later).astimezone(value.tzinfo)
    if isinstance(value, Mapping):
        return {key: _moved(entry, later) for key, entry in value.items()}
    return [_moved(entry, later) for entry in value] if isinstance(value, list | tuple) else value
