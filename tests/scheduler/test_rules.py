"""Each rule on two small kitchens: one that it accepts and one, differing in one fact, that it refuses."""

from typing import Any

import pytest

from scheduler import Limits, Solved, solve
from scheduler.check import check
from scheduler.problem import (
    Board,
    Cook,
    Course,
    CrewNeed,
    Dish,
    Equipment,
    HeldVessel,
    Link,
    Need,
    Oven,
    OvenUse,
    Pin,
    PlannedTask,
    Problem,
    Replan,
    ServingLink,
    Session,
    Settings,
    StandIn,
    Task,
    VesselStock,
    VesselUse,
    Window,
)

ANA, BEN = Cook(id="Ana", skill=3), Cook(id="Ben", skill=1)
BURNER = Equipment(id="burner")
OVEN = Oven(id="oven", warm_up_minutes=15, change_minutes=10, keep_hot_minutes=30)


def hands(name: str, minutes: int = 10, **more: object) -> Task:
    return Task.model_validate({"id": name, "minutes": minutes, "attention": "hands_on", **more})


def tend(name: str, minutes: int = 10, **more: object) -> Task:
    return Task.model_validate({"id": name, "minutes": minutes, "attention": "tend", **more})


def alone(name: str, minutes: int = 10, **more: object) -> Task:
    return Task.model_validate({"id": name, "minutes": minutes, **more})


def bake(name: str, celsius: int, minutes: int = 10, **more: object) -> Task:
    return alone(name, minutes, oven=OvenUse(celsius=celsius), **more)


def kitchen(horizon: int, *tasks: Task, **more: object) -> Problem:
    return Problem.model_validate({"horizon_minutes": horizon, "tasks": tasks, **more})


def vessels(count: int, *, wash: int = 3, size: int = 1, stands_in_for: str | None = None) -> dict[str, object]:
    """Two dishes that each need a pan for one task of 10 minutes."""
    stand_in = (StandIn(kind=stands_in_for, cost=1),) if stands_in_for else ()
    kind = "pot" if stands_in_for else "pan"
    stock = VesselStock(id=kind, kind=kind, size=size, count=count, wash_minutes=wash, stands_in_for=stand_in)
    use = VesselUse(id="a", kind="pan", min_size=1)
    return {"vessels": (stock,), "dishes": (Dish(id="x", vessels=(use,)), Dish(id="y", vessels=(use,)))}


def held(unit: str) -> dict[str, object]:
    """Dish x already has this pan; dish y needs the large one, for 10 minutes."""
    stocks = (
        VesselStock(id="small", kind="pan", size=1, wash_minutes=0),
        VesselStock(id="large", kind="pan", size=2, wash_minutes=0),
    )
    dishes = (
        Dish(id="x", vessels=(VesselUse(id="a", kind="pan"),)),
        Dish(id="y", vessels=(VesselUse(id="a", kind="pan", min_size=2),)),
    )
    replan = Replan(now_minutes=0, held=(HeldVessel(dish="x", vessel="a", unit=unit),))
    return {"vessels": stocks, "dishes": dishes, "replan": replan}


IN_PANS = (alone("fry x", dish="x", vessels=("a",)), alone("fry y", dish="y", vessels=("a",)))
RAW: dict[str, Any] = {"board": True, "hygiene": "raw_meat"}
READY: dict[str, Any] = {"board": True, "hygiene": "ready_to_eat"}
A_THEN_B = (Link(before="a", after="b"),)
NUTS = hands("nuts", allergens=("nuts",))
NUT_FREE = hands("plain", free_from=("nuts",))
TWO_COURSES = {
    "dishes": (Dish(id="x", course="one"), Dish(id="y", course="two")),
    "courses": (Course(id="one", serve_at_minutes=10), Course(id="two", follows="one", gap_minutes=20)),
}
SAME_COURSE = (Dish(id="x", course="one"), Dish(id="y", course="one"))
LATE_COOK = Cook(id="Cleo", presence=(Window(start_minutes=20, end_minutes=60),))
BREAK = Cook(id="Dan", presence=(Window(start_minutes=0, end_minutes=10), Window(start_minutes=20, end_minutes=30)))
NOW = Replan(now_minutes=30)
RUNNING = Pin(task="run", state="running", start_minutes=20, end_minutes=45, cooks=("Ana",))

