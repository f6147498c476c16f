"""`python -m finetune prepare-sentences`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finetune.dataset import write_examples
from finetune.graphfile import read_graphs
from finetune.prepare.command import DATA
from finetune.sentences.examples import sentence_examples


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
    held_out = set(eval_keys.read_text(encoding="utf-8").splitlines())
    parts = {
        "train": (count, seed, [graph for key, graph in known.items() if key not in held_out]),
        "eval": (eval_count, seed + 1, [graph for key, graph in known.items() if key in held_out]),
    }
    for name, (examples, part_seed, about) in parts.items():
        write_examples(output / f"{name}.jsonl", sentence_examples(about, examples, part_seed))
        print(f"{output / name}.jsonl: {examples} examples")
