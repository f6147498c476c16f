"""What the plan says of a cook's day."""

from kitchen_agent.dinner import build_problem
from kitchen_agent.plan import make_plan
from scheduler import Solved, solve
from tests.kitchen_agent.dinner.menus import RECIPES, graph, request, task


def test_pots_that_are_watched_together_count_once_as_work() -> None:
    stirred = {
        key: graph(
            key, "main", "hot", 5,
            task(1, f"Stir the {key}", "simmer", 30, tools=["burner", "saucepan:a"], attention="tend", hold=5),
            task(2, f"Stir in the rest of the {key}", "simmer", 9, tools=["burner", "saucepan:a"], attention="tend",
                 after=[1], hold=5),
        )
        for key in ("soup", "chicken")
    }  # fmt: skip
    asked = request("soup", "chicken", cooks=["Ana:expert"])
    dinner = build_problem(asked, stirred, RECIPES)
    outcome = solve(dinner.problem)
    assert isinstance(outcome, Solved)
    plan = make_plan(asked, RECIPES, stirred, dinner, outcome)
    (ana,) = plan.cooks
    assert ana.first is not None
    assert ana.last is not None
    assert ana.busy_minutes == (ana.last - ana.first).seconds // 60 < 78
