"""`kitchen model …` and `kitchen doctor`. Each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from kitchen_agent import modelfiles
    from kitchen_agent.planner_model import ModelChoice
    from kitchen_agent.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Fetch and check the embedded language model.")

ModelFile = Annotated[Path | None, typer.Option("--model", help="A GGUF model in place of the embedded one.")]
AdapterFile = Annotated[Path | None, typer.Option("--adapter", help='A LoRA adapter in GGUF, or "none".')]
TierOption = Annotated[
    Literal["default", "better"] | None, typer.Option("--tier", help="0.5B (default) or 1.5B (better); else as set.")
]


@app.command()
def fetch(tier: TierOption = None) -> None:
    """Fetch the model unless it is there, check it, and make the file that is served."""
    served = _fetched(_chosen(tier))
    print(f"{served.path} is ready (SHA-256 {served.sha256[:16]})")


@app.command()
def use(tier: Annotated[Literal["default", "better"], typer.Argument(help="0.5B (default) or 1.5B (better).")]) -> None:
    """Let this model plan from now on; it is fetched first unless it is there."""
    from kitchen_agent import settings

    served = _fetched(_chosen(tier))
    obeyed = settings.choose_tier(tier)
    print(f"{served.path.name} plans from now on")
    if not obeyed:
        print("kitchen: KITCHEN_TIER in the environment says otherwise and goes before: unset it", file=sys.stderr)


@app.command()
def status(tier: TierOption = None) -> None:
    """Say which files there are, without reading them."""
    from kitchen_agent import modelfiles
    from kitchen_agent.model_view import show_files

    show_files(modelfiles.inspect(_chosen(tier), read=False))


@app.command()
def verify(tier: TierOption = None) -> None:
    """Read every file and compare its SHA-256; exit status 1 when one is damaged, or the served one is missing."""
    from kitchen_agent import modelfiles
    from kitchen_agent.model_view import show_files

    states = modelfiles.inspect(_chosen(tier), read=True)
    show_files(states)
    if any(state.state == "damaged" or (state.role, state.state) == ("served", "missing") for state in states):
        print("kitchen: run `kitchen model fetch` to put the files right", file=sys.stderr)
        raise typer.Exit(1)


def doctor(tier: TierOption = None) -> None:
    """Say what is installed, which model and adapter are used, and how fast the model writes here."""
    from kitchen_agent.doctor import examine
    from kitchen_agent.model_view import show_findings

    show_findings(examine(_chosen(tier)))


def choice_of(current: Settings, model: Path | None, adapter: Path | None) -> ModelChoice:
    """The model of the settings, or the given files; fetched first, with a progress bar, if it must be."""
    from kitchen_agent.model_view import progress_bar
    from kitchen_agent.planner_model import chosen_model

    with progress_bar() as report:
        return chosen_model(current, model, adapter, report)


def _fetched(chosen: Settings) -> modelfiles.ModelFile:
    from kitchen_agent import modelfiles
    from kitchen_agent.model_view import progress_bar

    with progress_bar() as report:
        return modelfiles.served_model(chosen, report)


def _chosen(tier: Literal["default", "better"] | None) -> Settings:
    from kitchen_agent import settings

    current = settings.load()
    return current.model_copy(update={"tier": tier}) if tier else current
