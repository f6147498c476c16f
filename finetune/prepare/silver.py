"""Silver labels: graphs that a planner, not a reader, wrote for recipes that nobody annotated.

They are kept apart from the annotated examples and carry a smaller weight in the loss. A graph with any fault
against its recipe is no label.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from finetune.files import replacing, write_text
from finetune.prepare.examples import example
from finetune.prepare.shards import Summary, forget_shards, in_shards
from finetune.rules import read_by_rules
from kitchen_agent.draft import Draft
from kitchen_agent.errors import KitchenAgentError
from kitchen_agent.graphfaults import faults
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

SILVER_FILE = "silver.jsonl"


def read_recipes(path: Path, limit: int | None = None) -> Iterator[Recipe]:
    """The recipes of a JSON Lines file, one at a time."""
    with path.open(encoding="utf-8") as lines:
        for line in islice(lines, limit):
            yield Recipe.model_validate_json(line)


def label_by_rules(
    output: Path, weight: float, limit: int | None, workers: int, on_done: Callable[[int], None] = lambda _: None
) -> int:
    """Label the recipes of a preparation with the rule-based reader on all cores; returns the number of labels."""
    folder = output / "silver"
    recipes = read_recipes(output / "recipes.jsonl", limit)
    summaries = in_shards(recipes, folder, partial(_label_shard, weight), workers, on_done)
    with replacing(output / SILVER_FILE) as temporary, temporary.open("w", encoding="utf-8") as file:
        for number in range(len(summaries)):
            file.write((folder / f"{number:05}.jsonl").read_text(encoding="utf-8"))
    return sum(summary["kept"] for summary in summaries)


def write_labels(output: Path, labelled: Iterable[tuple[Recipe, TaskGraph | None]], weight: float) -> int:
    """Write the labels that a model gave; returns how many were without fault."""
    count = 0
    with replacing(output / SILVER_FILE) as temporary, temporary.open("w", encoding="utf-8") as file:
        for recipe, graph in labelled:
            if graph is not None and is_faultless(graph, recipe):
                file.write(example(recipe, graph, weight).model_dump_json() + "\n")
                count += 1
    return count


def is_faultless(graph: TaskGraph, recipe: Recipe) -> bool:
    """Whether the checks of the application find nothing wrong with `graph`."""
    return not faults(Draft.of(graph), recipe)


def _label_shard(weight: float, folder: Path, number: int, rows: tuple[Recipe, ...]) -> Summary:
    labels = []
    for recipe in rows:
        graph = _by_rules(recipe)
        if graph is not None and is_faultless(graph, recipe):
            labels.append(example(recipe, graph, weight).model_dump_json() + "\n")
    write_text(folder / f"{number:05}.jsonl", "".join(labels))
    return {"rows": len(rows), "kept": len(labels)}


def _by_rules(recipe: Recipe) -> TaskGraph | None:
    try:
        return read_by_rules(recipe)
    except (KitchenAgentError, ValueError):  # pydantic's error for tasks that form no graph is a ValueError
        return None


def set_settings(output: Path, settings: dict[str, object]) -> None:
    """Throw the kept shards away when they were made with other settings; what a model planned stays."""
    path, folder = output / "silver" / "settings", output / "silver"
    text = json.dumps(settings, sort_keys=True)
    if path.is_file() and path.read_text(encoding="utf-8") != text:
        forget_shards(folder)
    write_text(path, text)
