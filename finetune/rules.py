"""The rule-based reader: task graphs by keywords and stated times, without any model.

It is the baseline that a trained planner must beat, and a cheap source of silver labels. Each step of the recipe is
cut at its sentences; a sentence that states a time, or whose verb waits or bakes, is a task of its own, the others
are merged. One task needs the one before; what the ingredient list wants chopped is chopped first, by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kitchen_agent.draft import Draft
from kitchen_agent.mend import mend
from kitchen_agent.readings import temperatures, times
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TASK_COUNT_RANGE, WAIT_ACTIONS, Course, Scaling, Serve, Task, TaskGraph

DEFAULT_SERVINGS = 4


@dataclass(frozen=True)
class Habit:
    """What is usual for an action: minutes where none are stated, attention, hold, how it scales, equipment, skill."""

    minutes: int
    attention: str
    hold: int
    scaling: Scaling
    tools: tuple[str, ...] = ()
    skill: int = 1


_HANDS = Habit(3, "hands_on", 60, "linear", ("bowl",))
# Medians and most frequent values of the annotated recipes outside the development set.
HABITS: dict[str, Habit] = {
    "bake": Habit(25, "unattended", 15, "fixed", ("oven", "baking_sheet")),
    "roast": Habit(45, "unattended", 13, "fixed", ("oven", "roasting_pan"), 2),
    "broil": Habit(4, "tend", 5, "fixed", ("oven", "baking_sheet"), 2),
    "grill": Habit(15, "unattended", 10, "fixed", ("grill",), 2),
    "boil": Habit(9, "unattended", 30, "fixed", ("burner", "pot")),
    "simmer": Habit(15, "tend", 60, "fixed", ("burner", "pot")),
    "saute": Habit(6, "tend", 20, "fixed", ("burner", "frying_pan"), 2),
    "fry": Habit(10, "tend", 10, "batch", ("burner", "frying_pan"), 2),
    "deep_fry": Habit(10, "tend", 10, "fixed", ("burner", "pot"), 2),
    "stir_fry": Habit(3, "hands_on", 5, "batch", ("burner", "wok"), 2),
    "sear": Habit(8, "tend", 15, "batch", ("burner", "frying_pan"), 2),
    "melt": Habit(4, "tend", 20, "fixed", ("burner", "saucepan")),
    "reduce": Habit(8, "tend", 15, "fixed", ("burner", "saucepan"), 2),
    "toast": Habit(4, "tend", 15, "batch", ("burner", "frying_pan"), 2),
    "steam": Habit(15, "unattended", 25, "fixed", ("burner", "steamer")),
    "poach": Habit(5, "tend", 4, "fixed", ("burner", "saucepan"), 2),
    "microwave": Habit(2, "unattended", 10, "fixed", ("microwave", "bowl")),
    "slow_cook": Habit(240, "unattended", 60, "fixed", ("slow_cooker",)),
    "pressure_cook": Habit(20, "unattended", 60, "fixed", ("burner", "pressure_cooker"), 2),
    "marinate": Habit(60, "unattended", 720, "fixed", ("fridge",)),
    "chill": Habit(60, "unattended", 1440, "fixed", ("fridge",)),
    "freeze": Habit(60, "unattended", 1440, "fixed", ("freezer",)),
    "soak": Habit(15, "unattended", 240, "fixed", ("bowl",)),
    "rise": Habit(60, "unattended", 30, "fixed", ("bowl",)),
    "rest": Habit(10, "unattended", 30, "fixed"),
    "cool": Habit(20, "unattended", 240, "fixed"),
    "chop": Habit(5, "hands_on", 240, "linear", ("board",)),
    "peel": Habit(8, "hands_on", 120, "linear", ("board",)),
    "grate": Habit(5, "hands_on", 240, "linear", ("board",)),
    "whisk": Habit(4, "hands_on", 30, "fixed", ("bowl",)),
    "blend": Habit(4, "hands_on", 240, "batch", ("blender",)),
    "knead": Habit(7, "hands_on", 15, "linear", ("bowl",), 2),
    "roll": Habit(9, "hands_on", 20, "linear", ("rolling_pin",), 2),
    "shape": Habit(8, "hands_on", 60, "linear", ("bowl",)),
    "mash": Habit(6, "hands_on", 120, "linear", ("bowl",)),
    "drain": Habit(2, "hands_on", 60, "linear", ("sieve",)),
    "carve": Habit(4, "hands_on", 45, "linear", ("board",)),
    "coat": Habit(4, "hands_on", 60, "linear", ("bowl",)),
    "stuff": Habit(10, "hands_on", 60, "linear", ("board",), 2),
    "spread": Habit(3, "hands_on", 15, "linear"),
    "frost": Habit(4, "hands_on", 240, "linear"),
    "garnish": Habit(2, "hands_on", 30, "linear"),
    "plate": Habit(3, "hands_on", 15, "linear"),
    "mix": _HANDS,
}
# The first expression that a sentence contains names its action.
_VERBS: tuple[tuple[str, str], ...] = (
    ("deep_fry", r"deep[- ]?fry"), ("stir_fry", r"stir[- ]?fry"), ("slow_cook", r"slow cooker|crock ?pot"),
    ("pressure_cook", r"pressure cook"), ("microwave", r"microwave"), ("marinate", r"marinat"), ("freeze", r"freez"),
    ("chill", r"refrigerat|chill"), ("rise", r"\b(?:rise|proof|double[sd]? in size)\b"),
    ("soak", r"\b(?:soak|steep)"), ("bake", r"\b(?:re)?bak(?:e|ing)\b"), ("roast", r"\broast\b"),
    ("broil", r"\bbroil"), ("grill", r"\b(?:grill|barbecue)\b"), ("simmer", r"simmer|\bstew\b"),
    ("boil", r"\bboil"), ("steam", r"\bsteam\b"), ("poach", r"\bpoach"), ("sear", r"\b(?:sear|brown the)\b"),
    ("saute", r"saut[eé]|\bcook (?:the )?onion|until (?:soft|translucent|tender)"), ("fry", r"\bfry|\bfrying"),
    ("reduce", r"\breduce (?:by|the (?:sauce|liquid))|\bthicken"), ("melt", r"\bmelt"), ("toast", r"\btoast\b"),
    ("rest", r"\b(?:rest|stand|sit)\b"), ("cool", r"\bcool\b"), ("simmer", r"\b(?:cook|heat)\b"),
    ("knead", r"\bknead"), ("roll", r"\broll\b"), ("blend", r"\b(?:blend|pur[ée]e|process)\b"),
    ("whisk", r"\b(?:whisk|beat|whip|cream the)\b"), ("mash", r"\bmash"), ("grate", r"\bgrat(?:e|ing)\b"),
    ("peel", r"\bpeel\b"), ("chop", r"\b(?:chop|slice|dice|mince|cut|shred)\b"), ("drain", r"\bdrain\b"),
    ("stuff", r"\b(?:stuff|fill)\b"), ("shape", r"\b(?:shape|form)\b"), ("coat", r"\b(?:coat|dip|dredge|rub)\b"),
    ("frost", r"\b(?:frost|ice the)\b"), ("spread", r"\bspread\b"), ("garnish", r"\b(?:garnish|sprinkle|top)\b"),
    ("plate", r"\bserve"),
)  # fmt: skip
_VESSELS: tuple[tuple[str, str], ...] = (
    ("wok", r"\bwok"), ("dutch_oven", r"dutch oven"), ("baking_sheet", r"baking sheet|cookie sheet|baking tray"),
    ("muffin_tin", r"muffin|cupcake"), ("loaf_tin", r"loaf (?:pan|tin)"), ("pie_dish", r"pie (?:pan|dish|plate)"),
    ("cake_tin", r"cake (?:pan|tin)|springform"), ("roasting_pan", r"roasting (?:pan|tin)"),
    ("baking_dish", r"casserole|baking (?:dish|pan)|gratin"), ("saucepan", r"saucepan|small pan"),
    ("frying_pan", r"skillet|frying[- ]pan|\bpan\b"), ("pot", r"\bpot\b"), ("griddle", r"griddle"),
)  # fmt: skip
_COURSES: tuple[tuple[Course, Serve, str], ...] = (
    ("soup", "hot", r"soup|chowder|broth"), ("salad", "cold", r"salad|slaw"), ("bread", "room", r"bread|rolls|bagel"),
    ("drink", "cold", r"drink|smoothie|tea\b|punch|lemonade|cocktail|coffee"),
    ("sauce", "room", r"sauce|dressing|dip\b|salsa|pesto|chutney|jam|gravy|spice"),
    ("breakfast", "hot", r"pancake|waffle|omelet|porridge|granola"),
    ("dessert", "room", r"cake|cookie|pie|pudding|brownie|ice cream|tart|fudge|candy|muffin|biscuit|custard"),
)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z])")
_CUT_IN_LIST = re.compile(r"chopped|sliced|diced|minced|cubed|julienned|shredded|cut into|peeled|grated", re.IGNORECASE)
_NO_WORK = re.compile(r"^\W*(?:pre-?heat|enjoy\b|note\b|makes\b|store\b)", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,}")
_NO_FOOD = frozenset((
    "cup", "cups", "tablespoon", "tablespoons", "teaspoon", "teaspoons", "tbsp", "tsp", "ounce", "ounces", "pound",
    "pounds", "gram", "grams", "large", "small", "medium", "fresh", "chopped", "sliced", "diced", "minced", "peeled",
    "grated", "and", "the", "for", "with", "into", "cut", "about", "taste", "optional", "ground", "dried", "can",
))  # fmt: skip


def read_by_rules(recipe: Recipe) -> TaskGraph:
    """The task graph of `recipe` by keywords; mended like a model's answer."""
    first_step = _first_steps(recipe)
    tasks: list[Task] = []
    previous: int | None = None
    for step, text in enumerate(recipe.steps):
        entering = [use for use, at in first_step.items() if at == step]
        cut = [use for use in entering if _CUT_IN_LIST.search(recipe.ingredients[use])]
        needs = [previous] if previous else []
        if cut:
            tasks.append(_task(len(tasks) + 1, step, "chop", _cutting_name(recipe, cut), [], uses=cut))
            needs.append(len(tasks))
        rest = [use for use in entering if use not in cut]
        for part in _parts(text):
            tasks.append(_task(len(tasks) + 1, step, _action(part), part, needs, uses=rest))
            rest, previous = [], len(tasks)
            needs = [previous]
    tasks = tasks[: TASK_COUNT_RANGE[1] - 1]
    last = len(recipe.steps) - 1
    if not tasks or tasks[-1].action != "plate":
        tasks.append(_task(len(tasks) + 1, last, "plate", f"Serve the {recipe.title}", [previous] if previous else []))
    if len(tasks) < TASK_COUNT_RANGE[0]:
        tasks.insert(0, _task(1, 0, "mix", "Prepare the ingredients", []))
    course, serve = _course(recipe.title)
    servings = recipe.servings or DEFAULT_SERVINGS
    draft = Draft(key=recipe.key, servings=servings, course=course, serve=serve, tasks=tuple(tasks))
    mended, _ = mend(draft, recipe)
    return mended.graph()


