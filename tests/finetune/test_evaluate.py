"""Evaluation: planners, kept predictions, figures and reports."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import DataError, InputError, WorkError
from finetune.evaluate.command import make_report
from finetune.evaluate.dinner_figures import makespan_minutes, schedule_figures
from finetune.evaluate.planners import NoGraphError, Planner, endpoint_planner, recorded_planner, rules_planner
from finetune.evaluate.predictions import Prediction, predict, predictions_file, seconds_per_recipe
from finetune.evaluate.report import comparison, markdown, read_report, rich_table, write_report
from finetune.graphfile import read_graphs, read_keys, write_graphs
from finetune.metrics import Comparison, elapsed_minutes
from kitchen_agent import lineformat
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER

GRAPH = lineformat.parse(GRATIN_ANSWER, GRATIN).graph()
SOUP = Recipe(
    key="soup",
    title="Leek soup",
    servings=4,
    ingredients=("2 leeks, sliced", "1 l stock"),
    steps=("Fry the leeks in a pot for 5 minutes.", "Add the stock and simmer for 20 minutes."),
)


def counting_planner() -> tuple[Planner, list[str]]:
    asked: list[str] = []

    def plan(recipe: Recipe) -> TaskGraph:
        asked.append(recipe.key)
        if recipe.key == GRATIN.key:
            return GRAPH
        raise NoGraphError("it has no end")

    return Planner("counting", "counting 1", plan), asked


@pytest.mark.parametrize("workers", [1, 3])
def test_predictions_are_made_once_and_kept(tmp_path: Path, workers: int) -> None:
    planner, asked = counting_planner()
    path = predictions_file(tmp_path, planner)
    first = {p.key: p for p in predict(planner, [GRATIN, SOUP], path, workers)}
    again = {p.key: p for p in predict(planner, [GRATIN, SOUP], path, workers)}
    assert again == first
    assert sorted(asked) == sorted([GRATIN.key, SOUP.key])
    assert first[GRATIN.key].graph == GRAPH
    assert (first[SOUP.key].graph, first[SOUP.key].faults) == (None, ("it has no end",))


def test_a_line_that_a_kill_cut_short_is_made_again(tmp_path: Path) -> None:
    planner, asked = counting_planner()
    path = predictions_file(tmp_path, planner)
    whole = list(predict(planner, [GRATIN, SOUP], path))
    path.write_bytes(path.read_bytes()[:-20])
    assert [p.key for p in predict(planner, [GRATIN, SOUP], path)] == [p.key for p in whole]
    assert asked == [GRATIN.key, SOUP.key, SOUP.key]
    assert len(path.read_text().splitlines()) == 2


def test_a_changed_recipe_or_planner_is_planned_again(tmp_path: Path) -> None:
    planner, asked = counting_planner()
    path = predictions_file(tmp_path, planner)
    list(predict(planner, [SOUP], path))
    list(predict(planner, [SOUP.model_copy(update={"servings": 6})], path))
    assert asked == [SOUP.key, SOUP.key]
    assert predictions_file(tmp_path, Planner("counting", "counting 2", planner.plan)) != path


class Chat(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that answers with what `server.answers` holds, in turn."""

    def do_POST(self) -> None:
        server: Any = self.server
        server.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": server.answers.pop(0)}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Chat)
    server.requests, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_is_asked_again_until_its_graph_is_right(chat: Any) -> None:
    chat.answers = ["no graph at all", GRATIN_ANSWER]
    planner = endpoint_planner(f"http://127.0.0.1:{chat.server_port}/v1", "qwen", "short")
    assert planner.plan(GRATIN) == GRAPH
    first, second = chat.requests
    assert (first["model"], first["temperature"], len(first["messages"])) == ("qwen", 0, 2)
    assert second["messages"][2]["content"] == "no graph at all"
    assert "is not 'course serve servings'" in second["messages"][3]["content"]


def test_an_endpoint_that_never_gives_a_graph_says_what_was_wrong(chat: Any) -> None:
    chat.answers = ["no", "still no", "never"]
    planner = endpoint_planner(f"http://127.0.0.1:{chat.server_port}/v1", "qwen", "example")
    with pytest.raises(NoGraphError, match="course serve servings"):
        planner.plan(GRATIN)


