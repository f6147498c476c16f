"""The built-in recipes: complete, plausible, and enough for any dinner of classic dishes."""

import re
from collections import Counter

import pytest

from kitchen_agent.cookbook import Cookbook, Dish
from kitchen_agent.cookbook.book import BUILT_IN
from kitchen_agent.cookbook.reader import load_dish
from kitchen_agent.readings import temperatures, times
from kitchen_agent.taskgraph import COURSES

FILES = sorted(BUILT_IN.glob("*.cook"))
DISHES = [load_dish(file) for file in FILES]
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

each_dish = pytest.mark.parametrize("dish", DISHES, ids=lambda dish: dish.recipe.key)


@each_dish
def test_a_person_can_cook_from_it(dish: Dish) -> None:
    recipe = dish.recipe
    assert recipe.servings is not None
    assert 2 <= recipe.servings <= 12
    assert 3 <= len(recipe.steps) <= 9
    assert 3 <= len(recipe.ingredients) <= 15
    assert 60 <= len(" ".join((*recipe.ingredients, *recipe.steps)).split()) <= 300
    assert dish.course in COURSES
    assert set(dish.diets) <= DIETS
    assert all(step[0].isupper() and step.endswith(".") for step in recipe.steps)
    assert not re.search(r"[@#~{}%]", "".join((*recipe.ingredients, *recipe.steps)).replace("70% cocoa", ""))


@each_dish
def test_every_ingredient_is_used(dish: Dish) -> None:
    method = " ".join(dish.recipe.steps)
    for line in dish.recipe.ingredients:
        name = re.sub(r"^[\d\s/.]+(?:kg|g|ml|l|tbsp|tsp|\w+s?)?\s", "", line).partition(",")[0]
        assert name in method or name.split(" ")[-1] in method, line


@each_dish
def test_ingredients_have_quantities(dish: Dish) -> None:
    to_taste = {"salt", "black pepper", "white pepper", "salt and pepper"}
    for line in dish.recipe.ingredients:
        assert line[0].isdigit() or line in to_taste, line


@each_dish
def test_times_and_temperatures_are_plausible(dish: Dish) -> None:
    stated = [reading.value for step in dish.recipe.steps for reading in times(step)]
    assert stated
    assert dish.minutes is not None
    assert max(stated) <= dish.minutes
    assert 0.6 * sum(stated) <= dish.minutes + 15
    for step in dish.recipe.steps:
        assert all(80 <= reading.value <= 250 for reading in temperatures(step)), step
        if re.search(r"\b(?:[Bb]ake|[Rr]oast) ", step) and times(step) and "oven" not in step:
            assert temperatures(step) or "more" in step, step


@each_dish
def test_the_oven_has_a_temperature(dish: Dish) -> None:
    method = " ".join(dish.recipe.steps).replace("Dutch oven", "pot")
    if "oven" in method.split():
        assert temperatures(method)


@each_dish
def test_diets_are_kept(dish: Dish) -> None:
    for diet in dish.diets:
        for line in dish.recipe.ingredients:
            named = re.sub(NOT_DAIRY, "", line) if diet in {"vegan", "dairy-free"} else line
            named = re.sub(r"chicken or|beef or|vegan \w+ \w+|\(gluten-free\)|cornflour|, .*", "", named)
            if diet == "gluten-free" and "gluten-free" in line:
                continue
            found = re.search(rf"\b(?:{FORBIDDEN[diet]})\b", named)
            assert not found or "butternut" in line, f"{diet}: {line}"


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
