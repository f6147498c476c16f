"""Dinners that do not fit say why, and every repair that is offered really makes them fit."""

import time

import pytest
from pydantic import TypeAdapter

from scheduler import Infeasible, Limits, Problem, Solved, solve
from scheduler.check import check
from scheduler.explain import MakeAhead, Repair, StartEarlier, explain, insight, rescues
from scheduler.explain.relax import without_vessels
from scheduler.explain.shift import shift
from scheduler.generate import kitchen
from scheduler.problem import (
    Cook,
    Course,
    Dish,
    Equipment,
    HeldVessel,
    Link,
    Need,
    Oven,
    OvenUse,
    Pin,
    Replan,
    ServingLink,
    Session,
    Task,
    VesselStock,
    VesselUse,
    Window,
)
from scheduler.validate import faults

BURNER = (Need(equipment="burner"),)


def clock(minute: int) -> str:
    return f"{18 + minute // 60}:{minute % 60:02}"


def steak_and_sauce() -> Problem:
    """Two dishes from one burner that both want to be hot at 19:00."""
    return Problem(
        horizon_minutes=100,
        tasks=(
            Task(id="sear", minutes=10, dish="steak", attention="hands_on", needs=BURNER),
            Task(id="whisk", minutes=10, dish="sauce", attention="hands_on", needs=BURNER),
        ),
        dishes=(
            Dish(id="steak", course="main", serving=(ServingLink(task="sear", max_lag_minutes=5),)),
            Dish(id="sauce", course="main", serving=(ServingLink(task="whisk", max_lag_minutes=2),)),
        ),
        courses=(Course(id="main", serve_at_minutes=60),),
        cooks=(Cook(id="Ana"), Cook(id="Ben")),
        equipment=(Equipment(id="burner"),),
    )


def test_the_end_of_the_plan_is_named_when_waits_do_not_fit() -> None:
    problem = Problem(
        horizon_minutes=240,
        cooks=(Cook(id="Ana"),),
        tasks=(
            Task(id="marinate", minutes=10, dish="lamb", attention="hands_on"),
            Task(id="grill", minutes=20, dish="lamb", attention="hands_on"),
        ),
        links=(Link(before="marinate", after="grill", min_lag_minutes=480),),
        dishes=(Dish(id="lamb", serve_at_minutes=200),),
    )
    found = explain(problem, seconds=600, say=clock)
    assert [fact.kind for fact in found.facts] == ["horizon"]
    assert [repair.kind for repair in found.repairs] == ["start_earlier"]


def test_food_in_a_pan_is_no_hindrance_to_explaining() -> None:
    """Without the kind of vessel nothing is held or washed of it either."""
    problem = Problem(
        horizon_minutes=40,
        cooks=(Cook(id="Ana"),),
        tasks=(
            Task(id="boil", minutes=30, dish="soup", vessels=("v",)),
            Task(id="fry", minutes=30, dish="fish", vessels=("v",)),
        ),
        dishes=tuple(Dish(id=name, vessels=(VesselUse(id="v", kind="pan"),)) for name in ("soup", "fish")),
        vessels=(VesselStock(id="pan", kind="pan", count=1, wash_minutes=0),),
        pins=(
            Pin(task="boil", state="running", start_minutes=0, end_minutes=30),
            Pin(task="wash_up:soup/v", state="done", start_minutes=0, end_minutes=1, cooks=("Ana",)),
        ),
        replan=Replan(now_minutes=5, held=(HeldVessel(dish="soup", vessel="v", unit="pan#1"),)),
    )
    relaxed = without_vessels("pan", problem)
    assert relaxed.pins == problem.pins[:1]
    assert faults(relaxed) == ()
    held = problem.model_copy(update={"pins": problem.pins[:1]})
    assert {fact.kind for fact in explain(held, seconds=600).facts} == {"vessel", "horizon"}


