"""Rounds on the plan."""

from collections.abc import Mapping

import pytest

from kitchen_agent.dinner import build_problem
from kitchen_agent.plan import DinnerPlan, make_plan
from kitchen_agent.taskgraph import TaskGraph
from scheduler import Solved, solve
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, request

SMALL = {"vessels": {"frying_pan": {"count": 1, "portions": 4}, "wok": 0, "griddle": 0}}


def planned(
    guests: int, dish: str = "fritters", graphs: Mapping[str, TaskGraph] = GRAPHS, **fields: object
) -> DinnerPlan:
    asked = request(dish, guests=guests, cooks=["Ana:expert"], **fields)
    dinner = build_problem(asked, graphs, RECIPES)
    outcome = solve(dinner.problem)
    assert isinstance(outcome, Solved)
    return make_plan(asked, RECIPES, graphs, dinner, outcome)


@pytest.mark.parametrize(
    ("guests", "words"), [(4, ""), (12, "2 batches at once"), (40, "3 rounds of 8 min, 2 at once")]
)
def test_rounds_are_said(guests: int, words: str) -> None:
    fry = next(item for item in planned(guests).items if item.name == "Fry the fritters")
    assert fry.rounds == words


def test_a_first_round_that_waits_too_long_for_the_last_is_told() -> None:
    assert not planned(12).notes
    (note,) = planned(40).notes
    assert "'Fry the fritters' takes 3 rounds, and what is done first waits 16 minutes" in note


def test_a_vessel_that_is_filled_again_goes_through_all_its_steps_at_a_time() -> None:
    plan = planned(20, "onions", kitchen=SMALL)
    assert [item.rounds for item in plan.items if item.name.startswith(("Soften", "Deglaze"))] == [
        "2 rounds of 15 min",
        "2 rounds of 3 min",
    ]
    (note,) = plan.notes
    assert "too much for one dutch oven. From 'Soften the onions' to 'Deglaze with vinegar'" in note
    assert "some 18 minutes, before the next: 2 fillings" in note


def test_what_is_fried_in_batches_is_no_filling_of_the_pan() -> None:
    onions = GRAPHS["onions"]
    fried = onions.tasks[1].model_copy(update={"scaling": "batch"})
    graphs = {**GRAPHS, "onions": onions.model_copy(update={"tasks": (onions.tasks[0], fried, onions.tasks[2])})}
    assert not any("filling" in note for note in planned(20, "onions", graphs, kitchen=SMALL).notes)
