"""A small dinner that the tests of the live kitchen cook: soup, then chicken with beans, by two cooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from kitchen_agent.dinner import build_problem
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.session import Session, apply, fold
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import DinnerPlan, Item, make_plan
from kitchen_agent.planner import finish, judge
from scheduler import Limits, Solved, solve
from tests.kitchen_agent.dinners import ANSWERS, recipes

DISHES = ("tomato-soup", "roast-chicken-with-lemon", "green-beans")


@cache
def dinner_plan() -> DinnerPlan:
    """The plan of the dinner, from the answers that the tests keep; the same in each call."""
    known = {key: recipe for key, recipe in recipes().items() if key in DISHES}
    graphs = {key: finish(judge((ANSWERS / f"{key}.txt").read_text(), recipe))[0] for key, recipe in known.items()}
    request = DinnerRequest.model_validate(
        {
            "guests": 4,
            "time_zone": "Europe/Berlin",
            "serve_at": "2030-05-04 19:30",
            "dishes": [{"name": recipe.title, "id": key} for key, recipe in known.items()],
            "cooks": ["Ana:expert", "Ben"],
            "kitchen": {"ovens": 2},
        },
        context={"now": datetime(2030, 5, 4, 8, tzinfo=UTC)},
    )
    dinner = build_problem(request, graphs, known)
    outcome = solve(dinner.problem, Limits(deterministic_limit=0.3))
    assert isinstance(outcome, Solved)
    return make_plan(request, known, graphs, dinner, outcome)


def tasks_of(plan: DinnerPlan) -> list[Item]:
    """The tasks in order of their starts."""
    return sorted((item for item in plan.items if item.kind == "task"), key=lambda item: (item.start, item.id))


def event(what: Happening, at: datetime, key: str = "key") -> Event:
    return Event(key=key, at=at, by="test", what=what)


def played(plan: DinnerPlan, until: datetime) -> Session:
    """The session of `plan` in which everything went by plan until `until`."""
    return fold(plan, plan.starts_at, played_events(plan, until))


def played_events(plan: DinnerPlan, until: datetime) -> list[Event]:
    """What happens when everything goes by plan until `until`."""
    happened: list[tuple[datetime, int, Happening]] = []
    for item in tasks_of(plan):
        if item.start <= until:
            happened.append((item.start, 1, happen.TaskStarted(task=item.id)))
        if item.end <= until:
            happened.append((item.end, 0, happen.TaskDone(task=item.id)))
    happened.sort(key=lambda entry: entry[:2])
    return [event(what, at, f"e{n}") for n, (at, _, what) in enumerate(happened)]


def moment(plan: DinnerPlan, share: float) -> datetime:
    """The moment a minute after `share` of the tasks were to start."""
    items = tasks_of(plan)
    return items[int(share * (len(items) - 1))].start + timedelta(minutes=1)


def after(session: Session, what: Happening, at: datetime) -> Session:
    return apply(session, event(what, at))
