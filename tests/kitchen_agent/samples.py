"""A small dish that the tests of the contract share, and generated task graphs."""

from hypothesis import strategies as st

from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import ACTIONS, COURSES, SERVES, TOOLS, Task, TaskGraph

GRATIN = Recipe(
    key="gratin",
    title="Potato gratin",
    servings=4,
    ingredients=(
        "1 kg potatoes, peeled",
        "1 clove garlic",
        "500 ml cream",
        "100 g cheese, grated",
        "1 sprig thyme (optional)",
    ),
    steps=(
        "Heat the oven to 180 °C and rub a baking dish with the garlic.",
        "Slice the potatoes thinly.",
        "Simmer potatoes and cream for 10 minutes, stirring.",
        "Tip into the dish, top with cheese and bake for 40–45 minutes.",
        "Rest for 10 minutes.",
    ),
)
GRATIN_ANSWER = """side hot 4
1/1 B|Rub the baking dish with garlic|coat ~2 hands baking_dish:a >240 fixed
2/2 A|Peel and slice the potatoes|chop ~12 hands board >60 linear
3/3 C|Simmer potatoes in the cream, stirring|simmer =10 tend burner saucepan:b s2 <2 >20 fixed
4/4 D|Grate the cheese|grate ~4 hands board >240 linear
5/4|Fill the dish and top with cheese|assemble ~3 hands baking_dish:a saucepan:b <1,3,4 >30 fixed
6/4|Bake the gratin|bake =43 free oven baking_dish:a @180 <5 >20 fixed
7/5|Rest the gratin|rest =10 free baking_dish:a <6 >20 fixed"""

_WORDS = ("chop", "stir", "the", "onion", "rice,", "2", "(big)", "à", "crème", "&", "more")
_names = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=9)


@st.composite
def task_graphs(draw: st.DrawFn, recipe: Recipe = GRATIN) -> TaskGraph:
    """Any task graph that keeps to the guide's types and refers to `recipe`."""
    count = draw(st.integers(2, 8))
    tasks = []
    for number in range(1, count + 1):
        tools = tuple(dict.fromkeys(draw(st.lists(st.sampled_from(TOOLS), max_size=3))))
        if "saucepan" in tools:
            tools = (*(tool for tool in tools if tool != "saucepan"), "saucepan:a")
        after = set(draw(st.lists(st.integers(1, max(1, number - 1)), max_size=3))) if number > 1 else set()
        tasks.append(
            Task(
                id=number,
                name=" ".join(draw(_names)).capitalize(),
                action=draw(st.sampled_from(ACTIONS)),
                minutes=draw(st.integers(1, 2000)),
                stated=draw(st.booleans()),
                attention=draw(st.sampled_from(("hands_on", "tend", "unattended"))),
                tools=tools,
                oven_c=draw(st.none() | st.integers(40, 320)) if "oven" in tools else None,
                skill=draw(st.sampled_from((1, 2, 3))),
                after=tuple(sorted(after | ({number - 1} if number > 1 else set()))),
                hold=draw(st.integers(0, 1440)),
                scaling=draw(st.sampled_from(("fixed", "linear", "batch"))),
                uses=tuple(sorted(draw(st.sets(st.integers(0, len(recipe.ingredients) - 1), max_size=2)))),
                steps=tuple(sorted(draw(st.sets(st.integers(0, len(recipe.steps) - 1), min_size=1, max_size=2)))),
            )
        )
    return TaskGraph(
        key=recipe.key,
        servings=recipe.servings or 4,
        course=draw(st.sampled_from(COURSES)),
        serve=draw(st.sampled_from(SERVES)),
        hold=tasks[-1].hold,
        tasks=tuple(tasks),
    )
