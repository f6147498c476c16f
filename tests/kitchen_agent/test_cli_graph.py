"""`kitchen graph`: recipes in bulk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kitchen_agent.cli_graph import EMPTY_LINE, read_lines
from kitchen_agent.errors import RecipeError
from kitchen_agent.taskgraph import TaskGraph
from tests.kitchen_agent.dinners import Data, recipes


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "recipes.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def _fields(dish: str, **changes: object) -> dict[str, object]:
    return {**recipes()[dish].model_dump(mode="json"), **changes}


@pytest.mark.slow
def test_graphs_come_in_the_order_of_the_recipes(data: Data) -> None:
    keys = ["tomato-soup", "green-beans", "chocolate-mousse"]
    path = _file(data.folder, *(_fields(key, key=f"{key}!", category="dinner") for key in keys))
    done = data.kitchen("graph", str(path))
    assert done.returncode == 0, done.stderr
    graphs = [TaskGraph.model_validate_json(line) for line in done.stdout.splitlines()]
    assert [graph.key for graph in graphs] == [f"{key}!" for key in keys]
    assert set(json.loads(done.stdout.splitlines()[0])) == {"key", "servings", "course", "serve", "hold", "tasks"}


def test_a_recipe_that_fails_is_named_and_left_out(
    data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(
        data.folder, _fields("green-beans"), {"key": "bad", "title": "No steps", "ingredients": ["1 egg"]}, "{"
    )
    assert data.main(monkeypatch, "graph", str(path)) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "line 2: 'bad': steps: Field required" in err
    assert "line 3: not JSON" in err


def test_the_status_is_1_when_every_recipe_fails(
    data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data.main(monkeypatch, "graph", str(_file(data.folder, "[]"))) == 1
    assert capsys.readouterr().out == ""


def test_an_unreadable_file_is_bad_input(
    data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data.main(monkeypatch, "graph", str(data.folder / "missing.jsonl")) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "missing.jsonl" in err


@pytest.mark.parametrize(
    ("servings", "expected"), [(4, 4), ("6–8", 7), ("Serves 4 people", 4), (None, None), ("", None), ("a few", None)]
)
def test_servings_are_read_as_people_write_them(tmp_path: Path, servings: object, expected: int | None) -> None:
    (line,) = read_lines(_file(tmp_path, _fields("green-beans", servings=servings)))
    assert line.recipe is not None
    assert line.recipe.servings == expected


def test_an_empty_line_of_a_recipe_keeps_its_place(tmp_path: Path) -> None:
    (line,) = read_lines(_file(tmp_path, _fields("green-beans", ingredients=["1 egg", " ", "<br>", "salt"])))
    assert line.recipe is not None
    assert line.recipe.ingredients == ("1 egg", EMPTY_LINE, EMPTY_LINE, "salt")


def test_blank_lines_are_skipped_and_numbers_stay(tmp_path: Path) -> None:
    lines = list(read_lines(_file(tmp_path, "", _fields("green-beans"), "", "7")))
    assert [line.number for line in lines] == [2, 4]


def test_text_that_is_not_utf8_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "recipes.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match=r"recipes\.jsonl"):
        list(read_lines(path))
