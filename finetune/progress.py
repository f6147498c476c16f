"""What a person sees while a run is on: a live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from finetune.runlog import StepRecord

_QUIET_SECONDS = 30.0


class Watcher(Protocol):
    """Is told of every finished step, with the steps that are planned and the seconds that are probably left."""

    def __call__(self, record: StepRecord, max_steps: int, seconds_left: float) -> None: ...


def silent(record: StepRecord, max_steps: int, seconds_left: float) -> None:
    """Show nothing."""


def describe(record: StepRecord, seconds_left: float) -> str:
    """One line about `record`."""
    parts = [f"loss {record.loss:.4f}", f"{record.tokens_per_second:.0f} tok/s"]
    if record.eval_loss is not None:
        parts.append(f"held out {record.eval_loss:.4f}")
    parts += [f"{name} {value:.3f}" for name, value in (record.scores or {}).items()]
    return ", ".join([*parts, f"{timedelta(seconds=round(seconds_left))} left"])


@contextmanager
def on_console(console: Console) -> Iterator[Watcher]:
    """A watcher that shows the run on `console`."""
    if not console.is_terminal:
        yield _line_printer(console)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("first step", total=None)

        def show(record: StepRecord, max_steps: int, seconds_left: float) -> None:
            text = describe(record, seconds_left)
            progress.update(bar, total=max_steps, completed=record.step, description=text)
            if record.eval_loss is not None:
                progress.console.print(f"step {record.step}: {text}")

        yield show


def _line_printer(console: Console) -> Watcher:
    last = 0.0

    def show(record: StepRecord, max_steps: int, seconds_left: float) -> None:
        nonlocal last
        now = time.monotonic()
        if record.eval_loss is not None or record.step == max_steps or now - last >= _QUIET_SECONDS:
            console.print(f"step {record.step}/{max_steps}: {describe(record, seconds_left)}", highlight=False)
            last = now

    return show