def test_smallest_set_of_facts() -> None:
    found = explain(steak_and_sauce(), seconds=600, say=clock)
    assert found.proved
    assert found.minimal
    kinds = {fact.kind for fact in found.facts}
    assert "equipment" in kinds
    assert kinds <= {"equipment", "serving_hold", "course"}
    assert any("burner" in fact.sentence for fact in found.facts)


def test_repairs_are_true() -> None:
    problem = steak_and_sauce()
    repairs = explain(problem, seconds=600, say=clock).repairs
    assert {repair.kind for repair in repairs} >= {"more_units", "longer_hold"}
    assert [repair.cost for repair in repairs] == sorted(repair.cost for repair in repairs)
    for repair in repairs:
        repaired = repair.apply(problem)
        outcome = solve(repaired)
        assert isinstance(outcome, Solved), repair.sentence
        assert check(repaired, outcome.schedule).ok
        assert outcome.schedule.terms[0].value == repair.lateness_minutes
    assert repairs[0].kind == "longer_hold", "waiting a little is cheaper than buying a burner"


def test_repairs_survive_a_checkpoint() -> None:
    adapter: TypeAdapter[Repair] = TypeAdapter(Repair)
    for repair in explain(steak_and_sauce(), seconds=600).repairs:
        assert adapter.validate_json(adapter.dump_json(repair)) == repair


def test_a_cook_who_leaves_too_early() -> None:
    problem = Problem(
        horizon_minutes=120,
        tasks=(
            Task(id="chop", minutes=30, dish="soup", attention="hands_on"),
            Task(id="blend", minutes=15, dish="soup", attention="hands_on"),
        ),
        links=(Link(before="chop", after="blend", min_lag_minutes=20),),
        dishes=(Dish(id="soup", serve_at_minutes=60),),
        cooks=(
            Cook(
                id="Ana", presence=(Window(start_minutes=0, end_minutes=20), Window(start_minutes=20, end_minutes=60))
            ),
        ),
    )
    found = explain(problem, seconds=600, say=clock)
    assert any("Ana is in the kitchen only from 18:00 to 19:00." in fact.sentence for fact in found.facts)
    stays = next(repair for repair in found.repairs if repair.kind == "cook_stays")
    assert stays.sentence == "Ana stays until 19:15."
    assert isinstance(solve(stays.apply(problem)), Solved)


def test_what_is_possible_is_not_explained() -> None:
    problem = steak_and_sauce().model_copy(update={"equipment": (Equipment(id="burner", count=2),)})
    found = explain(problem, seconds=600)
    assert not found.proved
    assert found.facts == ()
    assert found.repairs == ()


def test_recipes_that_contradict_themselves() -> None:
    tasks = (Task(id="a", minutes=5, deadline_minutes=20), Task(id="b", minutes=5))
    links = (
        Link(before="a", after="b", min_lag_minutes=10),
        Link(before="b", after="a", min_lag_minutes=None, max_lag_minutes=0, from_start=True),
        Link(before="a", after="b", min_lag_minutes=None, max_lag_minutes=5),
    )
    found = explain(Problem(horizon_minutes=60, tasks=tasks, links=links), seconds=600)
    assert {fact.kind for fact in found.facts} == {"hold"}


def late_dinner() -> Problem:
    """Two tarts, one oven with one rack, not enough time before the guests come."""
    return Problem(
        horizon_minutes=200,
        tasks=(
            Task(id="leek", minutes=40, dish="leek tart", oven=OvenUse(celsius=200), vessels=("t",)),
            Task(id="plum", minutes=40, dish="plum tart", oven=OvenUse(celsius=180), vessels=("t",), make_ahead=True),
        ),
        dishes=(
            Dish(id="leek tart", serve_at_minutes=70, vessels=(VesselUse(id="t", kind="tin"),)),
            Dish(id="plum tart", serve_at_minutes=70, vessels=(VesselUse(id="t", kind="tin"),)),
        ),
        cooks=(Cook(id="Ana", presence=(Window(start_minutes=0, end_minutes=200),)),),
        ovens=(Oven(id="oven", slots=1),),
        vessels=(VesselStock(id="tin", kind="tin", count=2),),
    )


