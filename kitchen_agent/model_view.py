"""How fetching and the state of the model files look in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from kitchen_agent.modelfiles import FileState
from kitchen_agent.modelsources import Report


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A progress bar on stderr; where stderr is no terminal, a line for each thing that is begun."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_reporter()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None, visible=False)
        doing = ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal doing
            if what != doing:
                doing = what
                progress.reset(task, description=what, visible=True, total=total or None)
            progress.update(task, completed=done)

        yield report


def _line_reporter() -> Report:
    """Prints a line for each thing that is begun."""
    doing = ""

    def report(what: str, _done: int, _total: int) -> None:
        nonlocal doing
        if what != doing:
            doing = what
            print(f"{what} …", file=sys.stderr, flush=True)

    return report


def show_files(states: list[FileState]) -> None:
    """Print a line for each file; a long path is never broken, so that it can be copied."""
    print(f"{'file':<8}{'state':<9}{'MB':>6}  {'SHA-256':<14}path")
    for state in states:
        size = f"{state.size / 1e6:,.0f}" if state.size else ""
        print(f"{state.role:<8}{state.state:<9}{size:>6}  {state.sha256[:12]:<14}{state.path}")


def show_findings(findings: Iterable[tuple[str, str]]) -> None:
    """Print each (name, value) as soon as it is known."""
    console = Console(highlight=False)
    for name, value in findings:
        console.print(f"[bold]{name:<18}[/] {value}", soft_wrap=True)
