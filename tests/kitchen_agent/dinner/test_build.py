"""The problem that the scheduler gets: sittings, waits, hygiene, cooks and working hours."""

from datetime import UTC, datetime

import pytest

from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.dinner.calendar import clock
from kitchen_agent.dinner.hygiene import classes
from scheduler.problem import Link
from scheduler.validate import validate
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, dinner, graph, request, task


def link(made: Dinner, before: str, after: str) -> Link:
    """The link between two tasks."""
    return next(found for found in made.problem.links if (found.before, found.after) == (before, after))


def at(made: Dinner, minute: int) -> datetime:
    """The clock time of a minute of the problem."""
    return clock(made.starts_at, minute, UTC)


def test_the_whole_menu_is_a_valid_problem() -> None:
    validate(dinner(*GRAPHS).problem)


@pytest.mark.parametrize(
    ("dishes", "courses", "expected"),
    [
        (("soup", "chicken", "mousse"), {}, {"starter": 0, "main": 30, "dessert": 75}),
        (("chicken", "mousse"), {}, {"main": 0, "dessert": 45}),
        (("mousse",), {}, {"dessert": 0}),
        (("soup", "chicken"), {"starter": 0, "main": 50}, {"starter": 0, "main": 50}),
        (("chicken", "mousse"), {"dessert": 60}, {"main": 0, "dessert": 60}),
        (("soup", "chicken", "mousse"), {"main": 45}, {"starter": 0, "main": 45, "dessert": 75}),
    ],
)
def test_sittings_follow_each_other(dishes: tuple[str, ...], courses: dict[str, int], expected: dict[str, int]) -> None:
    made = dinner(*dishes, courses=courses)
    due, minute = {}, 0
    for course in made.problem.courses:
        minute = course.serve_at_minutes if course.serve_at_minutes is not None else minute + course.gap_minutes
        due[course.id] = (at(made, minute) - datetime(2026, 3, 10, 19, 30, tzinfo=UTC)).total_seconds() // 60
    assert due == expected


def test_a_dish_that_is_on_the_menu_twice_has_a_number() -> None:
    made = dinner({"name": "Soup", "id": "soup"}, {"name": "soup", "id": "chicken"}, {"name": "mousse"})
    assert [dish.name for dish in made.problem.dishes] == ["Soup", "soup (2)", "mousse"]


def test_a_dish_may_choose_its_sitting() -> None:
    made = dinner({"name": "soup", "course": "main"}, "chicken")
    assert made.sittings == {"soup": "main", "chicken": "main"}


def test_holds_are_longest_waits() -> None:
    made = dinner("chicken", "mousse", "soup")
    assert link(made, "chicken/2", "chicken/3").max_lag_minutes == 10
    assert link(made, "chicken/3", "chicken/4").max_lag_minutes == 20
    serving = {serving.task: serving for dish in made.problem.dishes for serving in dish.serving}
    assert serving["mousse/3"].max_lag_minutes is None
    assert serving["mousse/3"].hot_weight == 0
    assert serving["chicken/4"].max_lag_minutes == 10
    assert serving["chicken/4"].hot_weight > 0


def test_what_keeps_a_day_is_plated_shortly_before_it_is_served() -> None:
    pudding = graph(
        "mousse", "dessert", "cold", 1440,
        task(1, "Chill the pudding", "chill", 60, tools=["fridge"], attention="unattended", hold=1440),
        task(2, "Scatter with nuts and serve", "plate", 3, after=[1], hold=1440),
    )  # fmt: skip
    made = build_problem(request("mousse"), {"mousse": pudding}, RECIPES)
    assert link(made, "mousse/1", "mousse/2").max_lag_minutes is None
    assert [serving.max_lag_minutes for dish in made.problem.dishes for serving in dish.serving] == [30]


def test_from_its_last_heat_on_a_hot_dish_minds_every_wait() -> None:
    beans = graph(
        "soup", "side", "hot", 15,
        task(1, "Boil the beans", "boil", 5, tools=["burner", "saucepan:a"], attention="tend", hold=20),
        task(2, "Toss the beans in butter", "saute", 3, tools=["burner", "frying_pan:b"], attention="tend", after=[1],
             hold=20),
        task(3, "Season with lemon", "season", 2, tools=["frying_pan:b"], after=[2], hold=20),
        task(4, "Serve the beans", "plate", 2, after=[3], hold=20),
    )  # fmt: skip
    made = build_problem(request("soup"), {"soup": beans}, RECIPES)
    weights = {entry.after: entry.hot_weight for entry in made.problem.links if ".start" not in entry.before}
    assert weights == {"soup/2": 0, "soup/3": 1, "soup/4": 1}


