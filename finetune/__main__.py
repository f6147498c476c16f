"""`python -m finetune`: from recipes to an adapter that the application serves."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

import kitchen_agent.errors
from finetune.errors import FinetuneError, InputError, missing_module
from kitchen_agent.errors import KitchenAgentError

try:
    from finetune.evaluate.command import evaluate
    from finetune.export.command import average, export, merge
    from finetune.plan_memory import plan_memory
    from finetune.prepare.bench import bench_prepare
    from finetune.prepare.command import prepare
    from finetune.runs import app as runs
    from finetune.sentences.command import evaluate_sentences, prepare_sentences
    from finetune.smoke import smoke
    from finetune.teach_command import teach
    from finetune.train_command import train
except ModuleNotFoundError as error:  # the application alone does without what these need
    sys.exit(missing_module(error))

ANY_FIELD = {"allow_extra_args": True, "ignore_unknown_options": True}  # --field value of the config

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.command("prepare")(prepare)
app.command("prepare-sentences")(prepare_sentences)
app.command("train", context_settings=ANY_FIELD)(train)
app.command("teach", context_settings=ANY_FIELD)(teach)
app.command("plan-memory", context_settings=ANY_FIELD)(plan_memory)
app.command("evaluate")(evaluate)
app.command("evaluate-sentences")(evaluate_sentences)
app.command("export")(export)
app.command("merge")(merge)
app.command("average")(average)
app.add_typer(runs, name="runs")
app.command("smoke")(smoke)
app.command("bench-prepare")(bench_prepare)


def main() -> None:
    """Run the command; one line on stderr and exit status 2 for bad input, 1 for a failure."""
    try:
        app()
    except ModuleNotFoundError as error:
        sys.exit(missing_module(error))
    except (FinetuneError, KitchenAgentError) as error:
        Console(stderr=True).print(f"finetune: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2 if isinstance(error, InputError | kitchen_agent.errors.InputError) else 1)


if __name__ == "__main__":
    main()
