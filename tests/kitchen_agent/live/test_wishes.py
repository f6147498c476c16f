"""Dishes that are asked for in plain words: exactly one of the cookbook, never one that is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from kitchen_agent import settings
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live.understand import Understood, understand
from kitchen_agent.live.wishes import asks, wished
from kitchen_agent.menu import DishRequest
from kitchen_agent.planner_model import PlannerModel, model_of_events
from tests.kitchen_agent.live.talk import NAMES

ASKED = {
    "we also want a green salad": "Green salad with vinaigrette",
    "add garlic bread": "Garlic bread",
    "can we do hummus as well?": "Hummus",
    "let's make a tiramisu too": "Tiramisu",
    "they would like gravy with it": "Gravy",
    "put roast potatoes on the menu": "Roast potatoes",
    "somebody asked for a fruit salad on top": "Fruit salad",
    "one more dish: the green beans": "Green beans",
    "please also cook glazed carrots": "Glazed carrots",
    "could you fit in a rice pudding?": "Rice pudding",
    "for the vegetarians a mushroom risotto, please": "Mushroom risotto",
    "we need a soup first, make it tomato soup": "Tomato soup",
}
NOT_THERE = ("we also want a lobster thermidor", "add a chocolate cake", "one more dish please", "add salad")


@cache
def cookbook() -> Cookbook:
    return Cookbook.open()


@pytest.mark.parametrize("sentence", ASKED)
def test_the_dish_is_the_one_of_the_cookbook_that_is_named(sentence: str) -> None:
    assert wished(sentence, NAMES, cookbook()) == (DishRequest(name=ASKED[sentence]),)
    assert asks(sentence)


@pytest.mark.parametrize("sentence", NOT_THERE)
def test_no_dish_is_invented(sentence: str) -> None:
    assert wished(sentence, NAMES, cookbook()) == ()


def test_several_dishes_are_several_readings_and_what_is_on_the_menu_is_none() -> None:
    sentence = "add hummus and garlic bread and tomato soup"
    names = NAMES.model_copy(update={"dishes": ("tomato-soup", *NAMES.dishes)})
    assert [dish.name for dish in wished(sentence, names, cookbook())] == ["Hummus", "Garlic bread"]


@pytest.mark.parametrize("sentence", ["does anybody know coleslaw", "the hummus in the fridge"])
def test_a_dish_that_is_only_spoken_of_is_not_asked_for(sentence: str) -> None:
    assert not asks(sentence)


@pytest.fixture(scope="module")
def model() -> Iterator[PlannerModel]:
    with PlannerModel(model_of_events(settings.load())) as opened:
        yield opened


@pytest.mark.gguf
@pytest.mark.timeout(300)
class TestWithTheModel:
    def test_dishes_that_are_asked_for_are_exactly_these(self, model: PlannerModel) -> None:
        meant = {sentence: understand(sentence, NAMES, model, cookbook()) for sentence in ASKED}
        assert meant == {
            sentence: Understood(event=DishRequest(name=dish), named=True) for sentence, dish in ASKED.items()
        }

    def test_what_the_cookbook_has_not_is_no_event(self, model: PlannerModel) -> None:
        for sentence in NOT_THERE[:3]:
            with pytest.raises(UnclearSentenceError):
                understand(sentence, NAMES, model, cookbook())

    def test_what_happened_goes_before_what_a_dish_is_called(self, model: PlannerModel) -> None:
        names = NAMES.model_copy(
            update={"tasks": tuple(t.model_copy(update={"name": "Whisk the gravy"}) for t in NAMES.tasks[:1])}
        )
        meant = understand("the gravy is burnt, do it again", names, model, cookbook())
        assert not isinstance(meant.event, DishRequest)
