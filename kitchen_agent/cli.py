"""The `kitchen` command. Each command imports what it needs when it runs, so that `kitchen --help` is quick."""

from __future__ import annotations

import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_agent import cli_event, cli_live, cli_model, cli_say, cli_serve
from kitchen_agent.cli_model import AdapterFile, ModelFile, choice_of
from kitchen_agent.errors import InputError, KitchenAgentError

if TYPE_CHECKING:
    from kitchen_agent.planner_model import ModelChoice

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Plan and cook a dinner."
)
app.add_typer(cli_model.app, name="model")
app.command()(cli_model.doctor)
for _command in (
    cli_live.cook, cli_say.say, cli_event.event, cli_event.status, cli_live.log, cli_live.sessions, cli_live.simulate,
    cli_serve.serve,
):  # fmt: skip
    app.command()(_command)


class Format(StrEnum):
    """How a plan is written."""

    text = "text"
    markdown = "markdown"
    json = "json"


NoCache = Annotated[bool, typer.Option("--no-cache", help="Let the model read every recipe afresh.")]


@app.command()
def plan(
    menu: Annotated[str | None, typer.Argument(help="A menu file, or dishes separated by commas.")] = None,
    guests: Annotated[int | None, typer.Option(help="How many people eat.")] = None,
    serve: Annotated[str | None, typer.Option(help="When they eat: 19:30, or 2026-12-24 19:30.")] = None,
    cook: Annotated[
        list[str] | None, typer.Option(help="Ana, Ana:expert or Ben:novice@18:00-19:30; repeat it.")
    ] = None,
    kitchen: Annotated[Path | None, typer.Option(help="A kitchen profile.")] = None,
    recipe: Annotated[list[Path] | None, typer.Option(help="A recipe file of your own; repeat it.")] = None,
    cookbook: Annotated[list[Path] | None, typer.Option(help="A folder of recipes of your own; repeat it.")] = None,
    no_cache: NoCache = False,
    form: Annotated[Format, typer.Option("--format", help="How the plan is written.")] = Format.text,
    out: Annotated[Path | None, typer.Option(help="Write the plan to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with a Gantt chart to this file as well.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a run that was interrupted.")] = None,
    model: ModelFile = None,
    adapter: AdapterFile = None,
) -> None:
    """Plan a dinner: who does what when, so that every dish is hot and on time."""
    from kitchen_agent import settings
    from kitchen_agent.cli_plan import Output, Wish, run_plan

    wish = Wish(menu, guests, serve, tuple(cook or ()), kitchen, tuple(recipe or ()), tuple(cookbook or ()))
    output, current = Output(form, out, html), settings.load()

    def choose() -> ModelChoice:
        return choice_of(current, model, adapter)

    raise typer.Exit(run_plan(wish, output, choose, current.data_dir, run=resume, recall=not no_cache))


@app.command()
def graph(
    recipes: Annotated[
        Path, typer.Argument(help="JSON lines with key, title, servings, ingredients, steps; - is stdin.")
    ],
    no_cache: NoCache = False,
    model: ModelFile = None,
    adapter: AdapterFile = None,
) -> None:
    """Write the task graph of each recipe of a JSON lines file to stdout, one a line, in the same order.

    A recipe that fails is named on stderr and left out; the exit status is 1 when all of them fail.
    """
    from kitchen_agent import settings
    from kitchen_agent.cli_graph import read_lines, run_graph

    lines, current = list(read_lines(recipes)), settings.load()
    choice = choice_of(current, model, adapter)
    raise typer.Exit(run_graph(lines, choice, None if no_cache else current.data_dir / "answers.sqlite"))


@app.command("graph-diagram")
def graph_diagram() -> None:
    """Print the steps of the agent as a Mermaid diagram."""
    from kitchen_agent.graph import build_graph

    print(build_graph(None).get_graph(xray=True).draw_mermaid(), end="")


def main() -> None:
    """Run the command line: exit status 0 for success, 2 for bad input, 1 for a failure."""
    gc.set_threshold(100_000)  # what is imported stays to the end: looking through it for garbage takes long
    try:
        app()
    except InputError as error:
        sys.exit(_report(error, 2))
    except KitchenAgentError as error:
        sys.exit(_report(error, 1))


def _report(error: Exception, status: int) -> int:
    print("kitchen: " + " ".join(str(error).split()), file=sys.stderr)
    return status
