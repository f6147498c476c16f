"""A dish that is added while the dinner is cooked: found and read as the dishes of the menu were."""

from __future__ import annotations

from kitchen_agent.app import Listener
from kitchen_agent.cookbook import load_recipe
from kitchen_agent.errors import EventRefusedError
from kitchen_agent.graph import build_dish_graph
from kitchen_agent.live.events import DishAdded
from kitchen_agent.live.session import Session
from kitchen_agent.menu import DishRequest, slug
from kitchen_agent.progress import DishProgress
from kitchen_agent.state import Deps, DishPlan, DishState
from kitchen_agent.taskgraph import COURSES


def planned_dish(session: Session, wish: DishRequest, planning: Deps, listen: Listener) -> DishAdded:
    """The event that adds `wish` to the menu, with its recipe and task graph.

    Raises DishNotFoundError, EventRefusedError for a dish that is on the menu, and the errors of planning.
    """
    dish = wish.model_copy(update={"id": wish.id or slug(wish.name)})
    if any(entry.id == dish.id for entry in session.plan.problem.dishes):
        raise EventRefusedError("dish", dish.name, "is on the menu already", "Change the guests to cook more of it")
    courses = (*COURSES, *session.first.request.courses)
    if dish.course is not None and dish.course not in courses:
        raise EventRefusedError("course", dish.course, "is not known", f"Use one of: {', '.join(courses)}")
    recipe = load_recipe(dish.recipe) if dish.recipe else planning.cookbook.find(dish.name)
    state: DishState = {"dish": dish.id, "recipe": recipe}
    result: dict[str, DishPlan] = {}
    for mode, event in build_dish_graph().stream(state, context=planning, stream_mode=["custom", "values"]):
        if mode == "custom" and isinstance(event, DishProgress):
            listen(event)
        elif mode == "values" and isinstance(event, dict):
            result = event.get("dishes", {})
    return DishAdded(dish=dish, recipe=recipe, graph=result[dish.id].graph)
