"""Files of task graphs, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finetune.errors import DataError, reason
from finetune.files import write_text
from kitchen_agent.taskgraph import Task, TaskGraph

_DATA = Path(__file__).parent / "data"
GRAPHS = (_DATA / "graphs.jsonl", _DATA / "graphs-more.jsonl", _DATA / "graphs-cookbook.jsonl")
"""The project's annotated graphs: of Wikibooks in the first two, of its own cookbook in the last."""
END_GRAPHS = (GRAPHS[0], GRAPHS[2])
"""Those of them that training ends on: the graphs that were read over, and the cookbook's."""
_TASK_FIELDS = frozenset(Task.model_fields)


def read_graphs(*paths: Path) -> dict[str, TaskGraph]:
    """The graphs in the files at `paths`, by key.

    Raises DataError for a line that is no valid graph or repeats a key, be it of another file, and for an empty file.
    """
    graphs: dict[str, TaskGraph] = {}
    for path in paths:
        before = len(graphs)
        for line, raw in _objects(path):
            try:
                graph = TaskGraph.model_validate(raw)
            except ValidationError as error:
                raise DataError(
                    path, f"not a task graph ({reason(error)})", "Correct the graph by the guide.", line
                ) from error
            if graph.key in graphs:
                raise DataError(path, f"the key {graph.key!r} occurs twice", "Keep one graph for each recipe.", line)
            graphs[graph.key] = graph
        if len(graphs) == before:
            raise DataError(path, "holds no graph", "Name a file with one JSON object a line.")
    return graphs


def read_predictions(path: Path) -> dict[str, TaskGraph | None]:
    """The graphs that some planner wrote, by key; None where one breaks the guide. The last of a key counts.

    Fields of the dish that the guide does not know are passed over; those of a task must be exactly the guide's.
    """
    return {str(raw.get("key")): judged(raw) for _, raw in _objects(path)}


def judged(raw: dict[str, Any]) -> TaskGraph | None:
    """`raw` as a task graph, or None when it breaks the guide."""
    tasks = raw.get("tasks")
    if not isinstance(tasks, list) or any(not isinstance(t, dict) or t.keys() != _TASK_FIELDS for t in tasks):
        return None
    try:
        return TaskGraph.model_validate({name: raw[name] for name in TaskGraph.model_fields if name in raw})
    except ValidationError:
        return None


def read_keys(path: Path) -> list[str]:
    """The recipe keys in the file at `path`, one a line; raises DataError when it cannot be read or holds none."""
    try:
        keys = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"not readable ({reason(error)})", "Name a file with one recipe's key a line.") from error
    if not keys:
        raise DataError(path, "holds no key", "Name a file with one recipe's key a line.")
    return keys


def write_graphs(path: Path, graphs: Iterable[TaskGraph]) -> None:
    """Write `graphs` at once, one a line."""
    write_text(path, "".join(graph.model_dump_json() + "\n" for graph in graphs))


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"not readable ({reason(error)})", "Name a JSON Lines file of task graphs.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise DataError(path, f"not JSON ({reason(error)})", "Write one JSON object a line.", number) from error
        if not isinstance(raw, dict):
            raise DataError(path, f"not a JSON object: {line[:40]!r}", "Write one JSON object a line.", number)
        yield number, raw
