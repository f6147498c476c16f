"""Files in RecipeNLG's format that are not part of the project; see tests/kitchen_agent/cookbook/test_importers.py."""

from __future__ import annotations

from typing import Any

import pytest

from finetune.prepare.recipenlg import raw_recipe, read_rows
from tests.kitchen_agent.cookbook.test_importers import FOLDER, INDEX

FILES = [entry for entry in INDEX if entry["kind"] == "recipenlg-csv" and (FOLDER / entry["file"]).is_file()]
pytestmark = pytest.mark.skipif(not FILES, reason=f"no sample files in {FOLDER} (set KITCHEN_IMPORTERS_DIR)")


@pytest.mark.parametrize("entry", FILES, ids=[entry["file"] for entry in FILES])
def test_every_row_is_read_whole(entry: dict[str, Any]) -> None:
    recipes = [raw_recipe(row) for row in read_rows(FOLDER / entry["file"])]
    found = [recipe for recipe in recipes if recipe is not None]
    expected = entry["expected"]
    assert len(recipes) == len(found) == expected["rows"]
    assert [recipe.title for recipe in found] == expected["titles"]
    assert [len(recipe.ingredients) for recipe in found] == expected["ingredient_counts"]
    assert [len(recipe.steps) for recipe in found] == expected["step_counts"]
