"""The metrics agree with the figures that the reference scorer gave for stored graphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetune.errors import DataError
from finetune.graphfile import read_graphs, read_predictions, write_graphs
from finetune.metrics import METRICS, SCORE, Comparison, Ratio, measure, pair_tasks, total
from kitchen_agent.taskgraph import TaskGraph

CASES = sorted((Path(__file__).parent / "cases" / "metrics").iterdir())


def graph(*tasks: dict[str, object]) -> TaskGraph:
    common = {
        "stated": False, "attention": "hands_on", "tools": [], "oven_c": None, "skill": 1, "hold": 5,
        "scaling": "fixed", "uses": [],
    }  # fmt: skip
    numbered = [{"id": n, "name": "Do it", **common, **task} for n, task in enumerate(tasks, 1)]
    return TaskGraph.model_validate(
        {"key": "dish", "servings": 4, "course": "main", "serve": "hot", "hold": 5, "tasks": numbered}
    )


CHOP_THEN_BAKE = graph(
    {"action": "chop", "minutes": 8, "after": [], "steps": [0], "uses": [0]},
    {"action": "bake", "minutes": 40, "after": [1], "steps": [1], "tools": ["oven"], "oven_c": 200, "stated": True},
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_figures_equal_the_reference_scorers(case: Path) -> None:
    reference = read_graphs(case / "reference.jsonl")
    predicted = read_predictions(case / "predicted.jsonl")
    values = total(measure(Comparison(graph, predicted.get(key))) for key, graph in reference.items())
    assert values == json.loads((case / "expected.json").read_text())


def test_a_graph_is_perfect_against_itself() -> None:
    assert set(total([measure(Comparison(CHOP_THEN_BAKE, CHOP_THEN_BAKE))]).values()) == {1.0}


def test_a_missing_prediction_misses_everything_that_could_be_hit() -> None:
    assert set(total([measure(Comparison(CHOP_THEN_BAKE, None))]).values()) == {0.0}


def test_a_wrong_oven_temperature_costs_only_the_oven() -> None:
    hotter = graph(
        {"action": "chop", "minutes": 8, "after": [], "steps": [0], "uses": [0]},
        {"action": "bake", "minutes": 40, "after": [1], "steps": [1], "tools": ["oven"], "oven_c": 211, "stated": True},
    )
    values = total([measure(Comparison(CHOP_THEN_BAKE, hotter))])
    assert values["oven"] == 0
    assert {values[name] for name in METRICS if name != "oven"} == {1.0}


def test_unlike_tasks_are_no_pair() -> None:
    other = graph(
        {"action": "mix", "minutes": 8, "after": [], "steps": [7]},
        {"action": "rest", "minutes": 8, "after": [1], "steps": [8]},
    )
    assert pair_tasks(CHOP_THEN_BAKE.tasks, other.tasks) == []


def test_needs_count_through_tasks_between() -> None:
    chain = [{"action": "chop", "minutes": 5, "steps": [n], "after": [n] if n else []} for n in range(3)]
    shortcut = [*chain[:2], {**chain[2], "after": [1, 2]}]
    assert measure(Comparison(graph(*chain), graph(*shortcut)))["needs"] == Ratio(6, 6)


def test_the_score_is_the_mean_of_the_metrics() -> None:
    values = total([measure(Comparison(CHOP_THEN_BAKE, None)), measure(Comparison(CHOP_THEN_BAKE, CHOP_THEN_BAKE))])
    assert values[SCORE] == pytest.approx(sum(values[name] for name in METRICS) / len(METRICS), abs=1e-4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{not json}\n", r"graphs\.jsonl, line 1: not JSON"),
        ("[1, 2]\n", "not a JSON object"),
        ('{"key": "dish"}\n', "not a task graph"),
        ("\n", "holds no graph"),
        (2 * (CHOP_THEN_BAKE.model_dump_json() + "\n"), "line 2: the key 'dish' occurs twice"),
    ],
)
def test_a_bad_reference_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "graphs.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_graphs(path)


def test_graphs_may_lie_in_several_files(tmp_path: Path) -> None:
    other = CHOP_THEN_BAKE.model_copy(update={"key": "other"})
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    write_graphs(first, [CHOP_THEN_BAKE])
    write_graphs(second, [other])
    assert list(read_graphs(first, second)) == ["dish", "other"]
    write_graphs(second, [other, CHOP_THEN_BAKE])
    with pytest.raises(DataError, match=r"second.jsonl.*the key 'dish' occurs twice"):
        read_graphs(first, second)
