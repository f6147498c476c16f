"""`python -m finetune runs`: list, compare, tabulate and plot training runs by their logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from finetune.config import TrainConfig
from finetune.errors import InputError, reason
from finetune.runlog import CONFIG_FILE, LOG_FILE, StepRecord, read_log
from finetune.train_command import RUNS_FOLDER

LAST_STEPS = 20  # over which the training loss at the end is averaged

app = typer.Typer(no_args_is_help=True, help=__doc__)
Folder = Annotated[Path, typer.Option(help="The folder that holds the runs.")]


@app.command("list")
def list_runs(folder: Folder = RUNS_FOLDER) -> None:
    """One line for each run: how far it is, its losses, its pace."""
    names = sorted(path.parent.name for path in folder.glob(f"*/{LOG_FILE}"))
    if not names:
        raise InputError(f"--folder {folder}: there is no run in it. Train one, or name the folder of your runs.")
    table = Table("run", "steps", "tokens", "loss", "best held out", "at step", "tokens/s", "hours", title=str(folder))
    for name in names:
        table.add_row(name, *_summary(_records(folder, name)))
    Console().print(table)


@app.command()
def compare(
    runs: Annotated[list[str], typer.Argument(help="Names of runs.")],
    folder: Folder = RUNS_FOLDER,
) -> None:
    """Runs beside each other: the settings in which they differ, and their figures."""
    summaries = [_summary(_records(folder, name)) for name in runs]
    table = Table("", *runs)
    settings = {name: _settings(folder, name) for name in runs}
    for field in dict.fromkeys(field for fields in settings.values() for field in fields):
        values = [settings[name].get(field, "–") for name in runs]
        if len(set(values)) > 1:
            table.add_row(field, *values)
    titles = ("steps", "tokens", "loss", "best held out", "at step", "tokens/s", "hours")
    for number, title in enumerate(titles):
        table.add_row(title, *(summary[number] for summary in summaries), style="bold" if title == titles[3] else None)
    Console().print(table)


@app.command()
def steps(
    run: Annotated[str, typer.Argument(help="Name of a run.")],
    folder: Folder = RUNS_FOLDER,
    every: Annotated[int, typer.Option(min=1, help="Steps of a row.")] = 50,
) -> None:
    """A run in stretches of steps, as a Markdown table: mean loss, pace, and the last held-out loss within each."""
    records = _records(folder, run)
    typer.echo("| steps | mean loss of an answer token | tokens/s | held-out loss |\n| --- | --- | --- | --- |")
    for start in range(0, len(records), every):
        typer.echo(_stretch(records[start : start + every]))


@app.command()
def plot(
    runs: Annotated[list[str], typer.Argument(help="Names of runs.")],
    folder: Folder = RUNS_FOLDER,
    output: Annotated[Path, typer.Option(help="The picture to write.")] = Path("build/loss.png"),
) -> None:
    """Draw the loss curves of runs into one picture, and each of them in the terminal."""
    from finetune.curves import save_picture, text_curve  # loads matplotlib, which only this command needs

    records = {name: _records(folder, name) for name in runs}
    save_picture(output, records)
    console = Console()
    for name, steps in records.items():
        console.print(f"{name}\n{text_curve(steps)}", markup=False, highlight=False)
    console.print(str(output))


def _records(folder: Path, name: str) -> list[StepRecord]:
    records = read_log(folder / name)
    if not records:
        known = ", ".join(sorted(path.parent.name for path in folder.glob(f"*/{LOG_FILE}"))) or "none"
        raise InputError(f"run {name!r}: no steps are logged in {folder / name}. Runs there: {known}.")
    return records


def _settings(folder: Path, name: str) -> dict[str, str]:
    """The run's settings by their dotted names."""
    path = folder / name / CONFIG_FILE
    try:
        config = TrainConfig.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise InputError(f"{path}: not the settings of a run ({reason(error)}).") from error
    return _dotted(config.model_dump(mode="json"))


def _dotted(settings: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for field, value in settings.items():
        flat |= _dotted(value, f"{prefix}{field}.") if isinstance(value, dict) else {prefix + field: str(value)}
    return flat


def _stretch(records: list[StepRecord]) -> str:
    loss = sum(record.loss for record in records) / len(records)
    pace = sum(record.tokens for record in records) / (sum(record.seconds for record in records) or 1.0)
    held_out = [f"{record.eval_loss:.3f}" for record in records if record.eval_loss is not None]
    return f"| {records[0].step}–{records[-1].step} | {loss:.3f} | {pace:.0f} | {held_out[-1] if held_out else ''} |"


def _summary(records: list[StepRecord]) -> tuple[str, ...]:
    last = records[-LAST_STEPS:]
    tokens, seconds = sum(record.tokens for record in records), sum(record.seconds for record in records)
    held_out = [(record.eval_loss, record.step) for record in records if record.eval_loss is not None]
    best = min(held_out, default=None)
    return (
        str(records[-1].step),
        f"{tokens:,}",
        f"{sum(record.loss for record in last) / len(last):.3f}",
        f"{best[0]:.3f}" if best else "–",
        str(best[1]) if best else "–",
        f"{tokens / seconds:.0f}" if seconds else "–",
        f"{seconds / 3600:.2f}",
    )
