"""What is asked for now: the request, the recipes and the graphs of the dinner as events have changed them."""

from __future__ import annotations

from kitchen_agent.cookbook.substitutes import named_lines
from kitchen_agent.live import events as happen
from kitchen_agent.live.session import Session
from kitchen_agent.menu import Cook, DinnerRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph


def request_now(session: Session) -> tuple[DinnerRequest, dict[str, TaskGraph], dict[str, Recipe]]:
    """The request as events have changed it, with the graphs and recipes of its dishes."""
    first = session.first
    dishes = tuple(dish for dish in first.request.dishes if dish.id not in session.dropped)
    graphs, recipes = dict(first.graphs), dict(first.recipes)
    for added in session.added:
        if added.dish.id not in session.dropped:
            dishes = (*(dish for dish in dishes if dish.id != added.dish.id), added.dish)
            graphs[added.dish.id], recipes[added.dish.id] = added.graph, added.recipe
    request = first.request.model_copy(
        update={
            "dishes": dishes,
            "guests": session.guests or first.request.guests,
            "serve_at": session.serve_at or first.request.serve_at,
        }
    )
    for note in session.decisions:
        if note.dish in recipes:
            recipes[note.dish] = _with_note(recipes[note.dish], note)
    ids = {dish.id for dish in dishes}
    return request, {k: g for k, g in graphs.items() if k in ids}, {k: r for k, r in recipes.items() if k in ids}


def with_newcomers(session: Session, request: DinnerRequest) -> DinnerRequest:
    """`request` with the cooks who came later too. Raises pydantic.ValidationError for one who cannot be called so."""
    newcomers = tuple(Cook(name=newcomer.name, skill=newcomer.skill) for newcomer in session.newcomers.values())
    return request.model_copy(update={"cooks": (*request.cooks, *newcomers)})


def _with_note(recipe: Recipe, note: happen.IngredientReplaced | happen.IngredientLeftOut) -> Recipe:
    """The recipe with a word about the missing ingredient in its line."""
    words = f"take {note.by} instead" if isinstance(note, happen.IngredientReplaced) else "left out"
    lines = list(recipe.ingredients)
    for number in named_lines(note.ingredient, recipe.ingredients):
        lines[number] = f"{lines[number]}: {words}"
    return recipe.model_copy(update={"ingredients": tuple(lines)})
