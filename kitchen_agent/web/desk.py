"""What the pages of one server share: they look at sessions, tell events, and have plans, sentences and rescues made.

Looking and recording take milliseconds and have a thread of their own. Plans are made in a second thread; rescues are
priced and recipes read in a third. Nothing that must outlive the server is kept here: it is in the store.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import EventRefusedError, KitchenAgentError, SessionClosedError, UnsaidAmountError
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.background import Background, Opener
from kitchen_agent.live.choices import meanings, problems, ways_out
from kitchen_agent.live.kitchen import Told, late_minutes
from kitchen_agent.live.names import Names, names_of
from kitchen_agent.live.report import told_lines
from kitchen_agent.live.rescues import Rescue, rescues
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions
from kitchen_agent.live.understand import Reads, Understood, understand, with_said_amount
from kitchen_agent.menu import DishRequest
from kitchen_agent.web.board import Button, Tasks, buttons, tasks
from kitchen_agent.web.latest import Latest, read_on
from kitchen_agent.web.told import Said, Tapped

SESSIONS_MAX: Final = 20
NOTED: Final = "Noted."
FROM_THE_PAGE: Final = "web"
"""Who tells what is tapped on a page on which no cook is chosen."""


@dataclass(frozen=True)
class Dinner:
    """A session in the list."""

    session: str
    title: str
    guests: int
    serve_at: datetime
    approved: bool
    done: int
    tasks: int


@dataclass(frozen=True)
class Board:
    """What a page shows of a session. `ways` would help when the dinner is late; None when nobody has looked."""

    session: Session
    now: datetime
    cook: str
    tasks: Tasks
    latest: Latest
    alarms: tuple[str, ...]
    planning: bool
    looking: bool
    late_minutes: int
    ways: tuple[Button, ...]
    nothing_helps: bool


@dataclass(frozen=True)
class Asked:
    """A question back: choices to tap, or with `line` an amount to write."""

    words: str
    buttons: tuple[Button, ...] = ()
    sentence: str = ""
    line: str = ""


class Desk:
    """One for each server, used by its event loop. `opened` opens the sessions, once for each thread."""

    def __init__(self, opened: Opener, reader: Callable[[], Reads]) -> None:
        self._eyes, self._plans, self._thoughts = (Background(opened) for _ in range(3))
        self._reader, self._reading = reader, asyncio.Lock()
        self._latest: dict[str, Latest] = {}
        self._troubles: dict[str, str] = {}
        self._offers: dict[str, tuple[int, tuple[Rescue, ...]]] = {}
        self._late: dict[str, int] = {}
        self._catching_up: set[str] = set()
        self._following: Counter[str] = Counter()
        self._looking: set[str] = set()
        self._jobs: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Wait for what is begun."""
        for background in (self._eyes, self._plans, self._thoughts):
            background.close()

    async def dinners(self) -> list[Dinner]:
        """The sessions that are not finished, newest first."""
        return await self._eyes.do(_dinners)

    async def board(self, session: str, cook: str) -> Board:
        """The session now, for the cook of this name or for all; the background looks after its plan."""
        found = await self._eyes.do(lambda sessions: self._board(sessions, session, cook))
        if found.session.approved and session not in self._catching_up:
            self._catching_up.add(session)
            self._begin(self._catch_up(session))
        if not found.planning:
            before, self._late[session] = self._late.get(session, 0), found.late_minutes
            if found.late_minutes > before:
                self.look_for_rescues(session)
        return found

    async def problems(self, session: str, task: str) -> Asked:
        """What can be wrong with a task."""

        def ask(sessions: Sessions) -> Asked:
            state, drawn = sessions.kitchen.latest(session), sessions.kitchen.newest(session)
            return Asked("What is wrong?", buttons(state, problems(state, task), drawn))

        return await self._eyes.do(ask)

    async def tell(self, session: str, tapped: Tapped) -> str:
        """Record what was tapped, and have the plan made that it calls for; what to say to whoever tapped.

        A dish is planned first. Raises EventRefusedError, UnknownSessionError, SessionClosedError; for a dish also the
        errors of planning.
        """
        if tapped.tells.wish:
            await self._thoughts.do(lambda sessions: _add(sessions, session, tapped))
            return f"{tapped.tells.wish} is on the menu."
        record = await self._eyes.do(lambda sessions: _record(sessions, session, tapped))
        if record.told:
            self._offers.pop(session, None)
            self._following[session] += 1
            self._begin(self._follow(session, record))
        if record.refused:
            raise record.refused
        new = [told for told in record.told if told.new]
        return NOTED if new else told_lines(record.before, record.before, record.told[-1])[0]

    async def approve(self, session: str, by: str) -> str:
        """Say yes to the plan; once is enough."""
        await self._plans.do(lambda sessions: sessions.approve(session, _by(sessions.kitchen.latest(session), by)))
        return "Good cooking."

    async def hear(self, session: str, said: Said) -> Asked:
        """What a sentence may mean, to be tapped; or the question for an amount. Raises UnclearSentenceError."""
        names = await self._eyes.do(lambda s: names_of(s.kitchen.latest(session), s.kitchen.now()))
        async with self._reading:
            try:
                meant = await asyncio.to_thread(self._meaning, said, names)
            except UnsaidAmountError as unsaid:
                return Asked(unsaid.asked, sentence=said.sentence, line=unsaid.line)

        def ask(sessions: Sessions) -> Asked:
            state, drawn = sessions.kitchen.latest(session), sessions.kitchen.newest(session)
            choices = meanings(state, (meant.event, *meant.other_readings))
            return Asked(f"“{said.sentence}”: is that what happened?", buttons(state, choices, drawn))

        return await self._eyes.do(ask)

    async def get_ready(self) -> None:
        """Load the model while somebody writes a sentence; what is wrong with it is said to who asks it."""
        with suppress(KitchenAgentError):
            await asyncio.to_thread(self._reader)

    def look_for_rescues(self, session: str) -> None:
        """Think again about a plan that is late, and find what would make it less late."""
        if session not in self._looking:
            self._looking.add(session)
            self._begin(self._look_for_rescues(session))

    def _meaning(self, said: Said, names: Names) -> Understood:
        if said.line:
            return with_said_amount(said.sentence, said.line, said.amount, names)
        return understand(said.sentence, names, self._reader(), Cookbook.open())

    def _board(self, sessions: Sessions, session: str, cook: str) -> Board:
        kitchen = sessions.kitchen
        state, drawn, now = kitchen.latest(session), kitchen.newest(session), kitchen.now()
        latest = self._read_on(sessions, session)
        trouble = self._troubles.get(session, "")
        plan, offers = self._offers.get(session, (-1, ()))
        looked = plan == latest.plan
        cook = next((entry.name for entry in state.plan.cooks if entry.id == cook), "")
        return Board(
            session=state,
            now=now,
            cook=cook,
            tasks=tasks(state, now, cook, drawn),
            latest=latest,
            alarms=(*([trouble] if trouble else ()), *(alarm.sentence for alarm in alarms(state, now))),
            planning=bool(self._following[session]) or (kitchen.is_behind(session) and not trouble),
            looking=session in self._looking,
            late_minutes=late_minutes(state.plan, now) if state.approved else 0,
            ways=buttons(state, ways_out(state, offers if looked else ()), drawn),
            nothing_helps=looked and not offers,
        )

    def _read_on(self, sessions: Sessions, session: str) -> Latest:
        latest = self._latest[session] = read_on(sessions.kitchen.store, session, self._latest.get(session))
        return latest

    async def _catch_up(self, session: str) -> None:
        """Make the plan that the clock or another terminal calls for."""

        def look(sessions: Sessions) -> str:
            sessions.kitchen.refresh(session)
            sessions.kitchen.session(session)
            return sessions.kitchen.trouble(session)

        try:
            self._troubles[session] = await self._plans.do(look)
        finally:
            self._catching_up.discard(session)

    async def _follow(self, session: str, record: _Record) -> None:
        """Make the plan that events call for."""
        last = record.told[-1]

        def follow(sessions: Sessions) -> str:
            return sessions.follow(session, record.before.plan, last.recorded, new=last.new).trouble

        try:
            self._troubles[session] = await self._plans.do(follow)
        finally:
            self._following[session] -= 1

    async def _look_for_rescues(self, session: str) -> None:
        def look(sessions: Sessions) -> tuple[Rescue, ...]:
            sessions.kitchen.session(session)
            sessions.kitchen.improve(session)
            return rescues(sessions.kitchen.session(session), sessions.kitchen.now())

        try:
            offers = await self._thoughts.do(look)
            latest = await self._eyes.do(lambda sessions: self._read_on(sessions, session))
            self._offers[session] = (latest.plan, offers)
        finally:
            self._looking.discard(session)

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        """Let `work` go on by itself; what it raises is reported by the event loop."""
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)


