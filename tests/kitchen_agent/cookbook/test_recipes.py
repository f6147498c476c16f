"""The built-in recipes: complete, plausible, and enough for any dinner of classic dishes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from kitchen_agent.cookbook import Cookbook, Dish
from kitchen_agent.cookbook.book import BUILT_IN
from kitchen_agent.cookbook.reader import load_dish
from kitchen_agent.readings import temperatures, times
from kitchen_agent.taskgraph import COURSES

FILES = sorted(BUILT_IN.glob("*.cook"))
DISHES = [load_dish(file) for file in FILES]
TO_TASTE = {"salt", "black pepper", "white pepper", "salt and pepper"}
DIETS = {"vegan", "vegetarian", "gluten-free", "dairy-free"}
MEAT_AND_FISH = (
    "beef|veal|pork|lamb|chicken|duck|bacon|pancetta|guanciale|lard|gelatine|salmon|tuna|anchovy|prawns|mackerel"
    "|mussels|soles|Worcestershire"
)
DAIRY = "butter|cream|milk|cheese|Parmesan|Gruyère|Cheddar|mozzarella|feta|ricotta|yogurt|mascarpone|Pecorino"
NOT_DAIRY = "coconut milk|soy milk|coconut cream"
WHEAT = "flour|bread|baguette|ciabatta|pasta|spaghetti|macaroni|lasagne|tagliatelle|pastry|ladyfingers|biscuits"
FORBIDDEN = {
    "vegan": f"{MEAT_AND_FISH}|{DAIRY}|egg|eggs|honey",
    "vegetarian": MEAT_AND_FISH,
    "dairy-free": DAIRY,
    "gluten-free": f"{WHEAT}|soy sauce|breadcrumbs|couscous|oats",
}

Check = Callable[[Dish], Iterator[str]]


def each_dish(check: Check) -> Callable[[], None]:
    """A test of all dishes at once; it lists every complaint with the dish's key."""

    def test() -> None:
        complaints = [f"{dish.recipe.key}: {complaint}" for dish in DISHES for complaint in check(dish)]
        assert complaints == []

    return test


@each_dish
def test_a_person_can_cook_from_it(dish: Dish) -> Iterator[str]:
    recipe = dish.recipe
    text = (*recipe.ingredients, *recipe.steps)
    sizes = {
        "servings": (recipe.servings or 0, 2, 12),
        "steps": (len(recipe.steps), 3, 9),
        "ingredients": (len(recipe.ingredients), 3, 15),
        "words": (len(" ".join(text).split()), 60, 300),
    }
    yield from (f"{size} {what}" for what, (size, low, high) in sizes.items() if not low <= size <= high)
    yield from (f"not a sentence: {step}" for step in recipe.steps if not (step[0].isupper() and step[-1] == "."))
    yield from (f"markup left: {line}" for line in text if re.search(r"[@#~{}%]", line.replace("70% cocoa", "")))
    if dish.course not in COURSES:
        yield f"course {dish.course}"
    yield from (f"diet {diet}" for diet in set(dish.diets) - DIETS)


@each_dish
def test_ingredients_have_quantities_and_are_used(dish: Dish) -> Iterator[str]:
    method = " ".join(dish.recipe.steps)
    for line in dish.recipe.ingredients:
        if not line[0].isdigit() and line not in TO_TASTE:
            yield f"no quantity: {line}"
        name = re.sub(r"^[\d\s/.]+(?:kg|g|ml|l|tbsp|tsp|\w+s?)?\s", "", line).partition(",")[0]
        if name not in method and name.split(" ")[-1] not in method:
            yield f"not used: {line}"


@each_dish
def test_times_are_plausible(dish: Dish) -> Iterator[str]:
    stated = [reading.value for step in dish.recipe.steps for reading in times(step)]
    if not stated or not dish.minutes:
        yield "no stated time"
    elif dish.minutes < max(stated) or dish.minutes + 15 < 0.6 * sum(stated) or dish.minutes > 2 * sum(stated) + 5:
        yield f"{dish.minutes} minutes in all, stated are {stated}"


@each_dish
def test_temperatures_are_plausible(dish: Dish) -> Iterator[str]:
    method = " ".join(dish.recipe.steps).replace("Dutch oven", "pot")
    degrees = [reading.value for reading in temperatures(method)]
    yield from (f"{celsius} degrees" for celsius in degrees if not 80 <= celsius <= 250)
    if "oven" in method.split() and not degrees:
        yield "the oven has no temperature"
    for step in dish.recipe.steps:
        bakes = re.search(r"\b(?:bake|roast) ", step, re.IGNORECASE) and times(step)
        if bakes and not temperatures(step) and "more" not in step:
            yield f"no temperature: {step}"


@each_dish
def test_diets_are_kept(dish: Dish) -> Iterator[str]:
    for diet in dish.diets:
        for line in dish.recipe.ingredients:
            named = re.sub(NOT_DAIRY, "", line) if diet in {"vegan", "dairy-free"} else line
            named = re.sub(r"vegan \w+ \w+|cornflour|, .*", "", named)
            if re.search(rf"\b(?:{FORBIDDEN[diet]})\b", named) and diet not in line:
                yield f"{diet}, but {line}"


def test_there_is_enough_for_any_dinner() -> None:
    courses = Counter(dish.course for dish in DISHES)
    diets = Counter(diet for dish in DISHES for diet in dish.diets)
    assert len(DISHES) >= 45
    assert min(courses[course] for course in ("starter", "soup", "salad", "bread", "sauce")) >= 4
    assert min(courses[course] for course in ("main", "side", "dessert")) >= 10
    assert diets["vegan"] >= 12
    assert diets["vegetarian"] >= 20
    vegan = {dish.course for dish in DISHES if "vegan" in dish.diets}
    assert {"starter", "soup", "salad", "main", "side", "bread", "sauce", "dessert"} <= vegan
    minutes = [dish.minutes or 0 for dish in DISHES]
    assert min(minutes) <= 15
    assert max(minutes) >= 1440


def test_names_are_unique() -> None:
    assert len(Cookbook.open().names()) == len(FILES)
    names = Counter(name.casefold() for dish in DISHES for name in (dish.recipe.title, *dish.aliases))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("key", ["roast-chicken-with-lemon", "green-beans", "chocolate-mousse"])
def test_the_first_dinner_is_there(key: str) -> None:
    assert key in {dish.recipe.key for dish in DISHES}
