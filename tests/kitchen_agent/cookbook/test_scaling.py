"""Quantities for other numbers of servings."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen_agent.cookbook import Cookbook, scaled_ingredients
from kitchen_agent.errors import RecipeError
from kitchen_agent.recipe import Recipe

CASES: list[tuple[str, str, str]] = [
    # for four, for ten, for two
    ("500 g potatoes, peeled", "1.25 kg potatoes, peeled", "250 g potatoes, peeled"),
    ("1.2 kg beef", "3 kg beef", "600 g beef"),
    ("1.5kg beef", "3.75kg beef", "750 g beef"),
    ("25 g butter", "65 g butter", "13 g butter"),
    ("7 g instant yeast", "18 g instant yeast", "3.5 g instant yeast"),
    ("300 ml milk", "750 ml milk", "150 ml milk"),
    ("500 ml cream", "1.25 l cream", "250 ml cream"),
    ("1/2 tsp salt", "1¼ tsp salt", "¼ tsp salt"),
    ("1 1/2 tbsp oil", "4 tbsp oil", "¾ tbsp oil"),
    ("3 tsp baking powder", "2½ tbsp baking powder", "1½ tsp baking powder"),
    ("1 cup rice", "2½ cup rice", "½ cup rice"),
    ("2⅓ cups flour", "6 cups flour", "1¼ cups flour"),
    ("1 onion, chopped", "3 onions, chopped", "1 onion, chopped"),
    ("1 red pepper (seeded)", "3 red peppers (seeded)", "1 red pepper (seeded)"),
    ("3 eggs", "8 eggs", "2 eggs"),
    ("2 eggs", "5 eggs", "1 egg"),
    ("1 potato", "3 potatoes", "1 potato"),
    ("1 avocado", "3 avocados", "1 avocado"),
    ("1 bay leaf", "3 bay leaves", "1 bay leaf"),
    ("2 cherries", "5 cherries", "1 cherry"),
    ("1/2 pineapple, diced", "1½ pineapples, diced", "½ pineapple, diced"),
    ("1½ lemons", "4 lemons", "1 lemon"),
    ("2 cloves garlic, crushed", "5 cloves garlic, crushed", "1 clove garlic, crushed"),
    ("1 handful basil", "3 handfuls basil", "1 handful basil"),
    ("1 pinch salt", "3 pinches salt", "1 pinch salt"),
    ("1 head of lettuce", "3 heads of lettuce", "1 head of lettuce"),
    ("2 heads romaine lettuce", "5 heads romaine lettuce", "1 head romaine lettuce"),
    ("4 salmon fillets, about 160 g each", "10 salmon fillets, about 160 g each", "2 salmon fillets, about 160 g each"),
    ("2 x 400 g cans tomatoes", "5 x 400 g cans tomatoes", "1 x 400 g can tomatoes"),
    ("2-3 carrots", "5-8 carrots", "1-2 carrots"),
    ("2 to 4 tbsp water", "5 to 10 tbsp water", "1 to 2 tbsp water"),
    ("100–150 g cheese", "250–380 g cheese", "50–75 g cheese"),
    ("juice of 1 lemon", "juice of 3 lemons", "juice of 1 lemon"),
    ("1 whole chicken, about 1.6 kg", "3 whole chickens, about 1.6 kg", "1 whole chicken, about 1.6 kg"),
    ("salt and pepper", "salt and pepper", "salt and pepper"),
    ("a few drops of Tabasco", "a few drops of Tabasco", "a few drops of Tabasco"),
    ("0 calories of sweetener", "0 calories of sweetener", "0 calories of sweetener"),
    ("70% dark chocolate", "70% dark chocolate", "70% dark chocolate"),
    ("1 glass of wine", "3 glasses of wine", "1 glass of wine"),
    ("1,500 g beef", "3.75 kg beef", "750 g beef"),
    ("1.500 g Mehl", "3.75 kg Mehl", "750 g Mehl"),
    ("1,000-1,500 g beef", "2.5-3.75 kg beef", "500-750 g beef"),
    ("1,500 kg beef", "3.75 kg beef", "750 g beef"),
    ("500g/1lb beef", "1.25 kg/2½lb beef", "250g/½lb beef"),
    ("1 lb 4 oz beef", "2½ lb 10 oz beef", "½ lb 2 oz beef"),
    ("2 tbsp plus 1 tsp oil", "5 tbsp plus 2½ tsp oil", "1 tbsp plus ½ tsp oil"),
    ("2 tbsp + 1 tsp oil", "5 tbsp + 2½ tsp oil", "1 tbsp + ½ tsp oil"),
    ("500 g (1 lb 2 oz) beef", "1.25 kg (2½ lb 5 oz) beef", "250 g (½ lb 1 oz) beef"),
    ("1 egg plus 1 yolk, beaten", "3 eggs plus 3 yolks, beaten", "1 egg plus 1 yolk, beaten"),
    ("2 fillets (150 g each)", "5 fillets (150 g each)", "1 fillet (150 g each)"),
    ("beef, 500 g", "beef, 500 g (for 4 portions)", "beef, 500 g (for 4 portions)"),
    ("500g/some beef", "500g/some beef (for 4 portions)", "500g/some beef (for 4 portions)"),
]


def recipe(*ingredients: str, servings: int | None = 4) -> Recipe:
    return Recipe(key="x", title="X", servings=servings, ingredients=ingredients, steps=("Cook.",))


@pytest.mark.parametrize(("line", "ten", "two"), CASES)
def test_scaled_as_a_cook_would(line: str, ten: str, two: str) -> None:
    assert scaled_ingredients(recipe(line), 10) == (ten,)
    assert scaled_ingredients(recipe(line), 2) == (two,)
    assert scaled_ingredients(recipe(line), 4) == (line,)


def test_servings_are_needed() -> None:
    with pytest.raises(RecipeError, match="servings"):
        scaled_ingredients(recipe("1 egg", servings=None), 4)
    with pytest.raises(ValueError, match="at least 1"):
        scaled_ingredients(recipe("1 egg"), 0)


UNITS = {
    "g": Fraction(1),
    "kg": Fraction(1000),
    "ml": Fraction(1),
    "l": Fraction(1000),
    "tsp": Fraction(5),
    "tbsp": Fraction(15),
}
GLYPHS = {"¼": Fraction(1, 4), "½": Fraction(1, 2), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}


def amount(line: str) -> Fraction:
    """The amount of a scaled line in its base unit."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)?([¼½¾⅓⅔])?(?: (g|kg|ml|l|tsp|tbsp)\b)? .*", line)
    assert match, line
    return (Fraction(match[1] or 0) + GLYPHS.get(match[2], Fraction(0))) * UNITS.get(match[3], Fraction(1))


