"""The live view of a session: now and next for each cook, running timers, what is late; one key for each answer.

The screen is drawn from the store and the clock, once a second: it holds no time of its own, so after a crash or a
sleeping laptop it is right, and what another terminal tells appears by itself.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

from rich.markup import escape
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from kitchen_agent.errors import InputError
from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.difference import Change, glances
from kitchen_agent.live.events import Happening
from kitchen_agent.live.rescues import rescues
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions
from kitchen_agent.live.wording import task_name
from kitchen_agent.plan import Item

REFRESH_SECONDS: Final = 1.0
SOON: Final = timedelta(minutes=20)
"""Tasks that start within this time are in the list, so that they can be begun early."""


class LiveView(App[None]):
    """One session on the screen. Keys act on the task that is chosen in the list."""

    TITLE = "kitchen"
    CSS = """
    Screen { layout: vertical; }
    #clock { height: 1; background: $primary; color: $text; padding: 0 1; }
    #alarms { height: auto; max-height: 5; color: $error; padding: 0 1; }
    #cooks { height: auto; max-height: 40%; padding: 0 1; }
    #tasks { height: 1fr; min-height: 4; }
    #told { height: auto; max-height: 6; padding: 0 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "step", "start/done", priority=True),
        Binding("d", "done", "done"),
        Binding("plus,5", "more", "+5 min"),
        Binding("p", "problem", "problem"),
        Binding("r", "rescues", "rescues"),
        Binding("q", "quit", "leave"),
    ]

    def __init__(self, sessions: Sessions, session: str, by: str) -> None:
        super().__init__()
        self._sessions, self._session, self._by = sessions, session, by
        self._listed: tuple[tuple[str, str], ...] = ()
        self._problem_of: str | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="clock", markup=False)
        yield Static(id="alarms", markup=False)
        with VerticalScroll(id="cooks"):
            yield Static(id="glances")
        yield OptionList(id="tasks")
        yield Static(id="told", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#tasks").focus()
        self.draw()
        self.set_interval(REFRESH_SECONDS, self.draw)

    def draw(self) -> None:
        """Show the session as the store and the clock have it."""
        kitchen = self._sessions.kitchen
        kitchen.refresh(self._session)
        session, now = kitchen.session(self._session), kitchen.now()
        zone = session.first.serve_at.tzinfo
        serve = (session.serve_at or session.first.serve_at).astimezone(zone)
        title = f"{now.astimezone(zone):%H:%M:%S}  {session.plan.title}, served at {serve:%H:%M}"
        self.query_one("#clock", Static).update(title + ("  (nothing left to do)" if session.finished else ""))
        trouble = kitchen.trouble(self._session)
        lines = [*([trouble] if trouble else []), *(alarm.sentence for alarm in alarms(session, now))]
        self.query_one("#alarms", Static).update("\n".join(f"! {line}" for line in lines[:5]))
        self.query_one("#glances", Static).update(_glances(session, now))
        if self._problem_of is None:
            self._list(_options(session, now))

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

    def action_rescues(self) -> None:
        """Say what would make the dinner less late."""
        kitchen = self._sessions.kitchen
        offers = rescues(kitchen.session(self._session), kitchen.now())
        words = [f"This would help: {offer.sentence}" for offer in offers] or ["Nothing is late, or nothing helps."]
        self.query_one("#told", Static).update("\n".join(words))

    def _chosen(self) -> str | None:
        number = self.query_one("#tasks", OptionList).highlighted
        return self._listed[number][0] if number is not None and number < len(self._listed) else None

    def _list(self, options: tuple[tuple[str, str], ...]) -> None:
        if options == self._listed:
            return
        before, widget = self._chosen(), self.query_one("#tasks", OptionList)
        self._listed = options
        widget.clear_options()
        widget.add_options([Option(escape(words), id=None) for _, words in options])
        names = [name for name, _ in options]
        if names:
            widget.highlighted = names.index(before) if before in names else 0

    def _tell(self, what: Happening) -> None:
        told = self.query_one("#told", Static)
        try:
            answer = self._sessions.tell(self._session, what, secrets.token_hex(8), self._by)
        except InputError as error:
            told.update(str(error))
        else:
            told.update(told_words(answer.changes))
        self.draw()


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


def told_words(changes: tuple[Change, ...], lines: int = 5) -> str:
    """A new plan's changes, the soonest first."""
    if not changes:
        return "Noted. The plan stays as it is."
    more = [f"and {len(changes) - lines} more changes"] if len(changes) > lines else []
    return "\n".join([*(change.sentence for change in changes[:lines]), *more])


def _glances(session: Session, now: datetime) -> str:
    rows = []
    for glance in glances(session.plan, now):
        running = [item for item in session.plan.of_cook(glance.cook) if session.progress(item.id).state == "running"]
        doing = ", ".join(_timer(session, item, now) for item in running) or "free"
        coming = [item for item in session.plan.of_cook(glance.cook) if _waits(session, item)]
        following = min(coming, key=lambda item: (item.start, item.id), default=None)
        then = f"{_clock(session, following.start)} {following.name}" if following else "nothing more"
        rows.append(f"[b]{escape(glance.cook)}[/b]  now: {escape(doing)}\n    next: {escape(then)}")
    return "\n".join(rows)


def _options(session: Session, now: datetime) -> tuple[tuple[str, str], ...]:
    """What runs, then what should have started, then what comes soon."""
    tasks = [item for item in session.plan.items if item.kind == "task"]
    running = [item for item in tasks if session.progress(item.id).state == "running"]
    open_ones = [item for item in tasks if session.progress(item.id).state in ("waiting", "paused")]
    soon = [item for item in open_ones if item.start <= now + SOON] or open_ones[:3]
    rows = [(item.id, f"> {_timer(session, item, now)}  {_who(item)}") for item in running]
    for item in sorted(soon, key=lambda item: (item.start, item.id)):
        late = "  LATE" if item.start < now - timedelta(minutes=1) else ""
        name = task_name(session, item.id)
        rows.append((item.id, f"  {_clock(session, item.start)} {name}  {_who(item)}{late}"))
    return tuple(rows)


def _waits(session: Session, item: Item) -> bool:
    return item.kind == "task" and session.progress(item.id).state in ("waiting", "paused")


def _who(item: Item) -> str:
    return f"[{' and '.join(item.cooks)}]" if item.cooks else ""


def _timer(session: Session, item: Item, now: datetime) -> str:
    """The task with the time that is left, by the clock."""
    expected = session.progress(item.id).expected
    if expected is None:
        return item.name
    seconds = math.ceil((expected - now).total_seconds())
    words = f"{abs(seconds) // 60}:{abs(seconds) % 60:02d}"
    return f"{item.name} {words} left" if seconds >= 0 else f"{item.name} {words} OVER"


def _clock(session: Session, moment: datetime) -> str:
    return f"{moment.astimezone(session.first.serve_at.tzinfo):%H:%M}"
