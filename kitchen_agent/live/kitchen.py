"""The live kitchen: sessions that people open, tell events to, and look at. Many processes may do so at once.

An event is acknowledged when it is in the store; a new plan is an event of its own that is added only while no newer
event is there. So a process that dies between the two leaves an event that calls for a plan, and whoever looks at the
session next makes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from kitchen_agent.errors import EventRefusedError, KitchenAgentError
from kitchen_agent.live import events as happen
from kitchen_agent.live.difference import Change, changes
from kitchen_agent.live.easing import GIVEN_UP
from kitchen_agent.live.events import Event, Happening, Recorded
from kitchen_agent.live.refusals import refuse
from kitchen_agent.live.replan import SECONDS, replan
from kitchen_agent.live.session import Session, apply
from kitchen_agent.live.store import SessionStore
from kitchen_agent.live.wording import sentence
from kitchen_agent.plan import DinnerPlan

WISHES: Final = frozenset(words for words, _ in GIVEN_UP)
ON_TIME: Final = timedelta(minutes=1)
"""What starts and ends within this time of its plan needs no new one."""
BEHIND: Final = timedelta(minutes=3)
"""When something is overdue by more than this and nobody says why, the plan is made anew."""
IMPROVE_SECONDS: Final = 5.0
"""For a second thought about a plan that is late or gave something up, when the first answer has been said."""
BY_ITSELF: Final = "kitchen"
APPROVED: Final = "approved"
BETTER: Final = "a better plan was found"


class Opening(BaseModel):
    """The document that a session is opened with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: DinnerPlan
    opened_at: datetime


@dataclass(frozen=True)
class Told:
    """What came of an event: `new` False when it had been told before; `changes` of a new plan, for the cooks.

    `trouble`: why there is no plan that fits, in words; the old plan then stays in force.
    """

    recorded: Recorded
    new: bool
    changes: tuple[Change, ...]
    trouble: str = ""


@dataclass
class _Known:
    """A session as far as this process has read it; `causes` since the plan in force call for a new one."""

    session: Session
    last: int = 0
    keys: dict[str, Recorded] = field(default_factory=dict)
    causes: tuple[str, ...] = ()
    trouble: str = ""

    def read(self, recorded: Recorded) -> None:
        what = recorded.event.what
        if isinstance(what, happen.PlanAdopted):
            self.causes, self.trouble = (), ""
        elif calls_for_plan(self.session, what, recorded.event.at):
            self.causes = (*self.causes, sentence(self.session, what))
        self.session = apply(self.session, recorded.event)
        self.keys[recorded.event.key] = recorded
        self.last = recorded.seq


