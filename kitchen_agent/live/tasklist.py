"""The list in the middle of the live view: the tasks, or in their place what can be chosen about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kitchen_agent.live.choices import Choice
from kitchen_agent.live.screen import Look, Row

BACK: Final = Choice("nothing, go back")
STYLES: Final[dict[Look, str]] = {
    "decide": "bold red", "over": "bold red", "running": "bold green", "late": "bold yellow", "due": "bold",
    "waiting": "", "done": "dim",
}  # fmt: skip
TO_DO: Final[tuple[Look, ...]] = ("late", "due", "waiting")


class TaskList(OptionList):
    """Rows of tasks, of which one is chosen; while there are choices, they are shown in the place of the tasks."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "start/done", key_display="⏎")]

    def __init__(self) -> None:
        super().__init__(id="tasks")
        self._rows: tuple[Row, ...] = ()
        self._before: str | None = None
        self._choices: tuple[Choice, ...] = ()

    @property
    def chosen_task(self) -> str | None:
        """The chosen task; None while something else is to be chosen."""
        number = self.highlighted
        return self._rows[number].task if not self._choices and number is not None and self._rows else None

    @property
    def choosing(self) -> bool:
        """Whether there are choices."""
        return bool(self._choices)

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show the tasks, unless there are choices. What is chosen stays so until it is done; then the next one is."""
        if self._choices or rows == self._rows:
            return
        before, chosen = self._rows, self.chosen_task or self._before
        self._rows = rows
        if [row.task for row in rows] == [row.task for row in before]:
            for number, row in enumerate(rows):
                if row != before[number]:
                    self.replace_option_prompt_at_index(number, _line(row.words, STYLES[row.look]))
        else:
            self._fill([_line(row.words, STYLES[row.look]) for row in rows])
            self.highlighted = self._place_of(chosen)

    def ask(self, choices: Sequence[Choice]) -> None:
        """Show `choices`, the first one chosen, and a way back to the task that is chosen."""
        self._before = self.chosen_task or self._before
        self._choices = (*choices, BACK)
        self._fill([_line(choice.words) for choice in self._choices])
        self.highlighted = 0

    def chosen(self) -> Choice:
        """What was chosen; the tasks come back."""
        choice = self._choices[self.highlighted or 0]
        self.leave()
        return choice

    def leave(self) -> None:
        """Choose nothing; the tasks come back when they are shown next."""
        if self._choices:
            self._choices, self._rows = (), ()

    def action_cursor_up(self) -> None:
        """One row up; at the top stay there, as a key that is pressed too often must not choose the dessert."""
        if self.highlighted:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        """One row down; at the end stay there."""
        if self.highlighted is None or self.highlighted < self.option_count - 1:
            super().action_cursor_down()

    def _fill(self, lines: Sequence[Text]) -> None:
        self.clear_options()
        self.add_options([Option(line) for line in lines])

    def _place_of(self, task: str | None) -> int | None:
        to_do = [number for number, row in enumerate(self._rows) if row.look in TO_DO]
        same = [number for number, row in enumerate(self._rows) if row.task == task and row.look != "done"]
        return next(iter([*same, *to_do]), 0) if self._rows else None


def _line(words: str, style: str = "") -> Text:
    return Text(words, style, no_wrap=True, overflow="ellipsis")