def _parts(step: str) -> Iterator[str]:
    """The pieces of work in a step: each timed or waiting sentence alone, the others together until then."""
    waiting: list[str] = []
    for sentence in _SENTENCE.split(step):
        if _NO_WORK.match(sentence) and not times(sentence):
            continue
        if times(sentence) or _action(sentence) in (*WAIT_ACTIONS, "bake", "roast"):
            if waiting:
                yield " ".join(waiting)
            yield sentence
            waiting = []
        else:
            waiting.append(sentence)
    if waiting:
        yield " ".join(waiting)


def _action(text: str) -> str:
    return next((action for action, verb in _VERBS if re.search(verb, text, re.IGNORECASE)), "mix")


def _task(number: int, step: int, action: str, text: str, needs: list[int], uses: list[int] | None = None) -> Task:
    habit = HABITS[action]
    stated = [reading.value for reading in times(text)]
    celsius = [reading.value for reading in temperatures(text)] if "oven" in habit.tools else []
    fields = {
        "id": number,
        "name": " ".join(re.sub(r"[|\s]+", " ", text).split()[:8]).rstrip(".,;") or action,
        "action": action,
        "minutes": max(stated, default=habit.minutes),
        "stated": bool(stated),
        "attention": habit.attention,
        "tools": _tools(habit, text),
        "oven_c": celsius[0] if celsius and 40 <= celsius[0] <= 320 else None,
        "skill": habit.skill,
        "after": tuple(need for need in needs if need < number),
        "hold": habit.hold,
        "scaling": habit.scaling,
        "uses": tuple(uses or ()),
        "steps": (step,),
    }
    return Task.model_validate(fields)


