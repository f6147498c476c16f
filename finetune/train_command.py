"""`python -m finetune train`."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from finetune.config import as_overrides, load_config

RUNS_FOLDER = Path("build/finetune/runs")


def run_name(config: str) -> str:
    """The name of a run of `config`: a preset's own, which may have dots in it, or a YAML file's without its ending."""
    path = Path(config)
    return path.stem if path.suffix in (".yaml", ".yml") else path.name


def train(
    context: typer.Context,
    config: Annotated[str, typer.Argument(help="A preset, such as qwen-0.5b-cpu, or a YAML file.")],
    run: Annotated[Path | None, typer.Option(help="The run's folder; a run that is there goes on.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="field=value, e.g. lora.rank=8.")] = None,
    show: Annotated[bool, typer.Option(help="Print the settings and stop.")] = False,
) -> None:
    """Train an adapter. Every field of the config can be given as --field value, e.g. --lora.rank 8."""
    overrides = [*as_overrides(context.args), *(settings or [])]
    chosen = load_config(config, overrides)
    folder = run or RUNS_FOLDER / run_name(config)
    console = Console(stderr=True)
    if show:
        typer.echo(chosen.model_dump_json(indent=1))
        return
    # torch and transformers take seconds to load, which a wrong option or --help should not cost.
    from finetune import training
    from finetune.curves import text_curve
    from finetune.parallel import launch
    from finetune.progress import Watcher, on_console, silent

    alone = chosen.processes == 1 or "RANK" in os.environ
    leads = os.environ.get("RANK", "0") == "0"
    team = nullcontext() if alone else launch(chosen.processes, sys.argv[1:])
    shown: AbstractContextManager[Watcher] = on_console(console) if leads else nullcontext(silent)
    with team, shown as watch:
        records = training.train(chosen, folder, watch)
    if leads:
        console.print(text_curve(records), highlight=False, markup=False)
        typer.echo(folder / training.ADAPTER_FOLDER)
