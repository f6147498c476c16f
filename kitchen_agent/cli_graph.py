"""What `kitchen graph` does: task graphs for a file of recipes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from kitchen_agent.answers import AnswerStore
from kitchen_agent.errors import DishRefusedError, RecipeError
from kitchen_agent.graph import DishGraph, build_dish_graph
from kitchen_agent.planner_model import ModelChoice, PlannerModel
from kitchen_agent.recipe import Recipe, plain_text
from kitchen_agent.state import DishDeps
from kitchen_agent.taskgraph import TaskGraph

FIELDS: Final = ("key", "title", "servings", "ingredients", "steps")
EMPTY_LINE: Final = "–"
SIDE_BY_SIDE: Final = 4
"""Recipes at the same time: as many answers as the model writes at once."""
_SECONDS_BETWEEN_REPORTS: Final = 10.0


class Line(NamedTuple):
    """A line of the input: its number from 1, and its recipe or what is wrong with it."""

    number: int
    recipe: Recipe | None
    fault: str = ""


def run_graph(lines: Sequence[Line], choice: ModelChoice, answers: Path | None) -> int:
    """Write a graph for each recipe to stdout; return the exit status.

    Recipes that fail are named on stderr and left out; the status is 1 when all of them fail. `answers` is the file of
    kept answers; without one every recipe is read afresh.
    """
    with PlannerModel(choice) as model, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        deps = DishDeps(model, AnswerStore(answers) if answers else None)
        graph = build_dish_graph()
        written = 0
        report = _Report(len(lines))
        for line, outcome in zip(lines, pool.map(lambda line: _planned(graph, deps, line), lines), strict=True):
            if isinstance(outcome, TaskGraph):
                print(outcome.model_dump_json(), flush=True)
                written += 1
            else:
                print(f"kitchen: line {line.number}: {outcome}", file=sys.stderr, flush=True)
            report.count()
    return 0 if written or not lines else 1


def read_lines(path: Path) -> Iterator[Line]:
    """The recipes of a JSON lines file, `-` for stdin; fields that a recipe does not have are ignored.

    Raises RecipeError when the file cannot be read.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
        raise RecipeError(str(path), "file", problem, "Give a file of JSON lines") from error
    except UnicodeDecodeError as error:
        raise RecipeError(str(path), "file", f"byte {error.start} is not UTF-8", "Save it as UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> Line:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        return Line(number, None, f"not JSON: {error}")
    if not isinstance(fields, dict):
        return Line(number, None, "not a JSON object with key, title, servings, ingredients and steps")
    try:
        return Line(number, Recipe.model_validate(_recipe_fields(fields)))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        return Line(number, None, f"{fields.get('key')!r}: {place}: {fault['msg']}")


def _recipe_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a recipe; a list keeps its empty lines, since graphs refer to lines by position."""
    known: dict[str, Any] = {name: fields[name] for name in FIELDS if name in fields}
    for name in ("ingredients", "steps"):
        if isinstance(known.get(name), list):
            known[name] = [EMPTY_LINE if plain_text(item) == "" else item for item in known[name]]
    return known


def _planned(graph: DishGraph, deps: DishDeps, line: Line) -> TaskGraph | str:
    if line.recipe is None:
        return line.fault
    try:
        result = graph.invoke({"dish": line.recipe.key, "recipe": line.recipe}, context=deps)
    except DishRefusedError as error:
        return str(error)
    planned: TaskGraph = result["dishes"][line.recipe.key].graph
    return planned


class _Report:
    """Says on stderr every few seconds how far the work is."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._started = self._said = time.monotonic()

    def count(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._said >= _SECONDS_BETWEEN_REPORTS or self._done == self._total:
            self._said = now
            pace = (now - self._started) / self._done
            print(f"{self._done} of {self._total} recipes, {pace:.1f} s each", file=sys.stderr, flush=True)