@dataclass(frozen=True)
class _Record:
    """What came of recording a tap's events: those `told` before one was `refused`, and the session `before` them."""

    before: Session
    told: tuple[Told, ...] = ()
    refused: EventRefusedError | None = None


def _record(sessions: Sessions, session: str, tapped: Tapped) -> _Record:
    kitchen, before = sessions.kitchen, sessions.kitchen.latest(session)
    told: list[Told] = []
    if not before.approved:
        raise SessionClosedError(session)
    for number, what in enumerate(tapped.tells.events):
        key = f"{tapped.key} {number}" if number else tapped.key
        try:
            recorded, new = kitchen.record(session, what, key, _by(before, tapped.by))
        except EventRefusedError as refused:
            return _Record(before, tuple(told), refused)
        told.append(Told(recorded, new, ()))
    return _Record(before, tuple(told))


def _add(sessions: Sessions, session: str, tapped: Tapped) -> None:
    by = _by(sessions.kitchen.latest(session), tapped.by)
    sessions.add_dish(session, DishRequest(name=tapped.tells.wish), tapped.key, by)


def _by(session: Session, cook: str) -> str:
    """Who tells something: the cook of the page, if there is such a cook."""
    return next((entry.name for entry in session.plan.cooks if entry.id == cook), FROM_THE_PAGE)


def _dinners(sessions: Sessions) -> list[Dinner]:
    found = []
    for name in sessions.kitchen.store.sessions()[:SESSIONS_MAX]:
        state = sessions.kitchen.latest(name)
        states = [state.progress(item.id).state for item in state.plan.items if item.kind == "task"]
        if not state.finished:
            serve_at = (state.serve_at or state.first.serve_at).astimezone(state.first.serve_at.tzinfo)
            done = sum(entry in ("done", "skipped") for entry in states)
            guests = state.guests or state.first.guests
            found.append(Dinner(name, state.plan.title, guests, serve_at, state.approved, done, len(states)))
    return found
