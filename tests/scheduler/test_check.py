"""The judge finds each sort of mistake in a plan made by hand, and nothing wrong with that plan itself."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scheduler.check
from scheduler.check import RULES, check
from scheduler.problem import (
    Board,
    Cook,
    Course,
    Dish,
    Equipment,
    HeldVessel,
    Link,
    Need,
    Outage,
    Oven,
    OvenUse,
    PlannedTask,
    Problem,
    Replan,
    ServingLink,
    Session,
    Task,
    VesselStock,
    VesselUse,
    Window,
)
from scheduler.schedule import Assignment, Inserted, Schedule, Served, Term, VesselHold

PROBLEM = Problem(
    horizon_minutes=120,
    tasks=(
        Task(id="cut", minutes=10, dish="roast", attention="hands_on", board=True, hygiene="raw_meat", tags=("meat",)),
        Task(id="bake", minutes=40, dish="roast", oven=OvenUse(celsius=200), vessels=("t",), on_fire=True),
        Task(id="slice", minutes=5, dish="salad", attention="hands_on", board=True, hygiene="ready_to_eat", skill=2),
        Task(id="boil", minutes=15, dish="salad", attention="tend", needs=(Need(equipment="burner"),), on_fire=True),
    ),
    links=(Link(before="cut", after="bake", max_lag_minutes=30),),
    dishes=(
        Dish(
            id="roast",
            course="main",
            vessels=(VesselUse(id="t", kind="tin"),),
            serving=(ServingLink(task="bake", min_lag_minutes=5, max_lag_minutes=15, hot_weight=2),),
        ),
        Dish(id="salad", course="main"),
    ),
    courses=(Course(id="main", serve_at_minutes=80, window_minutes=5),),
    cooks=(Cook(id="Ana", presence=(Window(start_minutes=0, end_minutes=110),)), Cook(id="Ben", skill=1)),
    equipment=(Equipment(id="burner", count=2),),
    ovens=(Oven(id="oven"),),
    vessels=(VesselStock(id="tin", kind="tin"),),
    boards=(Board(id="wood"),),
)
PLAN = Schedule(
    assignments=(
        Assignment(task="cut", start_minutes=0, end_minutes=10, cooks=("Ana",), board="wood"),
        Assignment(task="bake", start_minutes=30, end_minutes=70, oven="oven"),
        Assignment(task="boil", start_minutes=50, end_minutes=65, cooks=("Ben",), units=("burner#1",)),
        Assignment(task="slice", start_minutes=70, end_minutes=75, cooks=("Ana",), board="wood"),
    ),
    inserted=(
        Inserted(id="clean:cut", kind="clean", start_minutes=10, end_minutes=12, cook="Ana", task="cut", board="wood"),
        Inserted(
            id="warm_up:bake",
            kind="warm_up",
            start_minutes=12,
            end_minutes=27,
            cook="Ana",
            task="bake",
            oven="oven",
            celsius=200,
        ),
        Inserted(
            id="wash_up:roast/t",
            kind="wash_up",
            start_minutes=75,
            end_minutes=78,
            cook="Ana",
            dish="roast",
            vessel="t",
            unit="tin#1",
        ),
    ),
    holds=(VesselHold(dish="roast", vessel="t", unit="tin#1", start_minutes=30, end_minutes=78),),
    served=(Served(dish="roast", served_minutes=80), Served(dish="salad", served_minutes=80)),
)


def at(task: str, **update: Any) -> Callable[[Schedule], Schedule]:
    """The plan with one assignment changed."""

    def change(plan: Schedule) -> Schedule:
        entries = [entry.model_copy(update=update) if entry.task == task else entry for entry in plan.assignments]
        entries.sort(key=lambda entry: (entry.start_minutes, entry.task))
        return plan.model_copy(update={"assignments": tuple(entries)})

    return change


def inserted(name: str, **update: Any) -> Callable[[Schedule], Schedule]:
    """The plan with one inserted task changed, or without it when nothing is given."""

    def change(plan: Schedule) -> Schedule:
        entries = [
            entry.model_copy(update=update) if entry.id == name else entry
            for entry in plan.inserted
            if update or entry.id != name
        ]
        entries.sort(key=lambda entry: (entry.start_minutes, entry.id))
        return plan.model_copy(update={"inserted": tuple(entries)})

    return change


def with_fields(**update: Any) -> Callable[[Schedule], Schedule]:
    return lambda plan: plan.model_copy(update=update)


MISTAKES: list[tuple[str, Callable[[Schedule], Schedule]]] = [
    ("form", with_fields(assignments=PLAN.assignments[1:])),
    ("form", with_fields(served=PLAN.served[:1])),
    ("form", at("cut", board=None)),
    ("form", at("bake", pans=2)),
    ("form", with_fields(assignments=PLAN.assignments[::-1])),
    ("form", inserted("clean:cut", id="clean:slice")),
    ("form", inserted("clean:cut", cook="Cem")),
    ("horizon", at("slice", start_minutes=118, end_minutes=123)),
    ("duration", at("cut", end_minutes=9)),
    ("link", at("bake", start_minutes=9, end_minutes=49)),
    ("link", at("bake", start_minutes=41, end_minutes=81)),
    ("crew", at("boil", cooks=())),
    ("crew", at("boil", cooks=("Ana", "Ben"))),
    ("crew", at("bake", cooks=("Ben",))),
    ("skill", at("slice", cooks=("Ben",))),
    ("presence", at("slice", start_minutes=106, end_minutes=111)),
    ("hands", at("slice", start_minutes=74, end_minutes=79)),
    ("hands", at("boil", start_minutes=60, end_minutes=75, cooks=("Ana",))),
    ("equipment", at("boil", units=())),
    ("equipment", at("boil", units=("burner#3",))),
    ("oven_heat", inserted("warm_up:bake")),
    ("oven_heat", at("bake", start_minutes=26, end_minutes=66)),
    ("oven_warm_up", inserted("warm_up:bake", start_minutes=13)),
    ("oven_warm_up", inserted("warm_up:bake", celsius=180)),
    ("vessel", with_fields(holds=())),
    ("vessel", inserted("wash_up:roast/t")),
    ("vessel", with_fields(holds=(PLAN.holds[0].model_copy(update={"unit": "tin#2"}),))),
    ("wash_up", inserted("wash_up:roast/t", start_minutes=69, end_minutes=72)),
    ("wash_up", inserted("wash_up:roast/t", start_minutes=76)),
    ("board", at("slice", start_minutes=9, end_minutes=14)),
    ("board", at("slice", start_minutes=11, end_minutes=16)),
    ("hygiene", inserted("clean:cut")),
    ("hygiene", inserted("clean:cut", start_minutes=75, end_minutes=77)),
    ("clean", inserted("clean:cut", cook="Ben")),
    ("clean", inserted("clean:cut", end_minutes=11)),
    ("clean", inserted("clean:cut", start_minutes=9, end_minutes=11)),
    ("serving", with_fields(served=(Served(dish="roast", served_minutes=79), PLAN.served[1]))),
    ("serving", with_fields(served=(Served(dish="roast", served_minutes=86), PLAN.served[1]))),
    ("course", with_fields(served=(PLAN.served[0], Served(dish="salad", served_minutes=86)))),
    ("terms", with_fields(terms=(Term(name="makespan", value=74, bound=74, optimal=True),))),
    ("terms", with_fields(terms=(Term(name="makespan", value=75, bound=76, optimal=False),))),
]


def test_the_plan_is_good_and_its_terms_are_right() -> None:
    report = check(PROBLEM, PLAN)
    assert report.ok, str(report)
    assert report.terms == {
        "lateness": 0,
        "hot_wait": 2 * 5**2,
        "longest_day": 78,
        "presence": 78 + 15,
        "makespan": 75,
        "extra_work": 2 + 1 + 3,
        "balance": (10 + 5 + 2 + 1 + 3) - 15,
        "handovers": 1,
        "idle": (78 - 21) + (15 - 0),
        "stability": 0,
    }


@pytest.mark.parametrize(("rule", "change"), MISTAKES, ids=[f"{n} {rule}" for n, (rule, _) in enumerate(MISTAKES)])
def test_finds(rule: str, change: Callable[[Schedule], Schedule]) -> None:
    report = check(PROBLEM, change(PLAN))
    assert rule in {violation.rule for violation in report.violations}, str(report)
    assert all(violation.message and violation.subjects for violation in report.violations)


def hours(start: int, end: int) -> Window:
    return Window(start_minutes=start, end_minutes=end)


PROBLEMS: list[tuple[str, dict[str, Any]]] = [
    ("refusal", {"cooks": (PROBLEM.cooks[0].model_copy(update={"refuses": ("meat",)}), PROBLEM.cooks[1])}),
    ("refusal", {"cooks": (PROBLEM.cooks[0].model_copy(update={"refuses": ("wash_up",)}), PROBLEM.cooks[1])}),
    (
        "fire",
        {
            "cooks": (
                Cook(id="Ana", presence=(hours(0, 30), hours(70, 110))),
                Cook(id="Ben", skill=1, presence=(hours(50, 65),)),
            )
        },
    ),
    ("oven_celsius", {"ovens": (Oven(id="oven", max_celsius=180),)}),
    ("oven_slots", {"ovens": (Oven(id="oven", outages=(Outage(start_minutes=69, end_minutes=80),)),)}),
    (
        "equipment",
        {"equipment": (Equipment(id="burner", count=2, outages=(Outage(start_minutes=64, end_minutes=80, units=2),)),)},
    ),
    ("vessel", {"vessels": (VesselStock(id="tin", kind="tin", outages=(Outage(start_minutes=77, end_minutes=80),)),)}),
    ("board", {"boards": (Board(id="wood", classes=("ready_to_eat",)),)}),
    ("session", {"sessions": (Session(start_minutes=0, end_minutes=74),)}),
    (
        "session",
        {
            "sessions": (
                Session(start_minutes=0, end_minutes=5, make_ahead=True),
                Session(start_minutes=5, end_minutes=120),
            )
        },
    ),
    ("release", {"tasks": tuple(t.model_copy(update={"deadline_minutes": 74}) for t in PROBLEM.tasks)}),
    ("release", {"tasks": tuple(t.model_copy(update={"release_minutes": 1}) for t in PROBLEM.tasks)}),
    ("pin", {"pins": ({"task": "cut", "start_minutes": 1},)}),
    ("pin", {"pins": ({"task": "bake", "oven": "other"},)}),
    ("replan", {"replan": Replan(now_minutes=1)}),
    (
        "replan",
        {"replan": Replan(now_minutes=0, freeze_minutes=9, baseline=(PlannedTask(task="cut", start_minutes=5),))},
    ),
    ("replan", {"replan": Replan(now_minutes=0, held=(HeldVessel(dish="roast", vessel="t", unit="tin#2"),))}),
    (
        "course",
        {
            "courses": (Course(id="first"), Course(id="main", follows="first", gap_minutes=10, window_minutes=5)),
            "dishes": (PROBLEM.dishes[0], PROBLEM.dishes[1].model_copy(update={"course": "first"})),
        },
    ),
]


@pytest.mark.parametrize(("rule", "update"), PROBLEMS, ids=[f"{n} {rule}" for n, (rule, _) in enumerate(PROBLEMS)])
def test_finds_in_another_kitchen(rule: str, update: dict[str, Any]) -> None:
    """The same plan in a kitchen with one more limit."""
    data = {name: getattr(PROBLEM, name) for name in Problem.model_fields}
    report = check(Problem.model_validate({**data, **update}), PLAN)
    assert {violation.rule for violation in report.violations} == {rule}, str(report)


def test_every_rule_of_the_judge_is_tested() -> None:
    tested = {rule for rule, _ in MISTAKES} | {rule for rule, _ in PROBLEMS} | {"oven_change", "oven_door", "tending"}
    assert tested == {rule.__name__ for rule in RULES}


def test_ovens_and_pots() -> None:
    problem = Problem(
        horizon_minutes=60,
        tasks=(
            Task(id="a", minutes=10, oven=OvenUse(celsius=200)),
            Task(id="b", minutes=10, oven=OvenUse(celsius=150)),
            Task(id="c", minutes=10, attention="tend"),
            Task(id="d", minutes=10, attention="tend"),
        ),
        cooks=(Cook(id="Ana", tend_capacity=1),),
        ovens=(Oven(id="oven", warm_up_minutes=0, change_minutes=5, recovery_minutes=20),),
    )
    plan = Schedule(
        assignments=(
            Assignment(task="a", start_minutes=0, end_minutes=10, oven="oven"),
            Assignment(task="c", start_minutes=0, end_minutes=10, cooks=("Ana",)),
            Assignment(task="d", start_minutes=9, end_minutes=19, cooks=("Ana",)),
            Assignment(task="b", start_minutes=14, end_minutes=24, oven="oven"),
        )
    )
    rules = [violation.rule for violation in check(problem, plan).violations]
    assert rules == ["tending", "oven_change", "oven_door"]


def test_the_judge_shares_nothing_with_the_model() -> None:
    """It imports types only: no solver, no rule, no arithmetic of the model."""
    for path in Path(scheduler.check.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "scheduler":
                allowed = ("scheduler.check", "scheduler.problem", "scheduler.schedule")
                assert node.module.startswith(allowed), f"{path.name} imports {node.module}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "ortools" not in ast.unparse(node)


def test_nobody_cleans_after_what_soils_nothing() -> None:
    tasks = tuple(Task(id=name, minutes=5, attention="hands_on") for name in "ab")
    problem = Problem(horizon_minutes=20, tasks=tasks, cooks=(Cook(id="Ana"),))
    plan = Schedule(
        assignments=(
            Assignment(task="a", start_minutes=0, end_minutes=5, cooks=("Ana",)),
            Assignment(task="b", start_minutes=10, end_minutes=15, cooks=("Ana",)),
        ),
        inserted=(Inserted(id="clean:a", kind="clean", start_minutes=5, end_minutes=7, cook="Ana", task="a"),),
    )
    assert [violation.rule for violation in check(problem, plan).violations] == ["clean"]


def test_nothing_clean_is_done_in_the_middle_of_raw_meat() -> None:
    """Not even what takes no minutes, though the hands are free for it otherwise."""
    meat = Task(id="meat", minutes=10, attention="hands_on", hygiene="raw_meat")
    salad = Task(id="salad", minutes=0, attention="hands_on", hygiene="ready_to_eat")
    plan = Schedule(
        assignments=(
            Assignment(task="meat", start_minutes=0, end_minutes=10, cooks=("Ana",)),
            Assignment(task="salad", start_minutes=5, end_minutes=5, cooks=("Ana",)),
        )
    )
    problem = Problem(horizon_minutes=20, tasks=(meat, salad), cooks=(Cook(id="Ana"),))
    assert [violation.rule for violation in check(problem, plan).violations] == ["hygiene"]
