"""What may stand in for an ingredient by the recipe's own line."""

import pytest

from kitchen_agent.cookbook.substitutes import substitutes


@pytest.mark.parametrize(
    ("ingredient", "line", "first"),
    [
        ("butter", "2 tbsp butter or olive oil", "olive oil"),
        ("stock", "400 ml beef or chicken stock", "water with a stock cube"),
        ("chicken stock", "400 ml beef or chicken stock", "beef stock"),
        ("chicken stock", "400 ml water or chicken stock", "water"),
    ],
)
def test_the_other_side_of_an_or_comes_first(ingredient: str, line: str, first: str) -> None:
    assert substitutes(ingredient, line)[0] == first
