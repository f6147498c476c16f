"""Rounds on the plan."""

import pytest

from kitchen_agent.dinner import build_problem
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import Solved, solve
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, request


def planned(guests: int) -> DinnerPlan:
    asked = request("fritters", guests=guests, cooks=["Ana:expert"])
    dinner = build_problem(asked, GRAPHS, RECIPES)
    outcome = solve(dinner.problem)
    assert isinstance(outcome, Solved)
    return make_plan(asked, RECIPES, GRAPHS, dinner, outcome)


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
