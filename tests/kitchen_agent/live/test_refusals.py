"""What cannot be planned is refused before it is stored, and nothing that is stored can end a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from kitchen_agent.dinner import build_problem
from kitchen_agent.errors import EventRefusedError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.kitchen import Opening
from kitchen_agent.live.refusals import refuse
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions, open_sessions
from kitchen_agent.live.wording import sentence
from kitchen_agent.menu import DinnerRequest, DishRequest
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import Limits, Solved, solve
from tests.kitchen_agent.live.dinner import dinner_plan

CHICKEN = "roast-chicken-with-lemon"


@cache
def beans_plan() -> DinnerPlan:
    """The beans alone, in a kitchen without an oven; work may begin at seven."""
    full = dinner_plan()
    request = DinnerRequest.model_validate(
        {
            "guests": 4,
            "time_zone": "Europe/Berlin",
            "serve_at": "2030-05-04 19:30",
            "earliest_start": "2030-05-04 17:00",
            "dishes": [{"name": "green beans", "id": "green-beans"}],
            "cooks": ["Ana:expert", "Ben"],
            "kitchen": {"ovens": 0},
        },
        context={"now": datetime(2030, 5, 4, 8, tzinfo=UTC)},
    )
    graphs, recipes = {"green-beans": full.graphs["green-beans"]}, {"green-beans": full.recipes["green-beans"]}
    dinner = build_problem(request, graphs, recipes)
    outcome = solve(dinner.problem, Limits(deterministic_limit=0.1))
    assert isinstance(outcome, Solved)
    return make_plan(request, recipes, graphs, dinner, outcome)


def roast() -> happen.DishAdded:
    full = dinner_plan()
    dish = DishRequest(name="Roast chicken", id=CHICKEN)
    return happen.DishAdded(dish=dish, recipe=full.recipes[CHICKEN], graph=full.graphs[CHICKEN])


@contextmanager
def cooking(folder: Path) -> Iterator[tuple[Sessions, str]]:
    url = f"sqlite:///{folder / 'sessions.sqlite'}"
    with open_sessions(url, lambda: beans_plan().first_work, seconds=0.0) as sessions:
        if not sessions.kitchen.store.sessions():
            sessions.approve(sessions.open(beans_plan()), "Ana")
        yield sessions, sessions.kitchen.store.sessions()[0]


NOW = datetime(2030, 5, 4, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (roast(), "no oven"),
        (happen.CookJoins(cook=" ", at=NOW, skill="home"), "at least 1 character"),
        (happen.CookJoins(cook="Z" * 150, at=NOW, skill="home"), "at most 120 characters"),
        (happen.CookJoins(cook="Zoe", at=NOW), "skill"),
        (happen.ServingMoved(serve_at=datetime(2030, 5, 4, 12, tzinfo=UTC)), "'14:00' is past. Give a later time"),
        (
            happen.EquipmentFails(equipment="burner", units=9),
            "'9' is too many: this kitchen has 4 burners. Give 1 to 4",
        ),
        (happen.EquipmentFails(equipment="board-1", units=2), "'2' is too many: board-1 is a single one. Give 1"),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else "",
)
def test_what_no_plan_can_follow_is_refused(what: Happening, says: str, tmp_path: Path) -> None:
    with cooking(tmp_path) as (sessions, session):
        before = sessions.kitchen.newest(session)
        with pytest.raises(EventRefusedError, match=says):
            sessions.tell(session, what, "key", "Ana")
        assert sessions.kitchen.newest(session) == before


@pytest.mark.parametrize(("key", "by"), [("k" * 101, "Ana"), ("key", "A" * 101), ("", "Ana")])
def test_a_key_or_a_name_of_the_wrong_length_is_refused(key: str, by: str, tmp_path: Path) -> None:
    with cooking(tmp_path) as (sessions, session), pytest.raises(EventRefusedError, match="character"):
        sessions.tell(session, happen.GuestsChanged(guests=5), key, by)


def test_a_dish_that_cannot_be_cooked_and_is_stored_is_trouble_until_it_is_dropped(tmp_path: Path) -> None:
    with cooking(tmp_path) as (sessions, session):
        entry = Event(key="roast", at=beans_plan().first_work, by="Ana", what=roast())
        sessions.kitchen.store.append(session, entry)
        assert "no oven" in sessions.tell(session, happen.TaskDone(task="green-beans/1"), "done", "Ana").trouble
    with cooking(tmp_path) as (sessions, session):
        sessions.wake(session)
        assert "no oven" in sessions.kitchen.trouble(session)
        told = sessions.tell(session, happen.DishDropped(dish=CHICKEN), "drop", "Ana")
        assert told.trouble == ""
        assert [dish.id for dish in sessions.kitchen.session(session).plan.dishes] == ["green-beans"]


def test_a_session_in_which_cooks_came_and_times_moved_can_be_opened_again(tmp_path: Path) -> None:
    with cooking(tmp_path) as (sessions, session):
        sessions.tell(session, happen.CookJoins(cook="Zoe Müller", at=NOW, skill="home"), "joins", "Ana")
        moved = happen.ServingMoved(serve_at=beans_plan().serve_at + timedelta(minutes=20))
        sessions.tell(session, moved, "moved", "Ana")
    with cooking(tmp_path) as (sessions, session):
        opening = Opening.model_validate_json(sessions.kitchen.store.opening(session))
        assert opening.plan == beans_plan()
        plan = sessions.kitchen.session(session).plan
        assert "Zoe Müller" in [cook.name for cook in plan.cooks]


def test_a_serving_time_is_past_by_the_clock_not_by_the_last_event(tmp_path: Path) -> None:
    clock = [beans_plan().first_work]
    with open_sessions(f"sqlite:///{tmp_path / 'sessions.sqlite'}", lambda: clock[0], seconds=0.0) as sessions:
        session = sessions.open(beans_plan())
        sessions.approve(session, "Ana")
        clock[0] += timedelta(minutes=45)
        moved = happen.ServingMoved(serve_at=clock[0] - timedelta(minutes=5))
        with pytest.raises(EventRefusedError, match="is past"):
            sessions.tell(session, moved, "moved", "Ana")


@pytest.mark.parametrize(
    ("equipment", "units", "words"),
    [
        ("burner", 1, "1 of the 4 burners is broken"),
        ("burner", 2, "2 of the 4 burners are broken"),
        ("burner", 4, "all 4 burners are broken"),
        ("baking_dish", 2, "all 2 baking dishes are broken"),
        ("blender", 1, "blender is broken"),
    ],
)
def test_how_many_are_broken_is_said_of_how_many_there_are(equipment: str, units: int, words: str) -> None:
    session = Session(first=dinner_plan(), plan=dinner_plan(), now=NOW)
    what = happen.EquipmentFails(equipment=equipment, units=units)
    refuse(session, what)
    assert sentence(session, what) == words
