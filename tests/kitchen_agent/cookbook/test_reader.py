"""Recipe files of every kind: read whole, or refused with the part that is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from kitchen_agent.cookbook import Cookbook, load_recipe, read_folder
from kitchen_agent.cookbook.reader import load_dish
from kitchen_agent.errors import RecipeError
from kitchen_agent.recipe import Recipe

COOK = """\
---
title: Lentil soup
servings: 4
course: Soup
time: 50 minutes
diet: vegan, gluten-free
aliases: dal soup, soupe aux lentilles
---

-- a comment
Warm the @oil{2%tbsp} in a #large pot{} and soften @onions{2}(chopped) for ~{8%minutes}.

Add @red lentils{1.5%kg}(rinsed), @salt{1/2%tsp} and @bay leaf{}; simmer for ~{20-25%minutes}.

> Freezes well.

= To serve

Fry the @garlic{2%cloves}(sliced) in @oil{1%tbsp} for ~{1%minute} and
pour over the soup. Season with @salt.
"""


def save(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_cooklang_becomes_plain_text(tmp_path: Path) -> None:
    dish = load_dish(save(tmp_path, "soup.cook", COOK))
    assert dish.recipe == Recipe(
        key="soup",
        title="Lentil soup",
        servings=4,
        ingredients=(
            "3 tbsp oil",
            "2 onions, chopped",
            "1.5 kg red lentils, rinsed",
            "1/2 tsp salt",
            "bay leaf",
            "2 cloves garlic, sliced",
        ),
        steps=(
            "Warm the 2 tbsp oil in a large pot and soften onions for 8 minutes.",
            "Add red lentils, salt and bay leaf; simmer for 20-25 minutes.",
            "To serve: Fry the garlic in 1 tbsp oil for 1 minute and pour over the soup. Season with salt.",
        ),
    )
    assert (dish.course, dish.minutes, dish.diets) == ("soup", 50, ("vegan", "gluten-free"))
    assert dish.aliases == ("dal soup", "soupe aux lentilles")


def test_amounts_that_cannot_be_added_keep_their_lines(tmp_path: Path) -> None:
    text = "---\nservings: 1\n---\n\nMix @salt{1%pinch}, @oil{1%tsp}, @salt{a few%flakes}, @oil{5%ml} and @salt{some}."
    recipe = load_recipe(save(tmp_path, "fried_eggs.cook", text))
    assert recipe.ingredients == ("1 pinch salt", "1 tsp oil", "a few flakes salt", "5 ml oil", "some salt")
    assert recipe.title == "Fried eggs"


JSON_LD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Recipe",
    "name": "Tea &amp; toast",
    "recipeYield": ["2", "2 servings"],
    "recipeIngredient": ["2 slices <b>bread</b>", " 2 tea&nbsp;bags ", ""],
    "recipeInstructions": [
        {"@type": "HowToSection", "name": "Tea", "itemListElement": [{"text": "1. Brew 4 minutes."}]},
        {"@type": "HowToStep", "name": "Toast", "text": "<p>Toast the bread.</p><p>Serve.</p>"},
    ],
}  # fmt: skip
TEA = Recipe(
    key="tea",
    title="Tea & toast",
    servings=2,
    ingredients=("2 slices bread", "2 tea bags"),
    steps=("Brew 4 minutes.", "Toast the bread. Serve."),
)


@pytest.mark.parametrize(
    "data",
    [
        JSON_LD,
        [{"@type": "WebSite", "name": "Tea"}, JSON_LD],
        {"@graph": [{"@type": "Person"}, JSON_LD | {"@type": ["http://schema.org/Recipe", "NewsArticle"]}]},
        {"@type": "WebPage", "mainEntity": JSON_LD},
    ],
    ids=["plain", "list", "graph", "nested"],
)
def test_json_ld_in_its_shapes(tmp_path: Path, data: object) -> None:
    assert load_recipe(save(tmp_path, "tea.json", data)) == TEA
    page = f'<html><head><script type="application/ld+json">{json.dumps(data)}</script></head><body>Hi</body></html>'
    assert load_recipe(save(tmp_path, "tea.html", page)) == TEA


@pytest.mark.parametrize(
    ("instructions", "steps"),
    [
        ("Boil the water.\n\nBrew.", ("Boil the water.", "Brew.")),
        ("<ol><li>Boil the water.</li><li>Brew at 90 &deg;C.</li></ol>", ("Boil the water.", "Brew at 90 °C.")),
        (["Step 1: Boil.", "2) Brew."], ("Boil.", "Brew.")),
        (["500 ml water is boiled.", "3 minutes brewing."], ("500 ml water is boiled.", "3 minutes brewing.")),
        ({"@type": "ItemList", "itemListElement": ["Boil.", {"name": "Brew."}]}, ("Boil.", "Brew.")),
    ],
)
def test_instructions_in_their_shapes(tmp_path: Path, instructions: object, steps: tuple[str, ...]) -> None:
    assert load_recipe(save(tmp_path, "t.json", JSON_LD | {"recipeInstructions": instructions})).steps == steps


def test_microdata(tmp_path: Path) -> None:
    page = """<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop="name">Tea &amp; toast</h1>
    <span itemprop="recipeYield">Serves 2</span> <li itemprop="recipeIngredient">2 slices bread</li>
    <li itemprop="recipeIngredient">2 tea bags</li> <div itemprop="recipeInstructions">Brew 4 minutes.</div>
    <div itemprop="recipeInstructions">Toast the bread. Serve.</div></div>"""
    assert load_recipe(save(tmp_path, "tea.htm", page)) == TEA


def test_the_recipe_type_itself(tmp_path: Path) -> None:
    assert load_recipe(save(tmp_path, "x.json", TEA.model_dump_json())) == TEA
    assert load_recipe(save(tmp_path, "y.json", TEA.model_dump(exclude={"key"}))).key == "y"


@pytest.mark.parametrize(
    ("stated", "servings"),
    [
        (4, 4), ("4", 4), ("Serves 4", 4), ("4 servings", 4), ("4 Portionen", 4), ("2 Portion(en)", 2),
        ("4-6 people", 4), ("10 to 12 servings", 10), (["12", "12 muffins"], 12), ("Makes 8", 8),
        ("pour 4 personnes", 4), (4.0, 4), ("serves: 3", 3), ("6.", 6),
    ],
)  # fmt: skip
def test_servings_in_their_wordings(tmp_path: Path, stated: object, servings: int) -> None:
    assert load_recipe(save(tmp_path, "t.json", JSON_LD | {"recipeYield": stated})).servings == servings


@pytest.mark.parametrize("stated", ["1 cake", "18 squares", "Makes 18-22 meatballs", None, "", "a crowd", 0, True, []])
def test_what_says_nothing_about_servings_is_refused(tmp_path: Path, stated: object) -> None:
    path = save(tmp_path, "t.json", JSON_LD | {"recipeYield": stated})
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert caught.value.field == "servings"
    assert caught.value.source == str(path)
    assert "servings: 4" in str(caught.value)
    assert str(stated or "") in str(caught.value)


BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "no steps": ("a.json", json.dumps(JSON_LD | {"recipeInstructions": []}), "steps"),
    "no ingredients": ("a.json", json.dumps(JSON_LD | {"recipeIngredient": None}), "ingredients"),
    "no title": ("a.json", json.dumps(JSON_LD | {"name": " "}), "title"),
    "no servings in Cooklang": ("a.cook", COOK.replace("servings: 4\n", ""), "servings"),
    "odd servings in Cooklang": ("a.cook", COOK.replace("servings: 4", "servings: plenty"), "servings"),
    "no steps in Cooklang": ("a.cook", COOK.partition("\n\n")[0] + "\n", "ingredients"),
    "empty Cooklang": ("a.cook", "", "ingredients"),
    "not JSON": ("a.json", "{", "file"),
    "JSON without a recipe": ("a.json", '{"dish": "soup"}', "schema.org Recipe"),
    "a page without a recipe": ("a.html", "<html><body><p>Mix and bake.</p></body></html>", "schema.org Recipe"),
    "a page with broken JSON": ("a.html", '<script type="application/ld+json">{"@type"</script>', "schema.org Recipe"),
    "an empty page": ("a.html", "", "schema.org Recipe"),
    "wrong type of servings": ("a.json", json.dumps(TEA.model_dump() | {"servings": 0}), "servings"),
    "unknown field": ("a.json", json.dumps(TEA.model_dump() | {"colour": "red"}), "colour"),
    "wrong steps": ("a.json", json.dumps(TEA.model_dump() | {"steps": "Brew."}), "steps"),
    "not text": ("a.cook", b"\xff\xfe\x00", "file"),
    "unknown kind": ("a.docx", "soup", "file"),
}


@pytest.mark.parametrize(("name", "content", "field"), BROKEN.values(), ids=BROKEN)
def test_bad_files_name_the_field_and_the_fix(tmp_path: Path, name: str, content: str | bytes, field: str) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert caught.value.field == field
    assert caught.value.fix
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["gone.cook", "gone", "gone.html"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="gone"):
        load_recipe(tmp_path / name)
    with pytest.raises(RecipeError, match="gone"):
        Cookbook.open([tmp_path / name])


def test_a_folder_is_read_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "soups").mkdir()
    save(tmp_path, "soups/lentil.cook", COOK)
    save(tmp_path, "tea.json", JSON_LD)
    save(tmp_path, "tea.cook", COOK.replace("servings: 4\n", ""))
    save(tmp_path, "notes.txt", "not a recipe")
    bad = save(tmp_path, "bad.json", "{")
    errors: list[RecipeError] = []
    found = list(read_folder(tmp_path, errors.append))
    assert [recipe.key for recipe in found] == ["soups/lentil", "tea.cook", "tea.json"]
    assert found[1].servings is None
    assert [error.source for error in errors] == [str(bad)]
    with pytest.raises(RecipeError, match=r"bad\.json"):
        list(read_folder(tmp_path))


def test_a_bad_file_is_reported_when_its_dish_is_asked_for(tmp_path: Path) -> None:
    save(tmp_path, "bad-soup.json", "{")
    save(tmp_path, "no-servings.cook", "Boil @water{1%l} for ~{5%minutes}.")
    cookbook = Cookbook.open([tmp_path])
    assert cookbook.find("green beans").title == "Green beans"
    with pytest.raises(RecipeError, match="not JSON"):
        cookbook.find("bad soup")
    with pytest.raises(RecipeError, match="servings: missing"):
        cookbook.find("No servings")


def test_the_guide_is_true(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "recipes.md").read_text(encoding="utf-8")
    recipe = load_recipe(save(tmp_path, "soup.cook", guide.split("```")[1].lstrip()))
    assert (recipe.title, recipe.servings, len(recipe.steps)) == ("Lentil soup", 4, 3)
    assert "1 onion, chopped" in recipe.ingredients
    assert f"holds {len(Cookbook.open().names())} classic dishes" in guide
