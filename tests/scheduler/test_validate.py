"""Problems that make no sense are refused with a fault that names the place."""

from typing import Any

import pytest

from scheduler import InvalidProblemError, Problem, Solved, solve
from scheduler.validate import faults

KITCHEN: dict[str, Any] = {
    "horizon_minutes": 60,
    "cooks": [{"id": "ana"}],
    "equipment": [{"id": "hob"}],
    "vessels": [{"id": "pan", "kind": "pan"}, {"id": "tin", "kind": "tin", "wash_minutes": 0}],
    "dishes": [{"id": "soup", "vessels": [{"id": "v", "kind": "pan"}, {"id": "w", "kind": "tin"}]}],
    "tasks": [{"id": "boil", "minutes": 5, "dish": "soup", "vessels": ["v", "w"], "needs": [{"equipment": "hob"}]}],
}


def held(dish: str, vessel: str, unit: str) -> dict[str, Any]:
    return {"replan": {"now_minutes": 0, "held": [{"dish": dish, "vessel": vessel, "unit": unit}]}}


def pinned(*pins: dict[str, Any]) -> dict[str, Any]:
    return {"pins": list(pins)}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "held dish": (held("stew", "v", "pan#1"), "replan.held"),
    "held letter": (held("soup", "x", "pan#1"), "replan.held.soup"),
    "held stock": (held("soup", "v", "pot#1"), "replan.held"),
    "held number": (held("soup", "v", "pan#2"), "replan.held"),
    "unit without a number": (pinned({"task": "boil", "units": ["hob"]}), "pins.boil.units"),
    "unit that is not there": (pinned({"task": "boil", "units": ["hob#2"]}), "pins.boil.units"),
    "two pins": (pinned({"task": "boil", "start_minutes": 1}, {"task": "boil", "start_minutes": 2}), "pins"),
    "wash-up of what needs none": (pinned({"task": "wash_up:soup/w", "cooks": ["ana"]}), "pins"),
    "dish served before the start": (
        {"dishes": [{**KITCHEN["dishes"][0], "serve_at_minutes": -5}]},
        "dishes.soup.serve_at_minutes",
    ),
    "course served before the start": (
        {"courses": [{"id": "main", "serve_at_minutes": -5}]},
        "courses.main.serve_at_minutes",
    ),
    "outage that gives units": (
        {"equipment": [{"id": "hob", "outages": [{"start_minutes": 0, "end_minutes": 5, "units": -3}]}]},
        "equipment.hob.outages.units",
    ),
    "now before the start": ({"replan": {"now_minutes": -5}}, "replan.now_minutes"),
    "weight": (
        {"replan": {"now_minutes": 0, "baseline": [{"task": "boil", "start_minutes": 5, "weight": -1}]}},
        "replan.baseline.boil.weight",
    ),
    "weight beyond the solver's sums": (
        {
            "horizon_minutes": 10**5,
            "dishes": [{**KITCHEN["dishes"][0], "serving": [{"task": "boil", "hot_weight": 10**9}]}],
        },
        "dishes.soup.serving.boil.hot_weight",
    ),
    "weight of the old plan beyond them": (
        {"replan": {"now_minutes": 0, "baseline": [{"task": "boil", "start_minutes": 5, "weight": 10**18}]}},
        "replan.baseline.boil.weight",
    ),
    "cost of other cooks beyond them": (
        {"replan": {"now_minutes": 0, "cook_change_cost": 2**62}},
        "replan.cook_change_cost",
    ),
    "cost of a stand-in beyond them": (
        {
            "vessels": [
                *KITCHEN["vessels"],
                {"id": "pot", "kind": "pot", "stands_in_for": [{"kind": "pan", "cost": 2**63}]},
            ]
        },
        "vessels.pot.stands_in_for.pan.cost",
    ),
    "end beyond them": ({"horizon_minutes": 2**62}, "horizon_minutes"),
    "end beyond the squares of waits": (
        {
            "horizon_minutes": 2**32,
            "dishes": [{**KITCHEN["dishes"][0], "serving": [{"task": "boil", "hot_weight": 1}]}],
        },
        "horizon_minutes",
    ),
    "crew of what needs nobody": ({"tasks": [{"id": "boil", "minutes": 5, "crew": [{"count": 1}]}]}, "tasks.boil.crew"),
    "one name for two wash-ups": (
        {
            "dishes": [
                {"id": "a", "vessels": [{"id": "b/c", "kind": "pan"}]},
                {"id": "a/b", "vessels": [{"id": "c", "kind": "pan"}]},
            ],
            "tasks": [],
        },
        "dishes.a/b.vessels",
    ),
    "one name for a pan and an extra pan": (
        {
            "dishes": [{"id": "soup", "vessels": [{"id": "v+boil#2", "kind": "pan"}, {"id": "v", "kind": "pan"}]}],
            "tasks": [{"id": "boil", "minutes": 5, "dish": "soup", "vessels": ["v"], "rounds": 2, "max_pans": 2}],
        },
        "dishes.soup.vessels",
    ),
    "one letter for two vessels": (
        {"dishes": [{"id": "soup", "vessels": [{"id": "v", "kind": "pan"}, {"id": "v", "kind": "tin"}]}]},
        "dishes.soup.vessels",
    ),
}


def test_the_kitchen_makes_sense() -> None:
    assert faults(Problem.model_validate(KITCHEN)) == ()


def test_the_largest_weight_is_added_up() -> None:
    change, where = WRONG["weight beyond the solver's sums"]
    fault = next(f for f in faults(Problem.model_validate({**KITCHEN, **change})) if f.where == where)
    most = int(fault.message.rpartition(" ")[2])
    serving = {"task": "boil", "hot_weight": most}
    problem = Problem.model_validate({**KITCHEN, **change, "dishes": [{**KITCHEN["dishes"][0], "serving": [serving]}]})
    assert isinstance(solve(problem), Solved)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused(name: str) -> None:
    change, where = WRONG[name]
    with pytest.raises(InvalidProblemError) as caught:
        solve(Problem.model_validate({**KITCHEN, **change}))
    assert where in {fault.where for fault in caught.value.faults}
