"""Evaluation: planners, kept predictions, figures and reports."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from finetune.__main__ import app
from finetune.errors import DataError, InputError, WorkError
from finetune.evaluate import judge
from finetune.evaluate.command import make_report
from finetune.evaluate.dinner_figures import makespan_minutes, schedule_figures
from finetune.evaluate.planners import NoGraphError, Planner, endpoint_planner, recorded_planner, rules_planner
from finetune.evaluate.predictions import Prediction, predict, predictions_file, seconds_per_recipe
from finetune.evaluate.report import comparison, markdown, read_report, rich_table, write_report
from finetune.graphfile import GRAPHS, read_graphs, read_keys, write_graphs
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

    def do_GET(self) -> None:
        server: Any = self.server
        if self.path != "/v1/models" or server.models is None:
            self.send_error(404)
        else:
            self._send({"object": "list", "data": server.models})

    def do_POST(self) -> None:
        server: Any = self.server
        server.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        self._send({"choices": [{"message": {"role": "assistant", "content": server.answers.pop(0)}}]})

    def _send(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Chat)
    server.requests, server.answers, server.models = [], [], None
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


def entry(name: str, size: int, created: int = 0) -> dict[str, object]:
    return {"id": name, "created": created, "permission": [{"id": f"p{created}"}], "meta": {"size": size}}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([entry("a.gguf", 1)], [entry("a.gguf", 1, created=5)], True),
        ([entry("a.gguf", 1)], [entry("a.gguf", 2)], False),
        ([entry("a.gguf", 1)], [entry("b.gguf", 1)], False),
        ([entry("qwen", 1)], [entry("another", 1), entry("qwen", 1)], True),
        ([entry("qwen", 1), entry("another", 1)], [entry("qwen", 2), entry("another", 1)], False),
        (None, None, True),
        (["a"], {"b": 1}, True),
    ],
    ids=["asked later", "grown", "another name", "one more beside it", "changed beside another", "no list", "odd list"],
)
def test_predictions_are_of_the_model_that_was_served(chat: Any, before: Any, after: Any, same: bool) -> None:
    identities = []
    for chat.models in (before, after):
        identities.append(endpoint_planner(f"http://127.0.0.1:{chat.server_port}/v1", "qwen", "short").identity)
    assert (identities[0] == identities[1]) is same


def test_another_judge_is_another_planner(tmp_path: Path, chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write_graphs(tmp_path / "graphs.jsonl", [GRAPH])

    def identities() -> list[str]:
        endpoint = endpoint_planner(f"http://127.0.0.1:{chat.server_port}/v1", "qwen", "short")
        return [one.identity for one in (rules_planner(), recorded_planner(tmp_path / "graphs.jsonl"), endpoint)]

    before = identities()
    assert identities() == before
    (tmp_path / "mend.py").write_text("# mends more")
    monkeypatch.setattr(judge, "judge_files", lambda: [tmp_path / "mend.py"])
    assert not set(identities()) & set(before)


def test_the_cookbooks_own_graphs_are_judged_without_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITCHEN_RECIPES_WHEEL", str(tmp_path / "absent.whl"))
    graphs, output = str(GRAPHS[2]), str(tmp_path / "out")
    command = ["evaluate", "rules", "--graphs", graphs, "--limit", "2", "--no-schedule", "--output", output]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert read_report(tmp_path / "out" / "rules.json").recipes == 2


def test_recipes_of_a_folder_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITCHEN_RECIPES_WHEEL", str(tmp_path / "absent.whl"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{GRATIN.key}.json").write_text(GRATIN.model_dump_json())
    write_graphs(tmp_path / "graphs.jsonl", [GRAPH])
    command = ["evaluate", "rules", "--graphs", str(tmp_path / "graphs.jsonl"), "--no-schedule"]
    command += ["--folder", str(tmp_path / "mine"), "--output", str(tmp_path / "out")]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0


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


def test_answers_are_judged_anew_when_anything_that_judges_them_changes() -> None:
    names = {path.name for path in judge.judge_files()}
    deciding = {"planner.py", "prompt.py", "lineformat.py", "mend.py", "graphfaults.py", "readings.py", "taskgraph.py"}
    assert deciding <= names
    assert not names & {"cli.py", "app.py", "llama.py"}


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


def test_a_report_says_which_code_judged(tmp_path: Path) -> None:
    report = reported(tmp_path)
    assert report.judge_version == judge.judge_version()
    assert f"judge version {judge.judge_version()[:12]}…" in markdown(report)
    path, _ = write_report(report, tmp_path)
    old = json.loads(path.read_text())
    del old["judge_version"]
    path.write_text(json.dumps(old))
    assert read_report(path).judge_version is None
    assert "judge version not recorded" in markdown(read_report(path))


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