quantities = st.one_of(
    st.integers(1, 5000).map(lambda n: f"{n} g flour"),
    st.integers(1, 5000).map(lambda n: f"{n} ml milk"),
    st.decimals("0.1", 8, places=1).map(lambda n: f"{n} kg beef"),
    st.integers(1, 12).map(lambda n: f"{n} tbsp oil"),
    st.integers(1, 12).map(lambda n: f"{n} tsp salt"),
    st.integers(1, 30).map(lambda n: f"{n} eggs"),
)
people = st.integers(1, 60)


@settings(deadline=None)
@given(quantities, people, people)
def test_rounding_stays_near_the_exact_amount(line: str, given_for: int, wanted: int) -> None:
    exact = amount(line) * Fraction(wanted, given_for)
    scaled = amount(scaled_ingredients(recipe(line, servings=given_for), wanted)[0])
    step = {"eggs": Fraction(1), "oil": Fraction(15), "salt": Fraction(15)}.get(line.split()[-1], Fraction(1, 2))
    assert scaled > 0
    if exact >= step:
        assert abs(scaled - exact) <= max(step / 2, exact * Fraction(1, 10))
    else:
        assert scaled <= step


@settings(deadline=None)
@given(quantities, people, people, people)
def test_more_guests_never_need_less(line: str, given_for: int, a: int, b: int) -> None:
    few, many = sorted((a, b))
    of = recipe(line, servings=given_for)
    assert amount(scaled_ingredients(of, few)[0]) <= amount(scaled_ingredients(of, many)[0])


@settings(deadline=None)
@given(st.text(max_size=60).filter(str.strip), people, people)
def test_any_line_can_be_scaled(line: str, given_for: int, wanted: int) -> None:
    assert scaled_ingredients(recipe(line, servings=given_for), wanted)[0]


def test_the_built_in_recipes_scale() -> None:
    for dish in Cookbook.open().dishes():
        servings = dish.recipe.servings or 1
        doubled = scaled_ingredients(dish.recipe, 2 * servings)
        for before, after in zip(dish.recipe.ingredients, doubled, strict=True):
            assert (after != before) == before[0].isdigit(), before
            assert after.partition(",")[2] == before.partition(",")[2]
