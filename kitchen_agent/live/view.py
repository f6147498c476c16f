"""The live view of a session: now and next for each cook, running timers, what is late; one key for each answer.

The screen is drawn from the store and the clock, once a second: it holds no time of its own, so after a crash or a
sleeping laptop it is right, and what another terminal tells appears by itself. A key puts its event into the store at
once. Plans are made, sentences read and rescues priced by other threads, so that the screen never stands still.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState

from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import KitchenAgentError, UnsaidAmountError
from kitchen_agent.live import events as happen
from kitchen_agent.live.background import Background, Opener
from kitchen_agent.live.choices import Choice, meanings, problems, ways_out
from kitchen_agent.live.difference import changes
from kitchen_agent.live.events import Happening
from kitchen_agent.live.kitchen import Told, late_minutes
from kitchen_agent.live.names import names_of
from kitchen_agent.live.news import News
from kitchen_agent.live.report import kinds_help, news_lines, told_lines
from kitchen_agent.live.rescues import Rescue, rescues
from kitchen_agent.live.screen import alarm_lines, cook_lines, headline, shortened, task_rows
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions
from kitchen_agent.live.taps import Tap, key_of
from kitchen_agent.live.tasklist import TaskList
from kitchen_agent.live.typed import KINDS, read_event
from kitchen_agent.live.typedline import TypedLine
from kitchen_agent.live.understand import Reads, Understood, understand, with_said_amount
from kitchen_agent.menu import DishRequest
from kitchen_agent.plan import DinnerPlan

REFRESH_SECONDS: Final = 1.0
TOLD_MAX: Final = 6
A_SENTENCE: Final = "what happened, in your own words: the potatoes need ten more minutes"
AN_EVENT: Final = "an event, such as: guests 8, cook_leaves Ben 19:00, fails oven; or: help"


class LiveView(App[None]):
    """One session on the screen. Keys act on the task that is chosen in the list.

    `open_again` opens the same sessions for a thread of their own; `reader` gives the model that reads sentences, which
    it loads when it is asked for the first time.
    """

    TITLE = "kitchen"
    CSS = """
    Screen { layout: vertical; }
    #alarms, #cooks, #tasks { text-wrap: nowrap; text-overflow: ellipsis; }
    #clock { height: 1; background: $primary; color: $text; padding: 0 1; }
    #alarms { height: auto; max-height: 4; color: $error; padding: 0 1; }
    #cooks { height: auto; max-height: 40%; padding: 0 1; }
    #tasks { height: 1fr; min-height: 4; border: none; padding: 0; }
    #told { height: auto; max-height: 7; padding: 0 1; color: $text-muted; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "done", show=False),
        Binding("5", "more", "+5 min"),
        Binding("plus", "more", show=False),
        Binding("p", "problem", "problem"),
        Binding("s", "say", "say"),
        Binding("r", "rescues", "rescues"),
        Binding("e", "event", "event"),
        Binding("q", "quit", "leave"),
        Binding("escape", "close", show=False),
    ]

    def __init__(
        self, sessions: Sessions, session: str, by: str, open_again: Opener, reader: Callable[[], Reads]
    ) -> None:
        super().__init__()
        self._kitchen, self._session, self._by = sessions.kitchen, session, by
        self._open_again, self._reader = open_again, reader
        self._background, self._behind, self._trouble = Background(open_again), False, ""
        self._offers: tuple[Rescue, ...] = ()
        self._rung: frozenset[object] = frozenset()
        self._drawn, self._following, self._late = 0, 0, 0
        self._news = News(self._now().plan, self._kitchen.newest(session))
        self._tap: Tap | None = None

    def compose(self) -> ComposeResult:
        """Clock, alarms, cooks, tasks, what was told last, and a line to type in."""
        for name in ("clock", "alarms", "cooks"):
            yield Static(id=name, markup=False)
        yield TaskList()
        yield Static(id="told", markup=False)
        yield TypedLine()
        yield Footer()

    def on_mount(self) -> None:
        """Draw now and every second."""
        self._list.focus()
        self.draw()
        self.set_interval(REFRESH_SECONDS, self.draw)

    def on_unmount(self) -> None:
        """Wait for what the background has begun."""
        self._background.close()

    def draw(self) -> None:
        """Show the session as the store and the clock have it, and let the background look after the plan."""
        if not self.query("#clock"):
            return  # the screen is being closed
        session, now = self._now(), self._kitchen.now()
        self._drawn = self._kitchen.newest(self._session)
        self.query_one("#clock", Static).update(headline(session, now))
        self.query_one("#alarms", Static).update("\n".join(alarm_lines(session, now, self._trouble)))
        self.query_one("#cooks", Static).update("\n".join(cook_lines(session, now, self.size.width - 2)))
        rows = task_rows(session, now)
        self._list.show(rows)
        over = frozenset((row.task, session.progress(row.task).expected) for row in rows if row.look == "over")
        if over - self._rung:
            self.bell()
        self._rung = over
        if not self._behind:
            self._behind = True
            self.run_worker(self._catch_up(), exit_on_error=False)

    async def _catch_up(self) -> None:
        """Make the plan that the clock or another terminal calls for, and say what it changes."""

        def look(sessions: Sessions) -> str:
            sessions.kitchen.refresh(self._session)
            sessions.kitchen.session(self._session)
            return sessions.kitchen.trouble(self._session)

        try:
            self._trouble = await self._background.do(look)
        finally:
            self._behind = False
        if not self._following and self.query("#told"):  # else whoever told something here says it
            self._tell_news()

    def _tell_news(self) -> None:
        """Say what others have told, and what a new plan changes that nobody here has asked for."""
        events = self._kitchen.store.events(self._session, self._news.newest)
        if lines := self._news.lines(self._now(), events, self._kitchen.now()):
            self._say(*lines)
        if self._is_later():
            self._look_for_rescues(lines)

    def _is_later(self) -> bool:
        """Whether dishes will be later than they would have been when this was asked last."""
        before, self._late = self._late, late_minutes(self._now().plan, self._kitchen.now())
        return self._late > before

    def on_option_list_option_selected(self) -> None:
        """Enter in the list."""
        self.action_step()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what a thread was refused."""
        error = event.worker.error if event.state is WorkerState.ERROR else None
        if isinstance(error, KitchenAgentError):
            self._say(str(error))
        elif error is not None:
            raise error

    def action_step(self) -> None:
        """Start the chosen task, or finish it when it runs; among choices: take the chosen one."""
        if self._list.choosing:
            if not (events := self._list.chosen().events):
                self._say()
            self._tell(*events)
        elif (task := self._list.chosen_task) and not self._is_doubled(task):
            running = self._now().progress(task).state == "running"
            self._tapped(task, happen.TaskDone(task=task) if running else happen.TaskStarted(task=task))

    def _tapped(self, task: str, what: Happening) -> None:
        """Tell what a key means for `task`; for a moment neither it nor what is chosen next hears that key again."""
        self._tell(what)
        self._tap = Tap(self._kitchen.now(), {task, self._list.chosen_task})

    def _is_doubled(self, task: str) -> bool:
        return self._tap is not None and self._tap.is_doubled_by(task, self._kitchen.now())

    def action_done(self) -> None:
        """The chosen task is finished."""
        if (task := self._list.chosen_task) and not self._is_doubled(task):
            self._tapped(task, happen.TaskDone(task=task))

    def action_more(self) -> None:
        """The chosen task needs five more minutes."""
        if task := self._list.chosen_task:
            self._tell(happen.NeedsMinutes(task=task, minutes=5))

    def action_problem(self) -> None:
        """Ask what is wrong with the chosen task."""
        if task := self._list.chosen_task:
            self._list.ask(problems(self._now(), task))

    def action_rescues(self) -> None:
        """Choose among what would help; where nothing is known yet, look for it."""
        if ways := list(ways_out(self._now(), self._offers)):
            self._list.ask(ways)
        else:
            self._look_for_rescues()

    def action_say(self) -> None:
        """Take a sentence in plain words; the model is loaded while it is typed."""
        self.run_worker(self._reader, thread=True, exit_on_error=False)
        self._line.ask(A_SENTENCE, self._understand)

    def action_event(self) -> None:
        """Take any event in words of the command line."""
        self._say(f"Kinds: {', '.join(KINDS)}")
        self._line.ask(AN_EVENT, self._tell_typed)

    def action_close(self) -> None:
        """Leave the line or the choices."""
        self._line.leave()
        self._list.leave()
        self._list.focus()
        self._say()
        self.draw()

    def on_input_submitted(self) -> None:
        """Enter in the line."""
        self._list.focus()
        self._line.answer()

    def _tell_typed(self, words: str) -> None:
        if words.strip() == "help":
            self._list.ask([Choice(line) for line in kinds_help().splitlines()])
            return
        try:
            kind, *rest = shlex.split(words)
            what = read_event(self._now(), kind, rest, self._kitchen.now())
        except (KitchenAgentError, ValueError) as error:
            self._say(str(error))
        else:
            self._tell(what)

    def _understand(self, sentence: str) -> None:
        names, model = names_of(self._now(), self._kitchen.now()), self._reader
        self._read(sentence, lambda: understand(sentence, names, model(), Cookbook.open()))

    def _read(self, sentence: str, meaning: Callable[[], Understood]) -> None:
        """Find out in a thread what a sentence means; ask whether that is right, or for the amount that it lacks."""

        def read() -> None:
            try:
                meant = meaning()
            except UnsaidAmountError as unsaid:
                self.call_from_thread(self._ask_amount, sentence, unsaid)
            else:
                self.call_from_thread(self._ask_meaning, sentence, (meant.event, *meant.other_readings))

        self._say(f"Reading: {sentence} ...")
        self.run_worker(read, thread=True, exclusive=True, group="sentence", exit_on_error=False)

    def _ask_meaning(self, sentence: str, readings: Sequence[Happening | DishRequest]) -> None:
        self._say(f"{sentence!r}: is that what happened?")
        self._list.ask(meanings(self._now(), readings))

    def _ask_amount(self, sentence: str, unsaid: UnsaidAmountError) -> None:
        names, line = names_of(self._now(), self._kitchen.now()), unsaid.line
        self._say(unsaid.asked)
        self._line.ask(
            unsaid.asked, lambda amount: self._read(sentence, lambda: with_said_amount(sentence, line, amount, names))
        )

    @property
    def _list(self) -> TaskList:
        return self.query_one(TaskList)

    @property
    def _line(self) -> TypedLine:
        return self.query_one(TypedLine)

    def _now(self) -> Session:
        return self._kitchen.latest(self._session)

    def _say(self, *lines: str) -> None:
        self.query_one("#told", Static).update("\n".join(shortened(lines, TOLD_MAX)))

    def _tell(self, *events: Happening | DishRequest) -> None:
        """Put events into the store, and let the background make the plan that they call for."""
        before, recorded, new = self._now(), None, False
        try:
            for what in events:
                if isinstance(what, DishRequest):
                    self._add(what)
                else:
                    key = self._news.own(key_of(self._now(), what, self._drawn))
                    recorded, new = self._kitchen.record(self._session, what, key, self._by)
        except KitchenAgentError as error:
            self._say(str(error))
        self._offers = ()
        self.draw()
        if recorded is not None:
            last, is_new = recorded, new
            self._say("Noted.")
            self._following += 1
            self.run_worker(
                self._follow(before, lambda sessions: sessions.follow(self._session, before.plan, last, new=is_new)),
                exit_on_error=False,
            )

    async def _follow(self, before: Session, work: Callable[[Sessions], Told]) -> None:
        """Say what an event changed, and when it made the dinner late look for rescues at once."""
        try:
            told = await self._background.do(work)
        finally:
            self._following -= 1
        self._trouble = told.trouble
        self.draw()
        self._answer(before, told)

    def _answer(self, before: Session, told: Told) -> None:
        after = self._now()
        self._news.seen(after.plan)
        lines = told_lines(before, after, told)
        self._say(*lines)
        if self._is_later():
            self._look_for_rescues(lines)

    def _add(self, dish: DishRequest) -> None:
        """Add one more dish; to read its recipe takes a minute."""
        before = self._now()

        def add() -> None:
            with self._open_again() as sessions:
                told = sessions.add_dish(self._session, dish, self._news.own(secrets.token_hex(8)), self._by)
            self.call_from_thread(self._answer, before, told)

        self._say(f"{dish.name}: the recipe is read; the plan comes in a moment.")
        self.run_worker(add, thread=True, exit_on_error=False)

    def _look_for_rescues(self, known: Sequence[str] = ()) -> None:
        """Think again about a plan that is late; say what would make it less late, then what is `known` to change."""

        def look() -> None:
            with self._open_again() as sessions:
                before = sessions.kitchen.session(self._session)
                sessions.kitchen.improve(self._session)
                session, now = sessions.kitchen.session(self._session), sessions.kitchen.now()
            better = news_lines(changes(before.plan, session.plan, now), session)
            self.call_from_thread(self._offer, session.plan, rescues(session, now), better or known)

        self._say("Looking for what would help ...", *known)
        self.run_worker(look, thread=True, exclusive=True, group="rescues", exit_on_error=False)

    def _offer(self, plan: DinnerPlan, offers: tuple[Rescue, ...], changed: Sequence[str]) -> None:
        self._offers = offers
        self._news.seen(plan)
        self._is_later()
        found = [f"  {offer.sentence}" for offer in offers]
        if not self._late:
            helps = ["No dish will be late."]
        else:
            helps = ["This would help (r to choose):", *found] if found else ["Nothing that was tried helps more."]
        self._say(*helps, *changed)