def test_a_wrong_endpoint_is_one_clear_error(chat: Any) -> None:
    with pytest.raises(InputError, match="not a URL"):
        endpoint_planner("localhost:1", "qwen", "short")
    with pytest.raises(WorkError, match="HTTP 404"):
        endpoint_planner(f"http://127.0.0.1:{chat.server_port}/v2", "qwen", "short").plan(GRATIN)
    with pytest.raises(WorkError, match="Is the server running"):
        endpoint_planner("http://127.0.0.1:1", "qwen", "short").plan(GRATIN)


def test_graphs_from_a_file_are_a_planner(tmp_path: Path) -> None:
    write_graphs(tmp_path / "graphs.jsonl", [GRAPH])
    planner = recorded_planner(tmp_path / "graphs.jsonl")
    assert planner.plan(GRATIN) == GRAPH
    with pytest.raises(NoGraphError, match="not in the file"):
        planner.plan(SOUP)


def test_the_rules_read_times_equipment_and_preparation() -> None:
    graph = rules_planner().plan(SOUP)
    assert [(task.action, task.minutes, task.stated) for task in graph.tasks] == [
        ("chop", 5, False), ("fry", 5, True), ("simmer", 20, True), ("plate", 3, False),
    ]  # fmt: skip
    assert {"burner", "pot"} <= set(graph.tasks[1].kinds)
    assert (graph.course, graph.serve, graph.servings) == ("soup", "hot", 4)
    assert graph.tasks[1].after == (1,)


def reported(tmp_path: Path, *, schedule: bool = False) -> Any:
    graphs = tmp_path / "graphs.jsonl"
    write_graphs(graphs, [GRAPH, soup := rules_planner().plan(SOUP)])
    reference = {GRAPH.key: GRAPH, soup.key: soup}
    made = [
        Prediction(key=GRATIN.key, recipe_sha256="0", graph=GRAPH, seconds=2.0),
        Prediction(key="soup", recipe_sha256="0", graph=None, faults=("it has no end",), seconds=4.0),
    ]
    seconds = seconds_per_recipe(made, 2)
    return make_report("half | right", graphs, reference, [GRATIN, SOUP], made, seconds=seconds, schedule=schedule)


def test_a_report_survives_its_file_and_shows_the_worst_first(tmp_path: Path) -> None:
    report = reported(tmp_path)
    json_path, markdown_path = write_report(report, tmp_path / "out")
    assert read_report(json_path) == report
    assert (report.metrics["valid"], report.seconds_per_recipe) == (0.5, 1.5)
    assert [result.key for result in report.worst()] == ["soup", GRATIN.key]
    text = markdown_path.read_text()
    assert text == markdown(report)
    assert "| 0.091 | soup | it has no end |" in text
    assert "half \\| right" in comparison([report])
    assert rich_table([report, report]).row_count == 15


def test_keys_that_are_not_there_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.txt: not readable .* Name a file with one recipe's key a line"):
        read_keys(tmp_path / "absent.txt")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(DataError, match="holds no key"):
        read_keys(tmp_path / "empty.txt")


def test_a_line_that_is_no_graph_is_told_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "graphs.jsonl").write_text(GRAPH.model_dump_json() + '\n{"key": "x", "course": "lunch"}\n')
    with pytest.raises(DataError, match=r"graphs\.jsonl, line 2: not a task graph \(.*\)\. Correct") as caught:
        read_graphs(tmp_path / "graphs.jsonl")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(DataError, match="not an evaluation report"):
        read_report(tmp_path / "report.json")


def test_the_scheduler_judges_graphs_by_their_makespan() -> None:
    alike = schedule_figures([(Comparison(GRAPH, GRAPH), GRATIN)])
    assert (alike.recipes, alike.scheduled, alike.makespan_error, alike.makespan_within_fifth) == (1, 1.0, 0.0, 1.0)
    missing = schedule_figures([(Comparison(GRAPH, None), GRATIN)])
    assert (missing.recipes, missing.scheduled, missing.makespan_within_fifth) == (1, 0.0, 0.0)


def test_the_makespan_is_at_least_the_longest_chain() -> None:
    minutes = makespan_minutes(GRAPH, GRATIN)
    assert minutes is not None
    assert minutes >= elapsed_minutes(GRAPH)