def test_somebody_sets_going_what_needs_nobody() -> None:
    pasta = graph(
        "soup", "main", "hot", 5,
        task(1, "Bring the water to the boil", "boil", 10, attention="unattended", tools=["burner", "pot:a"]),
        task(2, "Boil the pasta", "boil", 8, attention="tend", tools=["burner", "pot:a"], after=[1], hold=5),
    )  # fmt: skip
    made = build_problem(request("soup"), {"soup": pasta}, RECIPES)
    starter = next(found for found in made.problem.tasks if found.id == "soup/1.start")
    assert (starter.attention, starter.minutes) == ("hands_on", 1)
    assert link(made, "soup/1.start", "soup/1").max_lag_minutes == 0


def test_hygiene_follows_from_the_words() -> None:
    assert classes(GRAPHS["chicken"], RECIPES["chicken"].ingredients) == {
        1: "raw_meat", 2: "none", 3: "none", 4: "ready_to_eat",
    }  # fmt: skip
    assert set(classes(GRAPHS["soup"], ("1 l chicken stock",)).values()) <= {"none", "ready_to_eat"}


def test_cooks_bring_skill_pace_hours_and_refusals() -> None:
    made = dinner(
        "chicken",
        cooks=["Ana:expert", {"name": "Ben", "skill": "novice", "present": "18:00-19:45", "refuses": ["Chicken"]}],
    )
    ana, ben = made.problem.cooks
    assert (ana.skill, ana.pace_percent, ben.skill, ben.pace_percent) == (3, 100, 1, 150)
    assert [(at(made, w.start_minutes).hour, at(made, w.end_minutes).minute) for w in ben.presence] == [(18, 45)]
    assert all("chicken" in found.tags for found in made.problem.tasks)
    assert ben.refuses == ("chicken",)


def test_a_cook_who_is_never_there_is_not_always_there() -> None:
    made = dinner("chicken", cooks=["Ana:expert", "Ben:novice@06:00-07:00"])
    assert all(window.start_minutes >= made.problem.horizon_minutes for window in made.problem.cooks[1].presence)
    assert made.problem.cooks[1].presence


def test_long_chilling_is_done_ahead_and_nothing_else_is() -> None:
    made = dinner("chicken", "mousse")
    ahead = {found.id for found in made.problem.tasks if found.make_ahead}
    assert ahead == {"mousse/1", "mousse/2", "mousse/3"}
    sessions = made.problem.sessions
    assert [session.make_ahead for session in sessions] == [True] * (len(sessions) - 1) + [False]
    assert at(made, sessions[0].start_minutes).hour >= 8


def test_an_overnight_wait_begins_the_day_before() -> None:
    marinated = graph(
        "chicken", "main", "hot", 10,
        task(1, "Coat the chicken", "coat", 10, uses=[0], hold=720),
        task(2, "Marinate overnight", "marinate", 720, attention="unattended", after=[1], scaling="fixed", hold=720),
        task(3, "Roast the chicken", "roast", 60, attention="unattended", tools=["oven"], oven_c=200, after=[2],
             scaling="fixed", hold=10),
    )  # fmt: skip
    made = build_problem(request("chicken"), {"chicken": marinated}, RECIPES)
    assert made.starts_at.date().isoformat() == "2026-03-09"
    assert made.starts_at.hour < 22
    kept = build_problem(request("chicken", kitchen={"make_ahead": False}), {"chicken": marinated}, RECIPES)
    assert kept.problem.sessions == ()


def test_no_work_before_the_earliest_start() -> None:
    made = dinner("chicken", earliest_start="18:45")
    assert at(made, 0) == datetime(2026, 3, 10, 18, 45, tzinfo=UTC)
    assert at(made, made.problem.horizon_minutes) > datetime(2026, 3, 10, 20, 30, tzinfo=UTC)


def test_nothing_is_made_ahead_before_the_earliest_start() -> None:
    made = dinner("mousse", serve_at="2026-03-11 06:30", earliest_start="2026-03-10 23:25")
    assert at(made, 0) >= datetime(2026, 3, 10, 23, 25, tzinfo=UTC)


def test_minutes_are_real_where_the_clocks_change() -> None:
    made = dinner("chicken", time_zone="Europe/Berlin", serve_at="2026-03-29 04:00")
    due = made.problem.courses[0].serve_at_minutes
    assert due is not None
    assert clock(made.starts_at, due, UTC) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
