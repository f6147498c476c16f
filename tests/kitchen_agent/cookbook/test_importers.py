"""Real files of other programs and sites, read from a folder that is not part of the project.

The folder is named by KITCHEN_IMPORTERS_DIR, else it is `shared/importers` beside the repository. Its index.json
lists the files with what they hold: {file, kind, expected, notes}. Without it these tests are skipped.
"""

import json
import os
from pathlib import Path
from typing import Any

import cooklang
import pytest
import yaml

from kitchen_agent.cookbook.dish import servings_of
from kitchen_agent.cookbook.reader import read_file
from kitchen_agent.errors import RecipeError

REPOSITORY = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("KITCHEN_IMPORTERS_DIR", REPOSITORY.parent / "shared" / "importers"))
INDEX: list[dict[str, Any]] = (
    json.loads((FOLDER / "index.json").read_text(encoding="utf-8")) if (FOLDER / "index.json").is_file() else []
)
pytestmark = pytest.mark.skipif(not INDEX, reason=f"no sample files in {FOLDER} (set KITCHEN_IMPORTERS_DIR)")
CANONICAL = FOLDER / "cook" / "canonical.yaml"

# Pages whose metadata holds no whole recipe: a site's own reader takes the rest from the page's body, we refuse.
NOT_IN_METADATA = {
    "html/eggsca_2.html",  # no instructions
    "html/pauladeen_2.html",  # broken JSON
    "html/grimgrains_2.html",  # no metadata at all
    "html/nextcloud-microdata-case2711.html",  # a name and nothing else
}
# Headings that a page marks up as an ingredient and as a step; the site's own reader knows them.
HEADINGS_IN_PAGE = {"html/yamasa_2.html": 1}
# The reference parser reads a marker that a space follows as a component; the conformance suite reads text.
# In testMetadataBreak it takes the "---" inside a line for a comment.
PARSER_DIFFERS = {
    "testMetadataBreak",
    "testInvalidMultiWordTimer",
    "testInvalidMultiWordIngredient",
    "testInvalidMultiWordCookware",
}


def entries(*kinds: str) -> list[Any]:
    return [pytest.param(entry, id=entry["file"]) for entry in INDEX if entry["kind"].partition(":")[0] in kinds]


def is_whole(entry: dict[str, Any]) -> bool:
    return entry["expected"].get("parses", True) and entry["file"] not in NOT_IN_METADATA


@pytest.mark.parametrize("entry", entries("html", "jsonld"))
def test_web_pages(entry: dict[str, Any]) -> None:
    path = FOLDER / entry["file"]
    if not is_whole(entry):
        with pytest.raises(RecipeError) as caught:
            read_file(path)
        assert caught.value.fix
        return
    expected = entry["expected"]
    notes = entry["notes"] if isinstance(entry["notes"], dict) else {}
    recipe = read_file(path).recipe
    assert " ".join(recipe.title.split()).startswith(" ".join(expected["title"].split()))
    headings = HEADINGS_IN_PAGE.get(entry["file"], 0)
    ingredients = notes.get("jsonld_ingredient_count") or expected["ingredient_count"]
    assert len(recipe.ingredients) == ingredients + headings
    steps = notes.get("jsonld_step_count") or expected["step_count"]
    if notes.get("instructions_shape") == "string" or "microdata" in entry["kind"]:
        # Paragraphs of one text: how many steps they are is a matter of taste, but nothing may be lost.
        assert len(recipe.steps) >= (expected["step_count"] or 1)
    else:
        assert len(recipe.steps) == (steps or len(recipe.steps))
    assert not any(mark in text for text in (*recipe.ingredients, *recipe.steps) for mark in ("<", "&nbsp;", "&amp;"))
    if notes.get("yield_raw"):
        assert recipe.servings == servings_of(notes["yield_raw"])


@pytest.mark.parametrize("entry", entries("cooklang"))
def test_cooklang_files(entry: dict[str, Any]) -> None:
    expected = entry["expected"]
    recipe = read_file(FOLDER / entry["file"]).recipe
    serves = expected["metadata"].get("serves")
    assert recipe.servings == (expected["servings"] or (int(serves) if serves else None))
    assert len(recipe.steps) == expected["step_count"]
    listed = "\n".join(recipe.ingredients).lower()
    assert all(name.lower() in listed for name in expected["distinct_ingredients"])
    method = "\n".join(recipe.steps)
    assert all(name in method for name in (*expected["cookware"], *expected["timers"]))
    assert len(recipe.ingredients) <= expected["ingredient_count"]


def canonical() -> dict[str, Any]:
    if not CANONICAL.is_file():
        return {}
    tests: dict[str, Any] = yaml.safe_load(CANONICAL.read_text(encoding="utf-8"))["tests"]
    return tests


def items(step: cooklang.Step) -> list[tuple[object, ...]]:
    """A step in the suite's terms, neighbouring texts joined."""
    found: list[tuple[object, ...]] = []
    for item in step.items:
        match item:
            case cooklang.TextItem():
                before = str(found.pop()[1]) if found and found[-1][0] == "text" else ""
                found.append(("text", before + item.value))
            case cooklang.IngredientRef():
                amount = item.ingredient.quantity
                given = (amount.value, amount.unit or "") if amount else ("some", "")
                found.append(("ingredient", item.ingredient.name, *given))
            case cooklang.CookwareRef():
                amount = item.cookware.quantity
                found.append(("cookware", item.cookware.name, amount.value if amount else 1))
            case cooklang.TimerRef():
                amount = item.timer.quantity
                given = (amount.value, amount.unit or "") if amount else ("", "")
                found.append(("timer", item.timer.name or "", *given))
    return found


@pytest.mark.parametrize(("name", "case"), canonical().items(), ids=canonical())
def test_the_parser_conforms_to_the_format(name: str, case: dict[str, Any]) -> None:
    order = {"text": ("value",), "cookware": ("name", "quantity")}
    wanted = [
        [
            (item["type"], *(item[key] for key in order.get(item["type"], ("name", "quantity", "units"))))
            for item in step
        ]
        for step in case["result"]["steps"]
    ]
    agrees = [items(step) for step in cooklang.parse(case["source"]).steps] == wanted
    assert agrees is (name not in PARSER_DIFFERS)
