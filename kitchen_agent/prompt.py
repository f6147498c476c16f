"""What the model is asked: one prompt for training, evaluation and serving."""

from __future__ import annotations

from typing import Literal, TypedDict

from kitchen_agent.lineformat import ingredient_label
from kitchen_agent.readings import in_one_notation
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import ACTIONS, COURSES, SERVES, TOOLS

PROMPT_VERSION = "1"
# How the tokens of an answer are chosen; another one where the same prompt may get another answer.
DECODING_VERSION = "2"
Style = Literal["short", "example"]
SYSTEM = "Write the task graph of the recipe."


class Message(TypedDict):
    """One message of a chat."""

    role: str
    content: str


def recipe_text(recipe: Recipe) -> str:
    """The recipe as the model reads it: labelled ingredients and steps, times in minutes, degrees in Celsius."""
    serves = f" (serves {recipe.servings})" if recipe.servings else ""
    ingredients = [f"{ingredient_label(i)} {in_one_notation(line)}" for i, line in enumerate(recipe.ingredients)]
    steps = [f"{i} {in_one_notation(line)}" for i, line in enumerate(recipe.steps, 1)]
    return "\n".join([recipe.title + serves, *ingredients, *steps])


def messages(recipe: Recipe, style: Style = "short") -> list[Message]:
    """The chat that asks for the task graph of `recipe`.

    `short` is for a model that was trained on it; `example` explains the format and works one recipe, for a
    model that was not.
    """
    if style == "short":
        return [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": recipe_text(recipe)},
        ]
    return [
        {"role": "system", "content": _INSTRUCTIONS},
        {"role": "user", "content": recipe_text(_EXAMPLE)},
        {"role": "assistant", "content": _EXAMPLE_ANSWER},
        {"role": "user", "content": recipe_text(recipe)},
    ]


_INSTRUCTIONS = f"""{SYSTEM} First line: course serve servings. Then one line for each task:
id/steps uses|name|action minutes attention tools @oven sskill <after >hold scaling
steps: numbers of the recipe's steps. uses: letters of the ingredients that first enter here.
name: what to do, at most 9 words. minutes: =N when the text says it, ~N when you estimate.
attention: hands (busy), tend (stays near), free (nobody needed). A vessel that keeps its food has a letter: pot:a.
@oven: degrees Celsius. s2 needs an ordinary cook, s3 an experienced one. <after: ids that must be finished first.
>hold: minutes that the result can wait. scaling with the servings: fixed, linear or batch.
Courses: {" ".join(COURSES)}. Serve: {" ".join(SERVES)}.
Actions: {" ".join(ACTIONS)}.
Tools: {" ".join(TOOLS)}."""

_EXAMPLE = Recipe(
    key="example",
    title="Pan-fried fish with parsley potatoes",
    servings=4,
    ingredients=(
        "700 g potatoes, peeled",
        "4 white fish fillets",
        "2 tbsp flour",
        "40 g butter",
        "1 bunch parsley, chopped",
    ),
    steps=(
        "Boil the potatoes in salted water for 20 minutes and drain.",
        "Dust the fish with flour and fry in half the butter for 6-8 minutes, turning once.",
        "Toss the potatoes with parsley and the rest of the butter. Serve with the fish.",
    ),
)
_EXAMPLE_ANSWER = """main hot 4
1/1 A|Peel the potatoes|peel ~8 hands board >240 linear
2/1|Bring a pot of salted water to boil|boil ~10 free burner pot:a >30 fixed
3/1|Boil the potatoes and drain|boil =20 free burner pot:a <1,2 >10 fixed
4/3 E|Chop the parsley|chop ~3 hands board >240 linear
5/2 B C|Dust the fish with flour|coat ~3 hands >20 linear
6/2 D|Fry the fish, turning once|fry =7 tend burner frying_pan:b s2 <5 >5 batch
7/3|Toss potatoes with parsley and butter|mix ~2 hands pot:a <3,4 >10 fixed
8/3|Plate the fish with the potatoes|plate ~3 hands <6,7 >5 linear"""
