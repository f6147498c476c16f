"""Real plans for the tests of the output formats."""

from functools import cache

from kitchen_agent.dinner import build_problem
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import Limits, Solved, solve
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, request

EVIL = "<script>alert('x')</script> & \"soup\" | *bold*"


@cache
def solved_plan() -> DinnerPlan:
    """Four dishes, two cooks; one of the dishes has a name that tries to break out."""
    asked = request({"name": EVIL, "id": "soup"}, "chicken", "fritters", "mousse", title="Sunday <dinner>")
    dinner = build_problem(asked, GRAPHS, RECIPES)
    outcome = solve(dinner.problem, Limits(deterministic_limit=1.0))
    assert isinstance(outcome, Solved)
    return make_plan(asked, RECIPES, GRAPHS, dinner, outcome, notes=["Buy ice."], model={"model": "test"})
