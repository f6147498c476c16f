"""What the planner proposes for a missing ingredient. It chooses among what is known and invents nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

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
        best = options[int(choose(question(recipe, missing.ingredient, options))) - 1]
        options = (best, *(option for option in options if option != best))
    return SubstituteProposed(dish=missing.dish, ingredient=missing.ingredient, options=options)


def question(recipe: Recipe, ingredient: str, options: tuple[str, ...]) -> Question:
    """Ask which of `options` to take; the grammar allows their numbers and nothing else."""
    used = [step for step in recipe.steps if ingredient.lower() in step.lower()][:STEPS_MAX]
    lines = [
        f"{recipe.title}: {'; '.join(recipe.ingredients)}.",
        *used,
        f"There is no {ingredient}.",
        *(f"{number}. {option}" for number, option in enumerate(options, 1)),
    ]
    numbers = " | ".join(f'"{number}"' for number in range(1, len(options) + 1))
    return Question(
        ({"role": "system", "content": _SYSTEM}, {"role": "user", "content": "\n".join(lines)}),
        grammar=f"root ::= {numbers}",
        max_tokens=2,
    )
