"""`python -m finetune teach`."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from finetune.config import as_overrides, load_config


def teach(
    context: typer.Context,
    config: Annotated[str, typer.Argument(help="The run that is to learn: a preset or a YAML file, as for train.")],
    adapter: Annotated[Path, typer.Option(help="The teacher's adapter: a run's folder or an exported GGUF file.")],
    base: Annotated[str, typer.Option(help="The teacher's base, named as in a config.")] = "embedded-better",
    settings: Annotated[list[str] | None, typer.Option("--set", help="field=value, e.g. max_steps=300.")] = None,
) -> None:
    """Write what a larger trained model believes of the examples of a run into its soft_targets_file.

    Give the fields of the run as for train; what the file holds already is not made again.
    """
    chosen = load_config(config, [*as_overrides(context.args), *(settings or [])])
    # torch and transformers take seconds to load, which a wrong option or --help should not cost.
    from finetune import teach as teaching
    from finetune.parallel import launch

    alone = chosen.processes == 1 or "RANK" in os.environ
    team = nullcontext() if alone else launch(chosen.processes, sys.argv[1:])
    leads = os.environ.get("RANK", "0") == "0"
    with team, Progress(console=Console(stderr=True), disable=not leads) as progress:
        bar = progress.add_task("examples read", total=None)
        teaching.teach(chosen, base, adapter, lambda read, of: progress.update(bar, completed=read, total=of))
    if leads:
        typer.echo(chosen.soft_targets_file)
