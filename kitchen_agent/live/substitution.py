"""What the planner proposes for a missing ingredient. It chooses among what is known and invents nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kitchen_agent.choosing import choice_questions, most_chosen
from kitchen_agent.cookbook.substitutes import named_lines, substitutes
from kitchen_agent.live.events import IngredientMissing, SubstituteProposed
from kitchen_agent.live.session import Session
from kitchen_agent.planner import Question
from kitchen_agent.recipe import Recipe

_SYSTEM: Final = (
    "You run a kitchen. An ingredient is missing. Choose the substitute that suits the dish best. "
    "Answer with its number."
)
STEPS_MAX: Final = 6


def proposal(
    session: Session, missing: IngredientMissing, choose: Callable[[Question], str] | None
) -> SubstituteProposed:
    """What could stand in for the ingredient: the model's choice first when there are several, then the others.

    `choose` asks the model; without it the order is that of the recipe and of the table of substitutes.
    """
    recipe = session.plan.recipes[missing.dish]
    lines = [recipe.ingredients[number] for number in named_lines(missing.ingredient, recipe.ingredients)]
    options = tuple(dict.fromkeys(name for line in lines for name in substitutes(missing.ingredient, line)))
    if choose is not None and len(options) > 1:
        asked = substitute_questions(recipe, missing.ingredient, options)
        best = options[most_chosen([choose(question) for question in asked])]
        options = (best, *(option for option in options if option != best))
    return SubstituteProposed(dish=missing.dish, ingredient=missing.ingredient, options=options)


def substitute_questions(recipe: Recipe, ingredient: str, options: tuple[str, ...]) -> tuple[Question, ...]:
    """Ask which of `options` to take, once with each of them at the head of the list."""
    used = [step for step in recipe.steps if ingredient.lower() in step.lower()][:STEPS_MAX]
    situation = [f"{recipe.title}: {'; '.join(recipe.ingredients)}.", *used, f"There is no {ingredient}."]
    return choice_questions(_SYSTEM, situation, options)