CASES: dict[str, tuple[Problem, Problem]] = {
    "within_horizon": (kitchen(10, alone("a")), kitchen(9, alone("a"))),
    "time_windows": (
        kitchen(30, alone("a", release_minutes=5, deadline_minutes=15)),
        kitchen(30, alone("a", release_minutes=6, deadline_minutes=15)),
    ),
    "minimum_lags": (
        kitchen(25, alone("a"), alone("b"), links=(Link(before="a", after="b", min_lag_minutes=5),)),
        kitchen(24, alone("a"), alone("b"), links=(Link(before="a", after="b", min_lag_minutes=5),)),
    ),
    "maximum_lags": (
        kitchen(
            60, alone("a"), alone("b", release_minutes=30), links=(Link(before="a", after="b", max_lag_minutes=5),)
        ),
        kitchen(
            60,
            alone("a", deadline_minutes=20),
            alone("b", release_minutes=30),
            links=(Link(before="a", after="b", max_lag_minutes=5),),
        ),
    ),
    "start lags": (
        kitchen(20, alone("a"), alone("b"), links=(Link(before="a", after="b", from_start=True),)),
        kitchen(10, alone("a"), alone("b"), links=(Link(before="a", after="b", min_lag_minutes=1, from_start=True),)),
    ),
    "crew": (
        kitchen(10, hands("lift", crew=(CrewNeed(count=2),)), hands("cut", 0), cooks=(ANA, BEN)),
        kitchen(10, hands("lift", crew=(CrewNeed(count=2),)), hands("cut", 1), cooks=(ANA, BEN)),
    ),
    "skills_and_refusals": (
        kitchen(10, hands("temper", skill=3), hands("wash"), cooks=(ANA, BEN)),
        kitchen(10, hands("temper", skill=3), hands("carve", skill=3), cooks=(ANA, BEN)),
    ),
    "refusals": (
        kitchen(10, hands("a", tags=("knife",)), hands("b"), cooks=(ANA, Cook(id="Ben", refuses=("knife",)))),
        kitchen(
            10,
            hands("a", tags=("knife",)),
            hands("b", tags=("knife",)),
            cooks=(ANA, Cook(id="Ben", refuses=("knife",))),
        ),
    ),
    "pace": (
        kitchen(15, hands("a"), cooks=(Cook(id="Ben", pace_percent=150),)),
        kitchen(14, hands("a"), cooks=(Cook(id="Ben", pace_percent=150),)),
    ),
    "one_pair_of_hands": (
        kitchen(20, hands("a"), hands("b"), cooks=(ANA,)),
        kitchen(19, hands("a"), hands("b"), cooks=(ANA,)),
    ),
    "tending beside light work": (
        kitchen(10, tend("stir"), hands("chop", light=True), cooks=(ANA,)),
        kitchen(10, tend("stir"), hands("carry"), cooks=(ANA,)),
    ),
    "tending so many pots": (
        kitchen(10, tend("a"), tend("b"), cooks=(ANA,)),
        kitchen(10, tend("a"), tend("b"), tend("c"), cooks=(ANA,)),
    ),
    "light work only when allowed": (
        kitchen(
            20, tend("stir"), hands("chop", light=True), cooks=(ANA,), settings=Settings(light_beside_tending=False)
        ),
        kitchen(
            10, tend("stir"), hands("chop", light=True), cooks=(ANA,), settings=Settings(light_beside_tending=False)
        ),
    ),
    "presence": (kitchen(30, hands("a"), cooks=(LATE_COOK,)), kitchen(29, hands("a"), cooks=(LATE_COOK,))),
    "breaks": (kitchen(40, hands("a"), cooks=(BREAK,)), kitchen(40, hands("a", 11), cooks=(BREAK,))),
    "watched_fire": (
        kitchen(60, alone("simmer", on_fire=True), cooks=(LATE_COOK,)),
        kitchen(60, alone("simmer", on_fire=True, deadline_minutes=25), cooks=(LATE_COOK,)),
    ),
    "pools": (
        kitchen(20, *(alone(n, needs=(Need(equipment="burner"),)) for n in "ab"), equipment=(BURNER,)),
        kitchen(19, *(alone(n, needs=(Need(equipment="burner"),)) for n in "ab"), equipment=(BURNER,)),
    ),
    "rounds": (kitchen(20, alone("fry", rounds=4, max_pans=2)), kitchen(19, alone("fry", rounds=4, max_pans=2))),
    "rounds in pans": (
        kitchen(40, alone("fry", rounds=4, max_pans=2, needs=(Need(equipment="burner"),)), equipment=(BURNER,)),
        kitchen(39, alone("fry", rounds=4, max_pans=2, needs=(Need(equipment="burner"),)), equipment=(BURNER,)),
    ),
    "oven_slots": (
        kitchen(25, *(bake(n, 180) for n in "ab"), ovens=(OVEN,), cooks=(ANA,)),
        kitchen(25, *(bake(n, 180) for n in "abc"), ovens=(OVEN,), cooks=(ANA,)),
    ),
    "oven_choice": (
        kitchen(25, *(bake(n, 180) for n in "abc"), ovens=(OVEN, Oven(id="small", slots=1)), cooks=(ANA, BEN)),
        kitchen(
            25,
            *(bake(n, 180) for n in "abc"),
            ovens=(OVEN, Oven(id="small", slots=1, max_celsius=150)),
            cooks=(ANA, BEN),
        ),
    ),
    "oven_temperature": (
        kitchen(45, bake("a", 180), bake("b", 220), ovens=(OVEN,), cooks=(ANA,)),
        kitchen(44, bake("a", 180), bake("b", 220), ovens=(OVEN,), cooks=(ANA,)),
    ),
    "oven_warm_up": (
        kitchen(25, bake("a", 180), ovens=(OVEN,), cooks=(ANA,)),
        kitchen(24, bake("a", 180), ovens=(OVEN,), cooks=(ANA,)),
    ),
    "somebody turns the oven on": (
        kitchen(25, bake("a", 180), ovens=(OVEN,), cooks=(ANA,)),
        kitchen(25, bake("a", 180), ovens=(OVEN,), cooks=(LATE_COOK,)),
    ),
    "oven_door": (
        kitchen(
            30,
            bake("a", 180),
            bake("b", 180, 5),
            ovens=(OVEN.model_copy(update={"recovery_minutes": 10}),),
            cooks=(ANA,),
        ),
        kitchen(
            29,
            bake("a", 180, deadline_minutes=25),
            bake("b", 180, 5, release_minutes=16),
            ovens=(OVEN.model_copy(update={"recovery_minutes": 10}),),
            cooks=(ANA,),
        ),
    ),
    "vessels_held": (kitchen(20, *IN_PANS, **vessels(1, wash=0)), kitchen(19, *IN_PANS, **vessels(1, wash=0))),
    "a vessel is kept between tasks": (
        kitchen(31, *IN_PANS, alone("warm x", 1, dish="x", vessels=("a",), release_minutes=30), **vessels(2, wash=0)),
        kitchen(
            31,
            alone("fry x", dish="x", vessels=("a",), deadline_minutes=10),
            alone("fry y", dish="y", vessels=("a",)),
            alone("warm x", 1, dish="x", vessels=("a",), release_minutes=30),
            **vessels(1, wash=0),
        ),
    ),
    "vessel_choice": (
        kitchen(20, *IN_PANS, **vessels(1, wash=0, stands_in_for="pan")),
        kitchen(19, *IN_PANS, **vessels(1, wash=0, stands_in_for="pan")),
    ),
    "wash_ups": (
        kitchen(23, *IN_PANS, **vessels(1), cooks=(ANA,)),
        kitchen(22, *IN_PANS, **vessels(1), cooks=(ANA,)),
    ),
    "nobody washes up": (
        kitchen(99, *IN_PANS, **vessels(2)),
        kitchen(99, *IN_PANS, **vessels(1), cooks=(Cook(id="Ana", refuses=("wash_up",)),)),
    ),
    "one_task_a_board": (
        kitchen(20, hands("a", board=True), hands("b", board=True), cooks=(ANA, BEN), boards=(Board(id="1"),)),
        kitchen(19, hands("a", board=True), hands("b", board=True), cooks=(ANA, BEN), boards=(Board(id="1"),)),
    ),
    "a board for meat": (
        kitchen(10, hands("a", **RAW), cooks=(ANA,), boards=(Board(id="1", classes=("raw_meat",)),)),
        kitchen(
            10,
            hands("a", **RAW),
            hands("b", **READY),
            cooks=(ANA, BEN),
            boards=(Board(id="1", classes=("raw_meat",)), Board(id="2", classes=("raw_meat", "ready_to_eat"))),
            pins=(Pin(task="a", board="2"),),
        ),
    ),
    "clean_between on a board": (
        kitchen(22, hands("a", **RAW), hands("b", **READY), cooks=(ANA, BEN), boards=(Board(id="1"),), links=A_THEN_B),
        kitchen(21, hands("a", **RAW), hands("b", **READY), cooks=(ANA, BEN), boards=(Board(id="1"),), links=A_THEN_B),
    ),
    "clean_between in hands": (
        kitchen(22, hands("a", hygiene="raw_fish"), hands("b", hygiene="ready_to_eat"), cooks=(ANA,), links=A_THEN_B),
        kitchen(21, hands("a", hygiene="raw_fish"), hands("b", hygiene="ready_to_eat"), cooks=(ANA,), links=A_THEN_B),
    ),
    "ready food soils nothing": (
        kitchen(20, hands("a", **READY), hands("b", **RAW), cooks=(ANA,), boards=(Board(id="1"),), links=A_THEN_B),
        kitchen(20, hands("a", **RAW), hands("b", **READY), cooks=(ANA,), boards=(Board(id="1"),), links=A_THEN_B),
    ),
    "allergens": (
        kitchen(20, NUTS, NUT_FREE, cooks=(ANA,)),
        kitchen(21, NUTS, NUT_FREE, cooks=(ANA,), links=(Link(before="nuts", after="plain"),)),
    ),
    "served_when_ready": (
        kitchen(20, alone("a", dish="x"), dishes=(Dish(id="x", serve_at_minutes=20),)),
        kitchen(19, alone("a", dish="x"), dishes=(Dish(id="x", serve_at_minutes=20),)),
    ),
    "serving_links": (
        kitchen(
            20,
            alone("a", dish="x"),
            dishes=(Dish(id="x", serve_at_minutes=20, serving=(ServingLink(task="a", max_lag_minutes=0),)),),
        ),
        kitchen(
            20,
            alone("a", dish="x", deadline_minutes=19),
            dishes=(Dish(id="x", serve_at_minutes=20, serving=(ServingLink(task="a", max_lag_minutes=0),)),),
        ),
    ),
    "courses_land_together": (
        kitchen(
            30,
            alone("a", dish="x", release_minutes=15),
            alone("b", dish="y"),
            dishes=SAME_COURSE,
            courses=(Course(id="one", serve_at_minutes=20, window_minutes=5),),
        ),
        kitchen(
            30,
            alone("a", dish="x", release_minutes=15),
            alone("b", dish="y", deadline_minutes=20),
            dishes=(SAME_COURSE[0], Dish(id="y", course="one", serving=(ServingLink(task="b", max_lag_minutes=0),))),
            courses=(Course(id="one", serve_at_minutes=20, window_minutes=4),),
        ),
    ),
    "courses_follow": (
        kitchen(35, alone("a", 15, dish="x"), alone("b", dish="y"), **TWO_COURSES),
        kitchen(34, alone("a", 15, dish="x"), alone("b", dish="y"), **TWO_COURSES),
    ),
    "sessions": (
        kitchen(
            99,
            alone("a", make_ahead=True, deadline_minutes=20),
            sessions=(
                Session(start_minutes=0, end_minutes=20, make_ahead=True),
                Session(start_minutes=50, end_minutes=90),
            ),
        ),
        kitchen(
            99,
            alone("a", deadline_minutes=20),
            sessions=(
                Session(start_minutes=0, end_minutes=20, make_ahead=True),
                Session(start_minutes=50, end_minutes=90),
            ),
        ),
    ),
    "no_past": (kitchen(40, alone("a"), replan=NOW), kitchen(39, alone("a"), replan=NOW)),
    "pins": (
        kitchen(55, hands("run"), hands("a"), cooks=(ANA,), replan=NOW, pins=(RUNNING,)),
        kitchen(54, hands("run"), hands("a"), cooks=(ANA,), replan=NOW, pins=(RUNNING,)),
    ),
    "freeze": (
        kitchen(
            45,
            alone("a"),
            replan=Replan(now_minutes=30, freeze_minutes=5, baseline=(PlannedTask(task="a", start_minutes=34),)),
        ),
        kitchen(
            43,
            alone("a"),
            replan=Replan(now_minutes=30, freeze_minutes=5, baseline=(PlannedTask(task="a", start_minutes=34),)),
        ),
    ),
    "held_vessels": (kitchen(10, *IN_PANS, **held("small#1")), kitchen(10, *IN_PANS, **held("large#1"))),
}


@pytest.mark.parametrize("name", CASES)
def test_rule_accepts_what_it_allows_and_refuses_what_it_forbids(name: str) -> None:
    accepted, refused = CASES[name]
    outcome = solve(accepted, Limits(deterministic_limit=1.0))
    assert isinstance(outcome, Solved)
    assert outcome.optimal
    assert check(accepted, outcome.schedule).violations == ()
    assert solve(refused, Limits(deterministic_limit=1.0)).status == "infeasible"
