"""A session to look at in a browser: the tests' small dinner, moved to the present."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kitchen_agent.live.sessions import database_url, open_sessions
from kitchen_agent.live.simulate import Clock, simulate
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


def in_zone(plan: DinnerPlan, zone: str) -> DinnerPlan:
    """The plan as the clocks of `zone` tell it."""
    shown = _mapped(plan.model_dump(), lambda moment: moment.astimezone(ZoneInfo(zone)))
    shown["request"]["time_zone"] = zone
    return DinnerPlan.model_validate(shown)


class _NowError(Exception):
    """A simulation has come to the present."""


def cooked_until_now(data: Path, plan: DinnerPlan, seed: int = 0) -> str:
    """A session that is cooked by its plan from its first work until now, with delays here and there by `seed`."""
    now, clock = datetime.now(UTC), Clock(plan.first_work, speed=1)

    def wait(seconds: float) -> None:
        if clock.moment + timedelta(seconds=seconds) > now:
            raise _NowError

    clock.sleep = wait
    with open_sessions(database_url(data), clock, seconds=0.0) as sessions, suppress(_NowError):
        for _ in simulate(sessions, clock, plan, seed):
            pass
    with open_sessions(database_url(data)) as sessions:
        return sessions.kitchen.store.sessions()[0]


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
    return _mapped(value, lambda moment: (moment.astimezone(UTC) + later).astimezone(moment.tzinfo))


def _mapped(value: Any, change: Callable[[datetime], datetime]) -> Any:
    """`value` with every moment in it changed."""
    if isinstance(value, datetime):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(entry, change) for key, entry in value.items()}
    return [_mapped(entry, change) for entry in value] if isinstance(value, list | tuple) else value
