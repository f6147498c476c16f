"""Preparation: reading RecipeNLG, cleaning, near-copies, splitting, resuming, labelling."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from finetune.__main__ import app
from finetune.chat import ChatExample
from finetune.errors import DataError, InputError
from finetune.graphfile import GRAPHS, write_graphs
from finetune.prepare import command, shards
from finetune.prepare import sources as sources_module
from finetune.prepare.bench import write_rows
from finetune.prepare.cleaning import Raw, Unfit, clean
from finetune.prepare.pipeline import Inputs, prepare
from finetune.prepare.recipenlg import CELL_CHARACTERS_MAX, COLUMNS, raw_recipe, read_rows, with_fractions
from finetune.prepare.shards import Summary, in_shards
from finetune.prepare.silver import label_by_rules, set_settings
from finetune.prepare.similarity import SIMILAR_MIN, cluster, signature
from finetune.prepare.sources import Source
from finetune.prepare.wikibooks import recipes_wheel
from kitchen_agent import lineformat, prompt
from kitchen_agent.recipe import Recipe
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER

GRAPH = lineformat.parse(GRATIN_ANSWER, GRATIN).graph()
STEPS = (
    "Chop the onion and fry it in the butter for 5 minutes until it is soft and golden.",
    "Add the rice and the stock, and simmer it for 18 minutes over a low heat.",
    "Take it off the heat and let it rest with the lid on for 10 minutes, then serve it.",
)
PILAF = Raw("pilaf", "Pilaf", 4, ("1 onion", "2 tbsp butter", "1 cup rice", "2 cups stock"), STEPS)


def row(number: int, title: str = "Pilaf", source: str = "Gathered", **lists: object) -> tuple[str, ...]:
    ingredients = json.dumps(lists.get("ingredients", PILAF.ingredients))
    return (str(number), title, ingredients, json.dumps(lists.get("steps", STEPS)), "example.org", source, "[]")


def write_csv(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def test_recipenlg_rows_are_read_with_their_quotes(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "full.csv", row(7, 'Pilaf, "the best"', steps=['Say "rice", then boil it.']))
    raws = [raw_recipe(found) for found in read_rows(path)]
    assert raws == [Raw("recipenlg/7", 'Pilaf, "the best"', None, PILAF.ingredients, ('Say "rice", then boil it.',))]


def test_a_row_that_is_no_recipe_is_none() -> None:
    assert raw_recipe(("1", "short")) is None
    assert raw_recipe(("1", "t", "not json", "[]", "", "Gathered", "[]")) is None
    assert raw_recipe(("1", "t", "[1, 2]", "[]", "", "Gathered", "[]")) is None


def test_a_row_with_broken_bytes_costs_only_itself(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "full.csv", row(1), row(2, "Pure"), row(3))
    path.write_bytes(path.read_bytes().replace(b"Pure", b"Pur\xe9"))
    assert [found is None for found in map(raw_recipe, read_rows(path))] == [False, True, False]


def test_a_quote_that_never_ends_is_found_by_its_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "full.csv", row(1))
    path.write_text(path.read_text() + '2,"Pilaf\n' + "rice\n" * 1_000_000)
    with pytest.raises(DataError, match=r"full\.csv, line 3: not readable \(field larger than"):
        list(read_rows(path))


def test_a_cell_that_is_too_long_costs_only_its_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "full.csv", row(1), row(2, "x" * (CELL_CHARACTERS_MAX + 1)), row(3))
    assert [found is None for found in map(raw_recipe, read_rows(path))] == [False, True, False]


@pytest.mark.parametrize("cell", ['["\\ud800 a", "b"]', "[" * 60_000], ids=["half a character", "lists in lists"])
def test_a_cell_that_is_no_text_costs_only_its_row(tmp_path: Path, cell: str) -> None:
    broken = (*row(2)[:2], cell, *row(2)[3:])
    source = Source(kind="recipenlg", path=write_csv(tmp_path / "full.csv", row(1), broken))
    counts = prepare(Inputs((source,), {}), tmp_path / "out", workers=1)
    assert (counts.read, counts.unannotated, counts.dropped) == (2, 1, {"row not readable": 1})


def test_another_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("name,minutes\nPilaf,30\n")
    with pytest.raises(DataError, match=r"the columns are \('name', 'minutes'\)"):
        list(read_rows(tmp_path / "other.csv"))


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("1 12 cups flour", "1 1/2 cups flour"),
        ("12 cup milk", "1/2 cup milk"),
        ("34 teaspoon salt", "3/4 teaspoon salt"),
        ("Bake for 1 12 hours.", "Bake for 1 1/2 hours."),
        ("2 14 lb beef", "2 1/4 lb beef"),
        ("12 eggs", "12 eggs"),
        ("14 lb turkey", "14 lb turkey"),
        ("Bake for 12 minutes.", "Bake for 12 minutes."),
        ("1 43 cups", "1 43 cups"),
        ("12 c. flour", "1/2 c. flour"),
        ("1 12 c. flour", "1 1/2 c. flour"),
        ("12 c.flour", "12 c.flour"),
        ("1 12 Tbsp. oil", "1 1/2 Tbsp. oil"),
        ("1 12 CUPS FLOUR", "1 1/2 CUPS FLOUR"),
        ("Stir and add 12 teaspoon salt.", "Stir and add 1/2 teaspoon salt."),
        ("Add 1 12 teaspoon salt and 34 tsp oil.", "Add 1 1/2 teaspoon salt and 3/4 tsp oil."),
        ("Add 12 cups stock.", "Add 12 cups stock."),
        ("Use 12 tbsp butter.", "Use 12 tbsp butter."),
        ("Add 1-12 teaspoon salt.", "Add 1-12 teaspoon salt."),
        ("Add 0.12 teaspoon salt.", "Add 0.12 teaspoon salt."),
        ("Grease a 12 cup muffin pan.", "Grease a 12 cup muffin pan."),
    ],
)
def test_fractions_come_back_where_only_they_make_sense(damaged: str, whole: str) -> None:
    assert with_fractions(damaged) == whole


def test_fractions_of_the_intact_source_are_left_alone() -> None:
    gathered = raw_recipe(row(1, ingredients=["12 cups rice", "1 egg"]))
    other = raw_recipe(row(1, source="Recipes1M", ingredients=["12 cups rice", "1 egg"]))
    assert gathered is not None
    assert other is not None
    assert (gathered.ingredients[0], other.ingredients[0]) == ("12 cups rice", "1/2 cups rice")


def changed(**changes: object) -> Raw:
    return Raw(**{**vars(PILAF), **changes})


def test_cleaning_takes_away_what_is_no_recipe() -> None:
    steps = (f"1. <b>{STEPS[0]}</b>", f"Step 2: {STEPS[1]}\u200b", "", "See www.example.org for more!", STEPS[2])
    cleaned = clean(changed(title="  Pilaf &amp; rice ", steps=steps))
    assert isinstance(cleaned, Recipe)
    assert (cleaned.title, cleaned.steps) == ("Pilaf & rice", STEPS)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (changed(ingredients=("rice",)), "too few or too many ingredients"),
        (changed(steps=()), "too few or too many steps"),
        (changed(steps=("Boil it.",)), "method too short or too long"),
        (changed(title=" "), "no title"),
        (changed(steps=("Die Zwiebeln hacken, kurz anbraten und danach zwanzig Minuten lang köcheln lassen, "
                        "anschließend abschmecken und servieren.",)), "not English"),
    ],
)  # fmt: skip
def test_what_is_unfit_says_why(raw: Raw, reason: str) -> None:
    assert clean(raw) == Unfit(reason)


def recipe(key: str, *steps: str) -> Recipe:
    return Recipe(key=key, title="Pilaf", ingredients=PILAF.ingredients, steps=steps or STEPS)


def test_near_copies_are_one_cluster_and_strangers_are_not() -> None:
    copy = recipe("copy", *STEPS[:2], STEPS[2] + " Enjoy!")
    stranger = recipe("stranger", "Whip the cream.", "Fold in melted chocolate and chill the mousse overnight.")
    labels = cluster(np.stack([signature(r) for r in (recipe("one"), stranger, copy, GRATIN)]))
    assert labels[0] == labels[2]
    assert len(set(labels.tolist())) == 3


def test_clusters_equal_those_of_comparing_every_pair() -> None:
    chance = np.random.default_rng(3)
    base = chance.integers(0, 256, (6, 64), dtype=np.uint8)
    rows = np.repeat(base, 5, axis=0)
    for line in rows:
        line[chance.integers(0, 64, 6)] = chance.integers(0, 256, 6)
    labels = cluster(rows)
    for one in range(len(rows)):
        alike = (rows == rows[one]).mean(axis=1) >= SIMILAR_MIN
        assert (labels[alike] == labels[one]).all()
        assert (labels[~alike & (np.arange(len(rows)) // 5 != one // 5)] != labels[one]).all()


def test_no_recipes_are_no_clusters() -> None:
    assert cluster(np.empty((0, 64), dtype=np.uint8)).tolist() == []


def files_of(folder: Path) -> dict[str, bytes]:
    names = ("train.jsonl", "end.jsonl", "eval.jsonl", "recipes.jsonl", "manifest.json")
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Source, ...]:
    """A cookbook folder with the annotated gratin and a near-copy of it, and RecipeNLG rows with copies."""
    cookbook = tmp_path / "cookbook"
    cookbook.mkdir()
    copy = GRATIN.model_copy(update={"key": "gratin-2", "title": "Potato gratin II"})
    for found in (GRATIN, copy):
        (cookbook / f"{found.key}.json").write_text(found.model_dump_json())
    other = [
        "Boil the milk with the sugar.",
        "Stir in the semolina and cook it for 10 minutes, then chill it in a bowl.",
    ]
    path = write_csv(
        tmp_path / "full.csv", row(1), row(2, "Pilaf again"), row(3, "Semolina", steps=other), ("4", "bad")
    )
    return Source(kind="folder", path=cookbook), Source(kind="recipenlg", path=path)


def test_a_near_copy_of_a_held_out_recipe_is_nowhere_else(tmp_path: Path, sources: tuple[Source, ...]) -> None:
    counts = prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"gratin"})), tmp_path / "out", workers=1)
    assert (counts.read, counts.near_copies, counts.train, counts.eval, counts.unannotated) == (6, 2, 0, 1, 2)
    assert counts.dropped == {"row not readable": 1}
    kept = [json.loads(line)["key"] for line in (tmp_path / "out" / "recipes.jsonl").read_text().splitlines()]
    assert kept == ["recipenlg/1", "recipenlg/3"]


def test_an_example_is_the_serving_prompt_and_the_written_graph(tmp_path: Path, sources: tuple[Source, ...]) -> None:
    prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"nobody"})), tmp_path / "out", workers=1)
    (line,) = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    example = ChatExample.model_validate_json(line)
    assert [message.model_dump() for message in example.messages] == prompt.messages(GRATIN)
    assert example.answer == lineformat.write(GRAPH)


def test_what_training_ends_on_is_a_part_of_what_it_is_shown(tmp_path: Path) -> None:
    cookbook, output = tmp_path / "cookbook", tmp_path / "out"
    cookbook.mkdir()
    recipes = (
        recipe("pilaf"),
        recipe("mousse", "Whip the cream.", "Fold in melted chocolate and chill the mousse overnight."),
        recipe("semolina", "Boil the milk with the sugar.", "Stir in the semolina and cook it for ten minutes."),
    )
    for found in recipes:
        (cookbook / f"{found.key}.json").write_text(found.model_dump_json())
    graphs = {found.key: GRAPH.model_copy(update={"key": found.key}) for found in recipes}
    none = Inputs((Source(kind="folder", path=cookbook),), graphs, frozenset({"mousse"}))
    assert prepare(none, output, workers=1).end == 0
    counts = prepare(replace(none, end_keys=frozenset({"mousse", "semolina"})), output, workers=1)
    assert (counts.train, counts.end, counts.eval) == (2, 1, 1)
    train, end = ((output / name).read_text().splitlines() for name in ("train.jsonl", "end.jsonl"))
    assert [json.loads(line)["key"] for line in end] == ["semolina"]
    assert set(end) < set(train)


def test_graphs_to_end_on_must_be_among_the_graphs(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(GRAPH.model_copy(update={"key": "of nobody"}).model_dump_json() + "\n")
    command = ["prepare", str(tmp_path / "out"), "--wheel", str(mine), "--end-graphs", str(mine)]
    with pytest.raises(InputError, match=r"--end-graphs: 'of nobody' has no graph in --graphs"):
        CliRunner().invoke(app, command, catch_exceptions=False)


def saved(folder: Path, *recipes: Recipe) -> Path:
    folder.mkdir()
    for found in recipes:
        (folder / f"{found.key}.json").write_text(found.model_dump_json())
    return folder


def keys_in(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


def test_a_recipe_that_shares_its_key_with_an_annotated_one_has_no_graph(tmp_path: Path) -> None:
    mine, output = saved(tmp_path / "mine", recipe("gratin", "1. " + STEPS[0], *STEPS[1:])), tmp_path / "out"
    sources = (
        Source(kind="folder", path=mine, graph_keys=frozenset()),
        Source(kind="folder", path=saved(tmp_path / "cookbook", GRATIN), graph_keys=frozenset({"gratin"})),
    )
    prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"nobody"})), output, workers=1)
    (line,) = (output / "train.jsonl").read_text().splitlines()
    assert [message.model_dump() for message in ChatExample.model_validate_json(line).messages] == prompt.messages(
        GRATIN
    )
    assert [json.loads(line)["steps"][0] for line in (output / "recipes.jsonl").read_text().splitlines()] == [STEPS[0]]
    prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"gratin"})), output, workers=1)
    assert (keys_in(output / "eval.jsonl"), keys_in(output / "recipes.jsonl")) == (["gratin"], ["gratin"])


def test_a_graph_is_of_one_recipe_only(tmp_path: Path) -> None:
    folders = [saved(tmp_path / "one", GRATIN), saved(tmp_path / "two", recipe("gratin"))]
    sources = tuple(Source(kind="folder", path=path) for path in folders)
    counts = prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"nobody"})), tmp_path / "out", workers=1)
    assert (counts.train, counts.unannotated) == (1, 0)


@pytest.mark.parametrize("given", [False, True], ids=["the project's graphs", "graphs of one's own"])
def test_a_folder_has_only_the_graphs_that_were_given_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    own = recipe("apple-pie")
    graphs = GRAPHS[2]
    if given:
        graphs = tmp_path / "graphs.jsonl"
        write_graphs(graphs, [GRAPH.model_copy(update={"key": "apple-pie"})])
    monkeypatch.setattr(command, "recipes_wheel", lambda path: path)
    (tmp_path / "wheel").mkdir()
    monkeypatch.setattr(sources_module, "wikibooks_recipes", lambda path: iter(()))
    monkeypatch.setattr(sources_module, "recipes_wheel", lambda path: path)
    arguments = ["prepare", str(tmp_path / "out"), "--graphs", str(graphs), "--wheel", str(tmp_path / "wheel")]
    arguments += ["--folder", str(saved(tmp_path / "mine", own)), "--workers", "1"]
    CliRunner().invoke(app, arguments, catch_exceptions=False)
    trained = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    prompts = [[message.model_dump() for message in ChatExample.model_validate_json(line).messages] for line in trained]
    assert (prompt.messages(own) in prompts) is given
    assert keys_in(tmp_path / "out" / "train.jsonl").count("apple-pie") == 1


def test_a_recipe_that_was_edited_is_another_input(tmp_path: Path) -> None:
    source = Source(kind="folder", path=saved(tmp_path / "mine", recipe("pilaf")))
    before = source.identity()
    path = tmp_path / "mine" / "pilaf.json"
    path.write_text(path.read_text().replace("18 minutes", "19 minutes"))
    edited = source.identity()
    path.rename(tmp_path / "mine" / "risotto.json")
    assert len({before, edited, source.identity()}) == 3


def test_more_processes_give_the_same_files(tmp_path: Path, sources: tuple[Source, ...]) -> None:
    inputs = Inputs(sources, {"gratin": GRAPH}, eval_share=0.5)
    prepare(inputs, tmp_path / "one", workers=1)
    prepare(inputs, tmp_path / "two", workers=2)
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")


def test_other_inputs_take_the_place_of_those_before_and_of_nothing_else(
    tmp_path: Path, sources: tuple[Source, ...]
) -> None:
    output = tmp_path / "out"
    prepare(Inputs(sources, {}), output, workers=1)
    label_by_rules(output, 0.25, None, workers=1)
    kept = [
        output / "runs" / "one" / "log.jsonl",
        output / "silver" / "silver-1.predictions.jsonl",
        output / "my.jsonl",
    ]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    prepare(Inputs(sources[:1], {}), output, workers=1)
    prepare(Inputs(sources[:1], {}), tmp_path / "fresh", workers=1)
    assert files_of(output) == files_of(tmp_path / "fresh")
    left = {path for path in output.rglob("*") if path.is_file() and path.relative_to(output).parts[0] != "shards"}
    assert left == {*kept, *(output / path.name for path in (tmp_path / "fresh").glob("*.*"))}
    shards_of = [
        {path.relative_to(folder / "shards") for path in (folder / "shards").rglob("*.json")}
        for folder in (output, tmp_path / "fresh")
    ]
    assert shards_of[0] == shards_of[1]


def test_labels_of_other_settings_are_forgotten_and_what_a_model_planned_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "silver"
    set_settings(tmp_path, {"weight": 0.3})
    planned = folder / "silver-0123456789ab.predictions.jsonl"
    for path in (planned, folder / "00000.json", folder / "00000.jsonl", folder / "notes.json"):
        path.write_text("{}")
    set_settings(tmp_path, {"weight": 0.3})
    assert (folder / "00000.json").is_file()
    set_settings(tmp_path, {"weight": 0.2})
    assert {path.name for path in folder.iterdir()} == {planned.name, "notes.json", "settings"}


def test_finished_shards_are_not_worked_on_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 3)
    worked: list[int] = []
    bad_disk = {2}

    def work(folder: Path, number: int, rows: tuple[int, ...]) -> Summary:
        if number in bad_disk:
            raise OSError("disk full")
        worked.append(number)
        return {"rows": len(rows), "sum": sum(rows)}

    with pytest.raises(OSError, match="disk full"):
        in_shards(range(10), tmp_path, work, workers=1)
    bad_disk.clear()
    summaries = in_shards(range(10), tmp_path, work, workers=1)
    assert worked == [0, 1, 2, 3]
    assert [summary["sum"] for summary in summaries] == [3, 12, 21, 9]


def test_silver_labels_have_their_weight_and_no_faults(tmp_path: Path, sources: tuple[Source, ...]) -> None:
    output = tmp_path / "out"
    prepare(Inputs(sources, {"gratin": GRAPH}, frozenset({"gratin"})), output, workers=1)
    count = label_by_rules(output, 0.25, None, workers=1)
    labels = [ChatExample.model_validate_json(line) for line in (output / "silver.jsonl").read_text().splitlines()]
    assert len(labels) == count > 0
    assert {label.weight for label in labels} == {0.25}
    assert "gratin" not in {label.key for label in labels}


def test_a_wheel_with_other_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recipes.whl").write_bytes(b"something else")
    with pytest.raises(DataError, match=r"SHA-256 is .*\. Give the wheel of ovos"):
        recipes_wheel(tmp_path / "recipes.whl")
    with pytest.raises(DataError, match="there is no such file"):
        recipes_wheel(tmp_path / "absent.whl")


@pytest.mark.slow
def test_kill_and_resume_give_the_files_of_an_unbroken_run(tmp_path: Path) -> None:
    source = tmp_path / "rows.csv"
    write_rows(source, 9000)
    code = (
        "import sys; from pathlib import Path; from finetune.prepare.pipeline import Inputs, prepare; "
        "from finetune.prepare.sources import Source; "
        "prepare(Inputs((Source(kind='recipenlg', path=Path(sys.argv[1])),), {}), Path(sys.argv[2]), 1)"
    )
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "killed")]
    child = subprocess.Popen(command)
    while not list((tmp_path / "killed").glob("shards/*/00001.json")):
        assert child.poll() is None, "it was done before it could be killed"
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not (tmp_path / "killed" / "manifest.json").exists()
    subprocess.run(command, check=True)
    prepare(Inputs((Source(kind="recipenlg", path=source),), {}), tmp_path / "whole", workers=1)
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "whole")
