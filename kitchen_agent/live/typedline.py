"""The line at the foot of the live view, there only while something is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class TypedLine(Input):
    """Takes one line of text at a time for whoever asked last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "tell", key_display="⏎"),
        Binding("escape", "app.close", "go back", key_display="esc"),
    ]
    DEFAULT_CSS = "TypedLine { display: none; height: 1; border: none; }"

    def __init__(self) -> None:
        super().__init__(compact=True)
        self._answered: Callable[[str], None] | None = None

    def ask(self, question: str, answered: Callable[[str], None]) -> None:
        """Show the line with a word on what to type; `answered` gets it, unless it is empty."""
        self._answered, self.placeholder, self.display = answered, question, True
        self.focus()

    def leave(self) -> None:
        """Take no answer any more."""
        self._answered, self.value, self.display = None, "", False

    def answer(self) -> None:
        """Give what was typed to whoever asked."""
        text, answered = self.value, self._answered
        self.leave()
        if answered is not None and text.strip():
            answered(text)
