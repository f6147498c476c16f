"""`python -m finetune prepare-sentences` and `evaluate-sentences`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from finetune.chat import write_chats
from finetune.graphfile import read_graphs, read_keys
from finetune.prepare.command import DATA
from finetune.sentences.examples import sentence_examples
from finetune.sentences.scoring import Heard, Score, hear_all, scores, write_scores
from finetune.sentences.testset import Split, written
from kitchen_agent.settings import load


def prepare_sentences(
    output: Annotated[Path, typer.Argument(help="Folder for the training files.")] = Path("build/finetune/sentences"),
    count: Annotated[int, typer.Option(min=1, help="Examples to train on.")] = 1700,
    eval_count: Annotated[int, typer.Option(min=1, help="Examples for the held-out loss.")] = 48,
    graphs: Annotated[Path, typer.Option(help="Annotated graphs, whose dinners are talked about.")] = (
        DATA / "graphs.jsonl"
    ),
    eval_keys: Annotated[Path, typer.Option(help="Keys of the graphs for the held-out part.")] = DATA / "dev_keys.txt",
    seed: Annotated[int, typer.Option(help="Another seed makes other sentences.")] = 1,
) -> None:
    """Make training files for sentences to events: sayings about dinners of the annotated graphs.

    The held-out part talks about dinners of other recipes. No sentence is a near-copy of one kept for judging.
    """
    known = read_graphs(graphs)
    held_out = set(read_keys(eval_keys))
    parts = {
        "train": (count, seed, [graph for key, graph in known.items() if key not in held_out]),
        "eval": (eval_count, seed + 1, [graph for key, graph in known.items() if key in held_out]),
    }
    for name, (examples, part_seed, about) in parts.items():
        write_chats(output / f"{name}.jsonl", sentence_examples(about, examples, part_seed))
        print(f"{output / name}.jsonl: {examples} examples")


def evaluate_sentences(
    adapter: Annotated[
        str | None, typer.Option(help='A LoRA adapter in GGUF, "none" for the untuned model; else the one that ships.')
    ] = None,
    only: Annotated[Split | None, typer.Option(help="Only one part of the sentences.")] = None,
    output: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("build/evaluation"),
) -> None:
    """Exact-event accuracy on the hand-written sentences: the part for tuning, and the part kept from it.

    Mistakes are shown for the part for tuning only, so that nobody tunes on the other by accident.
    """
    from kitchen_agent.planner_model import PlannerModel, model_of_events

    settings = load()
    if adapter is not None:
        given = "none" if adapter == "none" else Path(adapter)
        settings = settings.model_copy(update={"events_adapter": given})
    choice = model_of_events(settings)
    with PlannerModel(choice) as model:
        model.load()
        heard = list(hear_all(written(only), model))
    found = scores(heard)
    write_scores(output / "sentences.json", choice.versions, found)
    console = Console()
    console.print(_mistakes([one for one in heard if one.written.split == "tune" and not one.exact]))
    console.print(_table(found, choice.versions["adapter"]))


def _mistakes(heard: list[Heard]) -> Table:
    table = Table("sentence", "written", "meant", title="Mistakes in the part for tuning")
    for one in heard:
        meant = one.written.event
        table.add_row(one.written.sentence, one.line, meant.model_dump_json() if meant else "no event")
    return table


def _table(found: list[Score], adapter: str) -> Table:
    table = Table("part", "sentences", "exact", "accuracy", "asks back", "median s", "longest s")
    table.title = f"Sentences to events, adapter {adapter}"
    for score in found:
        table.add_row(
            score.split,
            str(score.sentences),
            str(score.exact),
            f"{score.accuracy:.3f}",
            str(score.asks),
            f"{score.seconds_median:.2f}",
            f"{score.seconds_max:.2f}",
        )
    return table