def _tools(habit: Habit, text: str) -> tuple[str, ...]:
    """The usual equipment, with the vessel that the text names in place of the usual one."""
    heat = [tool for tool in habit.tools if tool in ("oven", "burner")]
    named = [vessel for vessel, words in _VESSELS if re.search(words, text, re.IGNORECASE)]
    return (*heat, named[0]) if heat and named else habit.tools


def _first_steps(recipe: Recipe) -> dict[int, int]:
    """For each ingredient the first step that names a word of it; the first step of all where none does."""
    steps = [set(_WORD.findall(text.lower())) for text in recipe.steps]
    first = {}
    for use, line in enumerate(recipe.ingredients):
        food = {word.rstrip("s") for word in _WORD.findall(line.lower())} - _NO_FOOD
        naming = (at for at, words in enumerate(steps) if food & {word.rstrip("s") for word in words})
        first[use] = next(naming, 0)
    return first


def _cutting_name(recipe: Recipe, uses: list[int]) -> str:
    foods = [next((w for w in _WORD.findall(recipe.ingredients[u].lower()) if w not in _NO_FOOD), "") for u in uses]
    return "Chop the " + " and ".join(filter(None, foods[:3]))


def _course(title: str) -> tuple[Course, Serve]:
    found = ((course, serve) for course, serve, words in _COURSES if re.search(words, title, re.IGNORECASE))
    return next(found, ("main", "hot"))