def test_rescues_make_a_late_dinner_punctual() -> None:
    problem = late_dinner()
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    late = outcome.schedule.terms[0].value
    assert late == 15 + 40 + 10 + 40 - 70
    found = rescues(problem, outcome.schedule, seconds=600, say=clock)
    assert {repair.kind for repair in found} >= {"serve_later", "start_earlier", "make_ahead", "more_units"}
    for repair in found:
        repaired = repair.apply(problem)
        again = solve(repaired)
        assert isinstance(again, Solved), repair.sentence
        assert check(repaired, again.schedule).ok
        assert again.schedule.terms[0].value == repair.lateness_minutes < late
        assert repair.promise.startswith(repair.sentence)
        assert repair.promise.endswith(" minutes late in all.") == (repair.lateness_minutes > 0)
    assert len({repair.sentence for repair in found}) == len(found)
    ahead = next(repair for repair in found if isinstance(repair, MakeAhead))
    assert ahead.dish == "plum tart"
    assert ahead.lateness_minutes == 0


def test_a_punctual_dinner_needs_no_rescue() -> None:
    problem = late_dinner().model_copy(update={"dishes": late_dinner().dishes[:1], "tasks": late_dinner().tasks[:1]})
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    assert rescues(problem, outcome.schedule) == ()


def test_begin_earlier_moves_the_clock() -> None:
    problem = late_dinner().model_copy(update={"sessions": (Session(start_minutes=0, end_minutes=200),)})
    earlier = StartEarlier(minutes=30).apply(problem)
    assert earlier.horizon_minutes == 230
    assert earlier.dishes[0].serve_at_minutes == 100
    assert earlier.cooks[0].presence == (Window(start_minutes=0, end_minutes=230),)
    assert earlier.sessions == (Session(start_minutes=0, end_minutes=230),)
    assert shift(problem, 30).sessions == (Session(start_minutes=30, end_minutes=230),)


def test_why_it_takes_so_long() -> None:
    problem = late_dinner()
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    found = insight(problem, outcome.schedule, seconds=600, say=clock)
    assert found.chain[0].work.startswith("warm_up:")
    assert {step.work for step in found.chain} >= {"leek", "plum"}
    assert found.bottleneck is not None
    assert found.bottleneck.of == "oven"
    assert any(gain.of == "oven" and gain.lateness_minutes > 0 for gain in found.gains)
    assert [slack.cook for slack in found.slack] == ["Ana"]


def test_a_cook_may_come_later() -> None:
    problem = Problem(
        horizon_minutes=120,
        tasks=(Task(id="chop", minutes=10, dish="salad", attention="hands_on"),),
        dishes=(Dish(id="salad", serve_at_minutes=60),),
        cooks=(Cook(id="Ana"),),
    )
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    slack = insight(problem, outcome.schedule, seconds=600, say=clock).slack[0]
    assert slack.minutes == 50
    assert slack.sentence == "Ana may come at 18:50, 50 minutes later, without harm."


@pytest.mark.slow
def test_a_large_dinner_is_explained_within_seconds() -> None:
    problem = kitchen(1, dishes=6, cooks=2, tasks=40)
    crowded = problem.model_copy(
        update={
            "cooks": tuple(
                c.model_copy(update={"presence": (Window(start_minutes=295, end_minutes=300),)}) for c in problem.cooks
            )
        }
    )
    assert isinstance(solve(crowded, Limits(deterministic_limit=5.0)), Infeasible)
    started = time.process_time()
    found = explain(crowded, seconds=6.0)
    assert time.process_time() - started < 15
    assert found.facts
    assert any(fact.kind in ("presence", "cooks") for fact in found.facts)
