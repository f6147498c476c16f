"""Small dishes with known work, and requests for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.request_file import read_request
from kitchen_agent.taskgraph import TaskGraph

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def task(number: int, name: str, action: str, minutes: int, **fields: Any) -> dict[str, Any]:
    """A task of a graph: hands-on, skill 1, holds two hours, scales linearly, unless `fields` say otherwise."""
    return {
        "id": number, "name": name, "action": action, "minutes": minutes, "stated": False, "attention": "hands_on",
        "tools": [], "oven_c": None, "skill": 1, "after": [], "hold": 120, "scaling": "linear", "uses": [],
        "steps": [0], **fields,
    }  # fmt: skip


def graph(key: str, course: str, serve: str, hold: int, *tasks: dict[str, Any], servings: int = 4) -> TaskGraph:
    """A task graph of these tasks."""
    fields = {"key": key, "servings": servings, "course": course, "serve": serve, "hold": hold, "tasks": list(tasks)}
    return TaskGraph.model_validate(fields)


SOUP = graph(
    "soup", "soup", "hot", 30,
    task(1, "Chop the vegetables", "chop", 10, tools=["board"], uses=[0]),
    task(2, "Simmer the soup", "simmer", 25, tools=["burner", "pot:a"], attention="unattended", after=[1],
         scaling="fixed", hold=60),
    task(3, "Ladle out the soup", "plate", 3, tools=["pot:a"], after=[2], hold=5),
)  # fmt: skip
CHICKEN = graph(
    "chicken", "main", "hot", 10,
    task(1, "Rub the chicken with oil", "coat", 8, tools=["roasting_pan:a"], uses=[0, 1]),
    task(2, "Roast the chicken", "roast", 60, tools=["oven", "roasting_pan:a"], oven_c=200, attention="unattended",
         after=[1], scaling="fixed", hold=10),
    task(3, "Rest the chicken", "rest", 10, attention="unattended", after=[2], scaling="fixed", hold=20),
    task(4, "Carve the chicken", "carve", 6, tools=["board"], skill=2, after=[3], hold=10),
)  # fmt: skip
FRITTERS = graph(
    "fritters", "side", "hot", 5,
    task(1, "Grate the courgettes", "grate", 6, tools=["bowl:b"], uses=[0]),
    task(2, "Fry the fritters", "fry", 8, tools=["burner", "frying_pan"], attention="tend", after=[1],
         scaling="batch", hold=5),
)  # fmt: skip
MOUSSE = graph(
    "mousse", "dessert", "cold", 1440,
    task(1, "Melt the chocolate", "melt", 6, tools=["burner", "saucepan:a"], attention="tend", scaling="fixed",
         uses=[0], hold=10),
    task(2, "Fold in the whipped cream", "mix", 8, tools=["bowl:b"], skill=2, after=[1], uses=[1], hold=30),
    task(3, "Chill the mousse", "chill", 240, tools=["fridge"], attention="unattended", after=[2], scaling="fixed",
         hold=1440),
)  # fmt: skip
CAKE = graph(
    "cake", "dessert", "room", 1440,
    task(1, "Mix the batter", "mix", 10, uses=[0], tools=["bowl"]),
    task(2, "Bake the cake", "bake", 40, tools=["oven", "cake_tin:a"], oven_c=180, attention="unattended", after=[1],
         scaling="fixed", hold=1440),
    servings=8,
)  # fmt: skip
ONIONS = graph(
    "onions", "side", "hot", 15,
    task(1, "Slice the onions", "chop", 6, tools=["board"], uses=[0]),
    task(2, "Soften the onions", "saute", 15, tools=["burner", "frying_pan:a"], attention="tend", after=[1],
         scaling="fixed", hold=20),
    task(3, "Deglaze with vinegar", "reduce", 3, tools=["burner", "frying_pan:a"], attention="tend", after=[2],
         scaling="fixed", hold=15),
)  # fmt: skip
GRAPHS: Mapping[str, TaskGraph] = {
    "soup": SOUP, "chicken": CHICKEN, "fritters": FRITTERS, "mousse": MOUSSE, "cake": CAKE, "onions": ONIONS,
}  # fmt: skip
INGREDIENTS: Mapping[str, tuple[str, ...]] = {
    "soup": ("1 kg vegetables",),
    "chicken": ("1 chicken", "2 tbsp oil"),
    "fritters": ("500 g courgettes",),
    "mousse": ("200 g chocolate", "300 ml cream"),
    "cake": ("250 g flour",),
    "onions": ("600 g onions",),
}
RECIPES: Mapping[str, Recipe] = {
    key: Recipe(
        key=key, title=key.title(), servings=GRAPHS[key].servings, ingredients=INGREDIENTS[key], steps=("Do it.",)
    )
    for key in GRAPHS
}


def request(*dishes: Any, **fields: Any) -> DinnerRequest:
    """A request for `dishes`, for four at 19:30 in UTC with an expert and a novice, unless `fields` say otherwise."""
    data = {
        "guests": 4, "serve_at": "19:30", "time_zone": "UTC", "cooks": ["Ana:expert", "Ben:novice"],
        "dishes": list(dishes), **fields,
    }  # fmt: skip
    return read_request(data, source="test", now=NOW)


def dinner(*dishes: Any, **fields: Any) -> Dinner:
    """The scheduling problem of such a request."""
    return build_problem(request(*dishes, **fields), GRAPHS, RECIPES)
