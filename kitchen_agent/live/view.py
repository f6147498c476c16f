"""The live view of a session: now and next for each cook, running timers, what is late; one key for each answer.

The screen is drawn from the store and the clock, once a second: it holds no time of its own, so after a crash or a
sleeping laptop it is right, and what another terminal tells appears by itself. What takes longer (a model that reads,
a solver that prices rescues) works in a thread of its own, with its own connection to the store.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from kitchen_agent.errors import KitchenAgentError
from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.events import Happening
from kitchen_agent.live.kitchen import Told, late_minutes
from kitchen_agent.live.report import rescue_lines, told_lines
from kitchen_agent.live.rescues import rescues
from kitchen_agent.live.screen import cook_lines, headline, task_lines
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions
from kitchen_agent.live.typed import KINDS, read_event
from kitchen_agent.menu import DishRequest

REFRESH_SECONDS: Final = 1.0
ALARMS_MAX: Final = 4
TOLD_MAX: Final = 4
Opener = Callable[[], AbstractContextManager[Sessions]]


class LiveView(App[None]):
    """One session on the screen. Keys act on the task that is chosen in the list.

    `open_again` opens the same sessions for a thread of their own.
    """

    TITLE = "kitchen"
    CSS = """
    Screen { layout: vertical; }
    #clock { height: 1; background: $primary; color: $text; padding: 0 1; }
    #alarms { height: auto; max-height: 4; color: $error; padding: 0 1; }
    #cooks { height: auto; max-height: 40%; padding: 0 1; }
    #tasks { height: 1fr; min-height: 4; border: none; padding: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    #told { height: auto; max-height: 5; padding: 0 1; color: $text-muted; }
    #typed { display: none; height: 1; border: none; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "step", "start/done", key_display="⏎"),
        Binding("d", "done", "done"),
        Binding("plus,5", "more", "+5 min", key_display="5"),
        Binding("p", "problem", "problem"),
        Binding("e", "type", "event"),
        Binding("r", "rescues", "rescues"),
        Binding("q", "quit", "leave"),
        Binding("escape", "close", show=False),
    ]

    def __init__(self, sessions: Sessions, session: str, by: str, open_again: Opener) -> None:
        super().__init__()
        self._sessions, self._session, self._by, self._open_again = sessions, session, by, open_again
        self._listed: tuple[tuple[str, str], ...] = ()
        self._problem_of: str | None = None

    def compose(self) -> ComposeResult:
        """Clock, alarms, cooks, tasks, what was told last, and a line to type in."""
        for name in ("clock", "alarms", "cooks"):
            yield Static(id=name, markup=False)
        yield OptionList(id="tasks")
        yield Static(id="told", markup=False)
        yield Input(id="typed", placeholder="an event, such as: guests 8, cook_leaves Ben 19:00, fails oven")
        yield Footer()

    def on_mount(self) -> None:
        """Draw now and every second."""
        self.query_one("#tasks").focus()
        self.draw()
        self.set_interval(REFRESH_SECONDS, self.draw)

    def draw(self) -> None:
        """Show the session as the store and the clock have it."""
        kitchen = self._sessions.kitchen
        kitchen.refresh(self._session)
        session, now = kitchen.session(self._session), kitchen.now()
        self.query_one("#clock", Static).update(headline(session, now))
        trouble = kitchen.trouble(self._session)
        lines = [*([trouble] if trouble else []), *(alarm.sentence for alarm in alarms(session, now))]
        if len(lines) > ALARMS_MAX:
            lines[ALARMS_MAX - 1 :] = [f"and {len(lines) - ALARMS_MAX + 1} more"]
        self.query_one("#alarms", Static).update(_cut([f"! {line}" for line in lines]))
        self.query_one("#cooks", Static).update(_cut(cook_lines(session, now, self.size.width - 2)))
        if self._problem_of is None:
            self._list(task_lines(session, now))

    def on_option_list_option_selected(self) -> None:
        """Enter in the list."""
        self.action_step()

    def action_step(self) -> None:
        """Start the chosen task, or finish it when it runs; in the list of problems: report the chosen one."""
        chosen = self._chosen()
        if chosen is None:
            return
        if self._problem_of is not None:
            problem, self._problem_of = self._problem_of, None
            if chosen != "back":
                self._tell(_PROBLEMS[chosen](problem))
            self.draw()
            return
        progress = self._sessions.kitchen.session(self._session).progress(chosen)
        self._tell(happen.TaskDone(task=chosen) if progress.state == "running" else happen.TaskStarted(task=chosen))

    def action_done(self) -> None:
        """The chosen task is finished."""
        if self._problem_of is None and (chosen := self._chosen()):
            self._tell(happen.TaskDone(task=chosen))

    def action_more(self) -> None:
        """The chosen task needs five more minutes."""
        if self._problem_of is None and (chosen := self._chosen()):
            self._tell(happen.NeedsMinutes(task=chosen, minutes=5))

    def action_problem(self) -> None:
        """Ask what is wrong with the chosen task."""
        if self._problem_of is None and (chosen := self._chosen()):
            self._problem_of = chosen
            self._list(tuple((key, _WORDS[key]) for key in (*_PROBLEMS, "back")))

    def action_type(self) -> None:
        """Take any event in words of the command line."""
        self._say(f"Kinds: {', '.join(KINDS)}")
        typed = self.query_one("#typed", Input)
        typed.display = True
        typed.focus()

    def action_close(self) -> None:
        """Leave the line or the list of problems."""
        self._problem_of = None
        typed = self.query_one("#typed", Input)
        typed.value, typed.display = "", False
        self.query_one("#tasks").focus()
        self.draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Tell the event that was typed."""
        words = event.value
        self.action_close()
        try:
            kind, *rest = shlex.split(words) or [""]
            kitchen = self._sessions.kitchen
            what = read_event(kitchen.session(self._session), kind, rest, kitchen.now())
        except (KitchenAgentError, ValueError) as error:
            self._say(str(error))
            return
        if isinstance(what, DishRequest | happen.IngredientMissing):
            self._say("Noted; the answer comes in a moment.")
            self.run_worker(lambda: self._tell_in_thread(what), thread=True, exit_on_error=False)
        else:
            self._tell(what)

    def action_rescues(self) -> None:
        """Think again about a plan that is late, and say what would make it less late."""
        self._say("Looking for what would help ...")

        def look() -> None:
            with self._open_again() as sessions:
                sessions.kitchen.improve(self._session)
                session, now = sessions.kitchen.session(self._session), sessions.kitchen.now()
            lines = rescue_lines(rescues(session, now)) or ["Nothing is late, or nothing that was tried helps."]
            self.call_from_thread(self._say, *lines)

        self.run_worker(look, thread=True, exclusive=True)

    def _chosen(self) -> str | None:
        number = self.query_one("#tasks", OptionList).highlighted
        return self._listed[number][0] if number is not None and number < len(self._listed) else None

    def _list(self, options: tuple[tuple[str, str], ...]) -> None:
        if options == self._listed:
            return
        before, widget = self._chosen(), self.query_one("#tasks", OptionList)
        self._listed = options
        widget.clear_options()
        widget.add_options([Option(Text(words, no_wrap=True, overflow="ellipsis")) for _, words in options])
        names = [name for name, _ in options]
        if names:
            widget.highlighted = names.index(before) if before in names else 0

    def _say(self, *lines: str) -> None:
        self.query_one("#told", Static).update("\n".join(lines))

    def _tell(self, what: Happening) -> None:
        before = self._sessions.kitchen.session(self._session)
        try:
            told = self._sessions.tell(self._session, what, secrets.token_hex(8), self._by)
        except KitchenAgentError as error:
            self._say(str(error))
        else:
            self._answer(before, told)
        self.draw()

    def _answer(self, before: Session, told: Told) -> None:
        """Say what an event changed, and when it made the dinner late look for rescues at once."""
        kitchen = self._sessions.kitchen
        after, now = kitchen.session(self._session), kitchen.now()
        if late_minutes(after.plan, now) > late_minutes(before.plan, now):
            self.action_rescues()
        else:
            self._say(*told_lines(before, after, told, TOLD_MAX))

    def _tell_in_thread(self, what: DishRequest | Happening) -> None:
        with self._open_again() as sessions:
            before = sessions.kitchen.session(self._session)
            try:
                told = (
                    sessions.add_dish(self._session, what, secrets.token_hex(8), self._by)
                    if isinstance(what, DishRequest)
                    else sessions.tell(self._session, what, secrets.token_hex(8), self._by)
                )
            except KitchenAgentError as error:
                self.call_from_thread(self._say, str(error))
            else:
                self.call_from_thread(self._answer, before, told)


def _cut(lines: list[str]) -> Text:
    """Lines that are cut off at the edge of the screen."""
    return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")


_PROBLEMS: Final[Mapping[str, Callable[[str], Happening]]] = {
    "redo": lambda task: happen.TaskRedo(task=task),
    "pause": lambda task: happen.TaskPaused(task=task),
    "skip": lambda task: happen.TaskSkipped(task=task),
    "more": lambda task: happen.NeedsMinutes(task=task, minutes=15),
    "accept": lambda task: happen.WaitAccepted(task=task),
}
_WORDS: Final = {
    "redo": "it is burnt, dropped or spoilt: do it again",
    "pause": "it had to be stopped",
    "skip": "leave it out",
    "more": "it needs 15 more minutes",
    "accept": "it waited too long, but it is fine",
    "back": "nothing, go back",
}