class LiveKitchen:
    """The sessions of one store, by the clock `now`. Not for several threads at once."""

    def __init__(self, store: SessionStore, now: Callable[[], datetime], *, seconds: float = SECONDS) -> None:
        self._store, self._now, self._seconds = store, now, seconds
        self._known: dict[str, _Known] = {}

    @property
    def store(self) -> SessionStore:
        """Where the sessions are."""
        return self._store

    def now(self) -> datetime:
        """The time by this kitchen's clock."""
        return self._now()

    def open_session(self, plan: DinnerPlan, session: str | None = None) -> str:
        """Open a session for `plan` and return its id; opening the same id twice changes nothing."""
        session = session or secrets.token_hex(4)
        self._store.open_session(session, Opening(plan=plan, opened_at=self._now()).model_dump_json())
        return session

    def approve(self, session: str, by: str) -> None:
        """Put the first plan in force; once is enough."""
        while True:
            known = self._read(session)
            if known.session.approved:
                return
            entry = Event(
                key="approved",
                at=self._now(),
                by=by,
                what=happen.PlanAdopted(plan=known.session.first, because=APPROVED),
            )
            if self._store.append_after(session, entry, known.last):
                self._read(session)
                return

    def is_approved(self, session: str) -> bool:
        """Whether somebody said yes to the first plan. Raises UnknownSessionError."""
        return self._read(session).session.approved

    def session(self, session: str) -> Session:
        """The session as it is now, with a plan that knows all events. Raises UnknownSessionError."""
        self._settle(session)
        return self._read(session).session

    def latest(self, session: str) -> Session:
        """The session as the store has it, without making a plan. Raises UnknownSessionError."""
        return self._read(session).session

    def trouble(self, session: str) -> str:
        """Why the plan in force could not follow what happened; empty when it does."""
        return self._read(session).trouble

    def is_behind(self, session: str) -> bool:
        """Whether something happened that the plan in force does not know yet."""
        known = self._read(session)
        return known.session.approved and bool(known.causes)

    def events(self, session: str) -> list[Recorded]:
        """All events of the session. Raises UnknownSessionError."""
        self._store.opening(session)
        return self._store.events(session)

    def newest(self, session: str) -> int:
        """The number of the session's newest event, 0 without any."""
        return self._read(session).last

    def record(self, session: str, what: Happening, key: str, by: str) -> tuple[Recorded, bool]:
        """Store an event, without making a new plan yet; False for one that was told before under the same `key`.

        Raises EventRefusedError for what cannot have happened, UnknownSessionError.
        """
        while True:
            known = self._read(session)
            if key in known.keys:
                return known.keys[key], False
            now = self._now()
            refuse(known.session, what, now)
            entry = _event(key, now, by, what)
            if added := self._store.append_after(session, entry, known.last):
                return added

    def tell(self, session: str, what: Happening, key: str, by: str) -> Told:
        """Store an event and make the plan that it calls for. Raises as `record`."""
        before = self._read(session).session.plan
        recorded, new = self.record(session, what, key, by)
        self._settle(session)
        known = self._read(session)
        told = changes(before, known.session.plan, self._now()) if known.session.plan != before else ()
        return Told(recorded, new, told, known.trouble)

    def refresh(self, session: str) -> bool:
        """Make a new plan when the clock has left the plan in force behind; whether there is a new one."""
        known, now = self._read(session), self._now()
        if not known.session.approved or not overdue(known.session, now):
            return False
        plan = known.session.plan
        known.causes = known.causes or ("time went by",)
        self._settle(session)
        return self._read(session).session.plan != plan

    def improve(self, session: str, seconds: float = IMPROVE_SECONDS) -> bool:
        """Think again about a plan that is late or gave something up; whether there is a better one in force now."""
        known, now = self._read(session), max(self._now(), self._read(session).session.now)
        before = _shortcomings(known.session.plan, now)
        if before <= (0, 0) or known.causes:
            return False
        answer = replan(known.session, now, seconds=seconds)
        if answer.plan is None or _shortcomings(answer.plan, now) >= before:
            return False
        reason = known.session.because.removesuffix(BETTER).rstrip("; ")
        because = BETTER if reason in ("", APPROVED) else f"{reason}; {BETTER}"[:500]
        adopted = happen.PlanAdopted(plan=answer.plan, because=because)
        entry = Event(key=f"better plan after {known.last}", at=now, by=BY_ITSELF, what=adopted)
        return self._store.append_after(session, entry, known.last) is not None

    def _settle(self, session: str) -> None:
        """Replan until the plan in force knows all events, or nothing fits."""
        while (known := self._read(session)).causes and not known.trouble and known.session.approved:
            now = max(self._now(), known.session.now)
            try:
                plan, why = replan(known.session, now, seconds=self._seconds).plan, ""
            except KitchenAgentError as error:  # what is in the store is there to stay: the next event may help
                plan, why = None, f": {error}"
            if plan is None:
                known.trouble = f"no plan fits after: {'; '.join(known.causes[-3:])}{why}"
                return
            because = "; ".join(known.causes)[:500]
            adopted = happen.PlanAdopted(plan=plan, because=because)
            entry = Event(key=f"plan after {known.last}", at=now, by=BY_ITSELF, what=adopted)
            self._store.append_after(session, entry, known.last)

    def _read(self, session: str) -> _Known:
        known = self._known.get(session)
        if known is None:
            opening = Opening.model_validate_json(self._store.opening(session))
            known = _Known(Session(first=opening.plan, plan=opening.plan, now=opening.opened_at))
            self._known[session] = known
        for recorded in self._store.events(session, known.last):
            known.read(recorded)
            known.trouble = ""
        return known


def _event(key: str, at: datetime, by: str, what: Happening) -> Event:
    try:
        return Event(key=key, at=at, by=by, what=what)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        value = {"key": key, "by": by}.get(field, what.kind)
        raise EventRefusedError(field, value, f"does not do: {first['msg']}", "Write another") from error


def _shortcomings(plan: DinnerPlan, now: datetime) -> tuple[int, int]:
    """What was given up, and the minutes by which dishes will be late."""
    given_up = sum(note in WISHES for note in plan.notes)
    return given_up, late_minutes(plan, now)


def late_minutes(plan: DinnerPlan, now: datetime) -> int:
    """The minutes by which dishes that are still to be served will be late, over all of them."""
    return sum(max(0, dish.late_minutes) for dish in plan.dishes if dish.served > now)


def calls_for_plan(session: Session, what: Happening, at: datetime) -> bool:
    """Whether the plan in force does not fit any more after `what`; work in time and by plan changes nothing."""
    match what:
        case happen.PlanAdopted() | happen.IngredientMissing() | happen.SubstituteProposed():
            return False
        case happen.TaskStarted():
            item = session.item(what.task)
            as_planned = item is not None and abs(item.start - at) <= ON_TIME
            return not as_planned or what.cook is not None or session.progress(what.task).state == "paused"
        case happen.TaskDone():
            progress = session.progress(what.task)
            return progress.expected is None or abs(progress.expected - at) > ON_TIME
    return True


def overdue(session: Session, now: datetime) -> bool:
    """Whether something should have started or ended some time ago and the plan does not know."""
    for item in session.plan.items:
        progress = session.progress(item.id)
        if item.kind == "task" and progress.state == "waiting" and item.start < now - BEHIND:
            return True
        if progress.state == "running" and max(progress.expected or now, item.end) < now - BEHIND:
            return True
    return False
