"""Shows on stderr what a run is doing: a live table in a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table

from kitchen_agent.progress import DinnerProgress, DishProgress, Progress

_WORDS: Final = {
    "waiting": "waits for the model",
    "reading": "Qwen reads the recipe",
    "writing": "Qwen writes the task graph",
    "revising": "Qwen corrects the task graph",
    "recalled": "known",
    "planned": "planned",
}
_INTERRUPTED = 130


@contextmanager
def shown_progress(headline: str = "") -> Iterator[Callable[[Progress], None]]:
    """A listener for the events of a run; `headline` is printed before the first of them.

    Ctrl-C in the block ends the process at once: what is done is saved step by step, and an answer that the model is
    still writing is lost anyway.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        with _quick_interrupt(lambda: None):
            yield _Lines(headline).show
        return
    table = _Table(console, headline)
    live = Live(console=console, refresh_per_second=8, transient=True, get_renderable=table.render)
    with live, _quick_interrupt(live.stop):
        yield table.show


class _Lines:
    """One line for each thing that a dish finishes."""

    def __init__(self, headline: str) -> None:
        self._headline = headline

    def show(self, event: Progress) -> None:
        if self._headline:
            print(self._headline, file=sys.stderr, flush=True)
            self._headline = ""
        if isinstance(event, DinnerProgress):
            print(event.sentence, file=sys.stderr, flush=True)
        elif event.stage not in ("waiting", "writing", "revising"):
            print(_line(event), file=sys.stderr, flush=True)


class _Table:
    """One row for each dish and a line for the dinner."""

    def __init__(self, console: Console, headline: str) -> None:
        self._console, self._headline = console, headline
        self._dishes: dict[str, DishProgress] = {}
        self._sentence = ""

    def show(self, event: Progress) -> None:
        if self._headline:
            self._console.print(self._headline, highlight=False, soft_wrap=True)
            self._headline = ""
        if isinstance(event, DinnerProgress):
            self._sentence = event.sentence
        else:
            self._dishes[event.dish] = event

    def render(self) -> Table:
        grid = Table.grid(padding=(0, 2))
        for event in list(self._dishes.values()):  # the live display reads in a thread of its own
            speed = f"{event.tokens} tokens, {event.tokens_per_second:.0f}/s" if event.tokens_per_second else ""
            grid.add_row(event.dish, _outcome(event), speed)
        if self._sentence:
            grid.add_row(self._sentence)
        return grid


def _line(event: DishProgress) -> str:
    return f"{event.dish}: {_outcome(event)}"


def _outcome(event: DishProgress) -> str:
    tasks = f", {event.tasks} tasks" if event.tasks else ""
    return _WORDS[event.stage] + tasks


@contextmanager
def _quick_interrupt(tidy: Callable[[], None]) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        tidy()
        print("\nkitchen: interrupted; what is planned so far is kept", file=sys.stderr, flush=True)
        os._exit(_INTERRUPTED)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
