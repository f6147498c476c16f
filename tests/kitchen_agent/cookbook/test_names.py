"""What people type is found, and what is another dish is refused with the nearest names."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import AmbiguousDishError, DishNotFoundError

QUERIES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text(encoding="utf-8"))
FOUND = [(query, title) for title, queries in QUERIES["found"].items() for query in queries]


@pytest.fixture(scope="module")
def cookbook() -> Cookbook:
    return Cookbook.open()


@pytest.mark.parametrize(("query", "title"), FOUND)
def test_found(cookbook: Cookbook, query: str, title: str) -> None:
    assert cookbook.find(query).title == title


@pytest.mark.parametrize(("query", "near"), QUERIES["refused"].items())
def test_another_dish_is_never_guessed(cookbook: Cookbook, query: str, near: str | None) -> None:
    with pytest.raises(DishNotFoundError) as caught:
        cookbook.find(query)
    assert (near in caught.value.nearest) if near else caught.value.nearest == ()
    assert "--recipe" in str(caught.value)
    assert repr(query) in str(caught.value)


def test_every_name_finds_its_own_dish(cookbook: Cookbook) -> None:
    for dish in cookbook.dishes():
        for name in (dish.recipe.title, *dish.aliases):
            assert cookbook.find(f" {name.upper()}  ") == dish.recipe, name


def test_no_title_is_a_misspelling_of_another_dish(cookbook: Cookbook) -> None:
    """When a dish is taken out, its title finds none of the others."""
    for dish in cookbook.dishes():
        others = Cookbook(
            [tuple(entry for entry in shelf if entry.title.text != dish.recipe.title) for shelf in cookbook.shelves]
        )
        with pytest.raises(DishNotFoundError):
            others.find(dish.recipe.title)


def write(folder: Path, title: str, aliases: str = "") -> Path:
    path = folder / f"{title.lower().replace(' ', '-')}.cook"
    text = (
        f"---\ntitle: {title}\nservings: 2\naliases: {aliases}\n---\n\nSteam the @rice{{100%g}} for ~{{9%minutes}}.\n"
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_own_recipes_go_first(tmp_path: Path) -> None:
    own = write(tmp_path, "Green beans")
    for given in (tmp_path, own):
        assert Cookbook.open([given]).find("green beans").servings == 2
        assert Cookbook.open([given]).find("grean beans").servings == 2
        assert Cookbook.open([given]).find("lasagne").servings == 6
    assert Cookbook.open().find("green beans").servings == 4


def test_a_correctly_spelled_dish_is_no_misspelling_of_an_own_one(tmp_path: Path) -> None:
    write(tmp_path, "Beer stew")
    assert Cookbook.open([tmp_path]).find("beef stew").title == "Boeuf bourguignon"
    with pytest.raises(DishNotFoundError):
        Cookbook.open([tmp_path]).find("bean stew")


def test_names_in_other_scripts_are_read_as_well(tmp_path: Path) -> None:
    for title in ("Борщ", "宮保雞丁", "खीर"):
        write(tmp_path, title)
    cookbook = Cookbook.open([tmp_path])
    for query, title in (("борщ", "Борщ"), ("борш", "Борщ"), ("宮保雞丁", "宮保雞丁"), ("खीर", "खीर")):
        assert cookbook.find(query).title == title
    for query in ("寿司", "宮保蝦丁", "щи", "खिचड़ी", "!", "…"):
        with pytest.raises(DishNotFoundError):
            cookbook.find(query)


def test_two_dishes_of_one_name_are_asked_back(tmp_path: Path) -> None:
    write(tmp_path, "Porridge with berries")
    write(tmp_path, "Porridge with nuts")
    cookbook = Cookbook.open([tmp_path])
    assert cookbook.find("porridge with nuts").title == "Porridge with nuts"
    with pytest.raises(AmbiguousDishError) as caught:
        cookbook.find("porridge")
    assert caught.value.candidates == ("Porridge with berries", "Porridge with nuts")


def test_two_files_of_one_title_are_named(tmp_path: Path) -> None:
    for folder in ("mine", "yours"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "Cocoa")
    with pytest.raises(AmbiguousDishError, match=r"mine/.*, .*yours/.*\. Remove one of these files"):
        Cookbook.open([tmp_path]).find("cocoa")
