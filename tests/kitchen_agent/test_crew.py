"""Who is counted on for a dinner: the cooks who are there in its working hours."""

from __future__ import annotations

import pytest

from kitchen_agent.crew import with_those_there
from kitchen_agent.dinner import build_problem
from kitchen_agent.errors import RequestError
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, request

ASKED = request("onions", "fritters", "chicken", guests=40, cooks=["Ana:expert", "Ben@06:00-07:00", "Cem@18:00-20:00"])


def test_a_cook_who_is_not_there_is_left_out_and_it_is_noted() -> None:
    there, notes = with_those_there(ASKED, GRAPHS, RECIPES)
    assert [cook.name for cook in there.cooks] == ["Ana", "Cem"]
    (note,) = notes
    assert note.startswith("Ben is not there in the working hours, ")


def test_the_hours_and_the_shares_are_those_of_who_is_there() -> None:
    there, _ = with_those_there(ASKED, GRAPHS, RECIPES)
    counted = build_problem(
        request("onions", "fritters", "chicken", guests=40, cooks=["Ana:expert", "Cem@18:00-20:00"]), GRAPHS, RECIPES
    )
    assert build_problem(there, GRAPHS, RECIPES) == counted
    three = build_problem(ASKED, GRAPHS, RECIPES)
    assert len(three.problem.tasks) > len(counted.problem.tasks)
    assert three.starts_at > counted.starts_at


def test_when_nobody_is_there_the_hours_are_asked_for() -> None:
    with pytest.raises(
        RequestError, match=r"cooks: nobody .* to .*\(Ana: 06:00-07:00\)\. Give .*--cook Ana@\d\d:\d\d-"
    ):
        with_those_there(request("soup", cooks=["Ana@06:00-07:00"]), GRAPHS, RECIPES)


def test_who_says_no_hours_is_always_there() -> None:
    asked = request("soup", "mousse")
    assert with_those_there(asked, GRAPHS, RECIPES) == (asked, ())
