"""Of plans that are worth the same, the one that people find natural."""

import pytest

from scheduler import Limits, Problem, Schedule, Solved, solve, tidy
from scheduler.check import check
from scheduler.generate import kitchen
from scheduler.problem import (
    Cook,
    Dish,
    Equipment,
    Link,
    Need,
    Oven,
    OvenUse,
    ServingLink,
    Task,
    VesselStock,
    VesselUse,
)
from scheduler.schedule import Assignment, Inserted, Served, VesselHold

MOUSSE = Problem(
    horizon_minutes=120,
    tasks=(
        Task(id="whip", minutes=10, dish="mousse", attention="hands_on"),
        Task(id="chill", minutes=60, dish="mousse"),
    ),
    links=(Link(before="whip", after="chill"),),
    dishes=(Dish(id="mousse", serve_at_minutes=110, serving=(ServingLink(task="chill"),)),),
    cooks=(Cook(id="Ana"),),
)


def starts(schedule: Schedule) -> dict[str, int]:
    return {entry.task: entry.start_minutes for entry in schedule.assignments}


def placed(*entries: tuple[str, int, int, str], oven: str | None = None) -> tuple[Assignment, ...]:
    return tuple(
        Assignment(task=task, start_minutes=start, end_minutes=end, cooks=(cook,) if cook else (), oven=oven)
        for task, start, end, cook in entries
    )


def test_a_wait_begins_when_it_can() -> None:
    late = Schedule(
        assignments=placed(("whip", 0, 10, "Ana"), ("chill", 45, 105, "")),
        served=(Served(dish="mousse", served_minutes=110),),
    )
    assert check(MOUSSE, late).ok
    assert starts(tidy(MOUSSE, late)) == {"whip": 0, "chill": 10}


def test_hot_food_does_not_begin_to_wait() -> None:
    link = Link(before="chill", after="plate", hot_weight=1)
    hot = MOUSSE.model_copy(
        update={
            "tasks": (*MOUSSE.tasks, Task(id="plate", minutes=5, dish="mousse", attention="hands_on")),
            "links": (*MOUSSE.links, link),
        }
    )
    late = Schedule(
        assignments=placed(("whip", 0, 10, "Ana"), ("chill", 45, 105, ""), ("plate", 105, 110, "Ana")),
        served=(Served(dish="mousse", served_minutes=110),),
    )
    assert tidy(hot, late) == late


def test_the_oven_is_not_heated_before_it_must_be() -> None:
    problem = Problem(
        horizon_minutes=120,
        tasks=(Task(id="bake", minutes=40, dish="cake", oven=OvenUse(celsius=180)),),
        dishes=(Dish(id="cake", serving=(ServingLink(task="bake"),)),),
        ovens=(Oven(id="oven", warm_up_minutes=15),),
        cooks=(Cook(id="Ana"),),
    )
    warm_up = Inserted(
        id="warm_up:bake", kind="warm_up", start_minutes=0, end_minutes=15, cook="Ana", task="bake", oven="oven",
        celsius=180,
    )  # fmt: skip
    early = Schedule(
        assignments=placed(("bake", 40, 80, ""), oven="oven"),
        inserted=(warm_up,),
        served=(Served(dish="cake", served_minutes=80),),
    )
    assert check(problem, early).ok
    assert [entry.start_minutes for entry in tidy(problem, early).inserted] == [25]


def test_trays_go_into_the_oven_together_if_there_are_so_many() -> None:
    problem = Problem(
        horizon_minutes=120,
        tasks=(
            Task(id="fill", minutes=10, dish="pie", attention="hands_on", vessels=("a",)),
            Task(id="bake", minutes=30, dish="pie", oven=OvenUse(celsius=180), vessels=("a",), rounds=2, max_pans=2),
        ),
        links=(Link(before="fill", after="bake"),),
        dishes=(Dish(id="pie", vessels=(VesselUse(id="a", kind="tin"),), serving=(ServingLink(task="bake"),)),),
        ovens=(Oven(id="oven", warm_up_minutes=0),),
        vessels=(VesselStock(id="tin", kind="tin", count=2),),
        cooks=(Cook(id="Ana"),),
    )
    one_by_one = Schedule(
        assignments=(*placed(("fill", 0, 10, "Ana")), *placed(("bake", 10, 70, ""), oven="oven")),
        holds=(VesselHold(dish="pie", vessel="a", unit="tin#1", start_minutes=0, end_minutes=120),),
        served=(Served(dish="pie", served_minutes=70),),
    )
    assert check(problem, one_by_one).ok
    together = tidy(problem, one_by_one)
    assert check(problem, together).ok
    assert (together.assignments[1].start_minutes, together.assignments[1].pans) == (40, 2)
    alone = problem.model_copy(update={"vessels": (VesselStock(id="tin", kind="tin"),)})
    assert tidy(alone, one_by_one) == one_by_one


def test_tasks_that_are_all_alike_come_in_the_order_of_their_names() -> None:
    shares = tuple(
        Task(id=f"peel.{number}", name=f"Peel ({number} of 3)", minutes=10, dish="mash", attention="hands_on")
        for number in (1, 2, 3)
    )
    problem = Problem(horizon_minutes=60, tasks=shares, cooks=(Cook(id="Ana"),))
    mixed = Schedule(assignments=placed(("peel.3", 0, 10, "Ana"), ("peel.1", 10, 20, "Ana"), ("peel.2", 20, 30, "Ana")))
    assert starts(tidy(problem, mixed)) == {"peel.1": 0, "peel.2": 10, "peel.3": 20}


def test_a_pot_stays_on_its_burner() -> None:
    tasks = [
        Task(id="boil", minutes=10, dish="soup", vessels=("a",), needs=(Need(equipment="burner"),)),
        Task(id="simmer", minutes=20, dish="soup", vessels=("a",), needs=(Need(equipment="burner"),)),
        Task(id="fry", minutes=8, dish="egg", needs=(Need(equipment="burner"),), release_minutes=10),
    ]
    problem = Problem(
        horizon_minutes=60,
        tasks=tuple(tasks),
        links=(Link(before="boil", after="simmer", max_lag_minutes=0),),
        dishes=(Dish(id="soup", vessels=(VesselUse(id="a", kind="pot"),)), Dish(id="egg")),
        equipment=(Equipment(id="burner", count=2),),
        vessels=(VesselStock(id="pot", kind="pot", wash_minutes=0),),
        objective=("makespan",),
    )
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    units = {entry.task: entry.units for entry in outcome.schedule.assignments}
    assert units["boil"] == units["simmer"]


@pytest.mark.parametrize("seed", range(4))
def test_a_tidy_plan_is_as_good_and_keeps_every_rule(seed: int) -> None:
    problem = kitchen(seed, 3, 2)
    outcome = solve(problem, Limits(deterministic_limit=0.05))
    assert isinstance(outcome, Solved)
    plan = tidy(problem, outcome.schedule)
    assert check(problem, plan).ok
    assert all(new.value <= old.value for new, old in zip(plan.terms, outcome.schedule.terms, strict=True))
    assert tidy(problem, plan) == plan
