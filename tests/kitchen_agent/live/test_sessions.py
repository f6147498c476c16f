"""Sessions: nothing acknowledged is lost or counted twice, whoever dies or shares the session; a clock may jump."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kitchen_agent.errors import EventRefusedError, SessionClosedError, UnknownSessionError
from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.refusals import refusal_of
from kitchen_agent.live.sessions import Sessions, open_sessions
from scheduler.check import check
from tests.kitchen_agent.live.databases import BOTH, database
from tests.kitchen_agent.live.dinner import dinner_plan, event, moment, played_events, tasks_of
from tests.kitchen_agent.live.test_replan import KINDS, happenings

WRITERS, TAPS = 8, 3
SECONDS = 0.0


class Clock:
    def __init__(self) -> None:
        self.moment = tasks_of(dinner_plan())[0].start

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(getattr(request, "param", "sqlite"), tmp_path, request)


on_both = pytest.mark.parametrize("url", BOTH, indirect=True)


@pytest.fixture
def sessions(url: str, clock: Clock) -> Iterator[Sessions]:
    with open_sessions(url, clock, seconds=SECONDS) as opened:
        yield opened


@pytest.fixture
def session(sessions: Sessions) -> str:
    name = sessions.open(dinner_plan())
    sessions.approve(name, "Ana")
    return name


@on_both
def test_a_session_waits_for_approval_and_then_for_events(sessions: Sessions) -> None:
    name = sessions.open(dinner_plan())
    first = tasks_of(dinner_plan())[0].id
    with pytest.raises(SessionClosedError):
        sessions.tell(name, happen.TaskStarted(task=first), "tap", "Ana")
    sessions.approve(name, "Ana")
    sessions.approve(name, "Ben")
    sessions.tell(name, happen.TaskStarted(task=first), "tap", "Ana")
    assert [entry.event.key for entry in sessions.kitchen.events(name)] == ["approved", "tap"]


@on_both
def test_a_doubled_tap_counts_once(sessions: Sessions, session: str, clock: Clock) -> None:
    task = tasks_of(dinner_plan())[0].id
    sessions.tell(session, happen.TaskStarted(task=task), "start", "Ana")
    first = sessions.tell(session, happen.NeedsMinutes(task=task, minutes=5), "more", "Ana")
    again = sessions.tell(session, happen.NeedsMinutes(task=task, minutes=5), "more", "Ana")
    assert (first.new, again.new) == (True, False)
    progress = sessions.kitchen.session(session).progress(task)
    minutes = tasks_of(dinner_plan())[0].minutes
    assert progress.expected == clock.moment + timedelta(minutes=minutes + 5)


def test_what_cannot_have_happened_is_refused(sessions: Sessions, session: str) -> None:
    with pytest.raises(EventRefusedError, match="pudding"):
        sessions.tell(session, happen.TaskDone(task="pudding/1"), "x", "Ana")
    with pytest.raises(UnknownSessionError):
        sessions.tell("nobody", happen.TaskDone(task="pudding/1"), "x", "Ana")


@on_both
def test_two_terminals_see_the_same(sessions: Sessions, session: str, url: str, clock: Clock) -> None:
    task = tasks_of(dinner_plan())[0].id
    with open_sessions(url, clock, seconds=SECONDS) as other:
        other.tell(session, happen.TaskStarted(task=task), "start", "Ben")
    with pytest.raises(EventRefusedError):
        sessions.tell(session, happen.TaskStarted(task=task), "start too", "Ana")
    assert sessions.kitchen.session(session).progress(task).state == "running"


@on_both
def test_an_event_whose_plan_was_never_made_is_replanned_on_reopening(
    sessions: Sessions, session: str, url: str, clock: Clock
) -> None:
    task = tasks_of(dinner_plan())[0].id
    store = sessions.kitchen.store
    store.append(session, event(happen.TaskStarted(task=task), clock.moment, "start"))
    store.append(session, event(happen.NeedsMinutes(task=task, minutes=30), clock.moment, "more"))
    with open_sessions(url, clock, seconds=SECONDS) as reopened:
        reopened.wake(session)
        reopened.wake(session)
    kinds = [entry.event.what.kind for entry in store.events(session)]
    assert kinds == ["plan", "started", "needs_minutes", "plan"]


@on_both
def test_the_checkpoints_of_the_graph_are_where_the_events_are(sessions: Sessions, session: str, url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM checkpoints WHERE thread_id = :id"), {"id": session})
    engine.dispose()
    assert found > 0


@on_both
def test_every_kind_of_event_is_kept_and_read_back_the_same(
    sessions: Sessions, session: str, url: str, clock: Clock
) -> None:
    clock.moment = now = moment(dinner_plan(), 0.5)
    for number, entry in enumerate(played_events(dinner_plan(), now)):
        sessions.kitchen.store.append(session, entry.model_copy(update={"key": f"played {number}"}))
    for kind in sorted(KINDS, key="dish_dropped".__eq__):  # what is about a dish comes before it is dropped
        state = sessions.kitchen.session(session)
        what = happenings(state, now).get(kind)
        if what is not None and refusal_of(state, what) is None:
            sessions.tell(session, what, f"told {kind}", "Ana")
    state = sessions.kitchen.session(session)
    with open_sessions(url, clock, seconds=SECONDS) as other:
        assert other.kitchen.session(session) == state
    assert check(state.plan.problem, state.plan.schedule).violations == ()
    assert {entry.event.what.kind for entry in sessions.kitchen.events(session)} > set(KINDS) - {"back", "swap"}


KILLED_AT = ("record", "_settle", "_run", "append_after")
CHILD = """
import os, signal, sys
from datetime import datetime
from kitchen_agent.live import events as happen
from kitchen_agent.live.kitchen import LiveKitchen
from kitchen_agent.live.sessions import Sessions, open_sessions
from kitchen_agent.live.store import SessionStore
url, session, task, moment, where, when = sys.argv[1:]
owner = next(cls for cls in (LiveKitchen, Sessions, SessionStore) if where in vars(cls))
step = vars(owner)[where]
def dying(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    step(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
with open_sessions(url, lambda: datetime.fromisoformat(moment), seconds=0.0) as sessions:
    sessions.kitchen.session(session)
    setattr(owner, where, dying)
    sessions.tell(session, happen.NeedsMinutes(task=task, minutes=30), "more", "Ana")
"""


@on_both
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("where", KILLED_AT)
def test_killed_between_two_steps(
    sessions: Sessions, session: str, url: str, clock: Clock, where: str, when: str
) -> None:
    task = tasks_of(dinner_plan())[0].id
    sessions.tell(session, happen.TaskStarted(task=task), "start", "Ana")
    child = subprocess.run(
        [sys.executable, "-c", CHILD, url, session, task, clock.moment.isoformat(), where, when],
        check=False, timeout=300, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL
    with open_sessions(url, clock, seconds=SECONDS) as reopened:
        reopened.tell(session, happen.NeedsMinutes(task=task, minutes=30), "more", "Ana")
        state = reopened.kitchen.session(session)
        keys = [entry.event.key for entry in reopened.kitchen.events(session)]
    expected = clock.moment + timedelta(minutes=tasks_of(dinner_plan())[0].minutes + 30)
    assert state.progress(task).expected == expected
    assert keys == ["approved", "start", "more", "plan after 3"]


def _write(url: str, session: str, moment: datetime, writer: int) -> None:
    task = tasks_of(dinner_plan())[0].id
    with open_sessions(url, lambda: moment, seconds=0.0) as sessions:
        for tap in range(TAPS):
            sessions.tell(session, happen.NeedsMinutes(task=task, minutes=1), f"{writer} {tap}", f"cook {writer}")
            sessions.tell(session, happen.NeedsMinutes(task=task, minutes=1), f"shared {tap}", f"cook {writer}")


@on_both
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_eight_processes_write_one_session(sessions: Sessions, session: str, url: str, clock: Clock) -> None:
    task = tasks_of(dinner_plan())[0].id
    sessions.tell(session, happen.TaskStarted(task=task), "start", "Ana")
    context = multiprocessing.get_context("spawn")
    arguments = [(url, session, clock.moment, writer) for writer in range(WRITERS)]
    children = [context.Process(target=_write, args=given) for given in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join(300)
    assert [child.exitcode for child in children] == [0] * WRITERS
    events = sessions.kitchen.events(session)
    assert [entry.seq for entry in events] == list(range(1, len(events) + 1))
    told = [entry for entry in events if entry.event.what.kind == "needs_minutes"]
    assert len(told) == WRITERS * TAPS + TAPS
    minutes = tasks_of(dinner_plan())[0].minutes + len(told)
    assert sessions.kitchen.session(session).progress(task).expected == clock.moment + timedelta(minutes=minutes)


@on_both
def test_a_clock_that_goes_back_does_not_undo_anything(sessions: Sessions, session: str, clock: Clock) -> None:
    task = tasks_of(dinner_plan())[0]
    sessions.tell(session, happen.TaskStarted(task=task.id), "start", "Ana")
    before = clock.moment
    clock.moment -= timedelta(hours=2)
    sessions.tell(session, happen.NeedsMinutes(task=task.id, minutes=5), "more", "Ana")
    state = sessions.kitchen.session(session)
    assert state.now == before
    assert all(item.start >= before for item in tasks_of(state.plan) if state.progress(item.id).state == "waiting")


@on_both
def test_after_a_long_sleep_the_timers_are_right(sessions: Sessions, session: str, clock: Clock) -> None:
    task = tasks_of(dinner_plan())[0]
    sessions.tell(session, happen.TaskStarted(task=task.id), "start", "Ana")
    clock.moment += timedelta(minutes=task.minutes + 45)
    assert sessions.kitchen.refresh(session)
    state = sessions.kitchen.session(session)
    assert any(alarm.kind == "over" and alarm.task == task.id for alarm in alarms(state, clock.moment))
    waiting = [item for item in tasks_of(state.plan) if state.progress(item.id).state == "waiting"]
    assert all(item.start >= clock.moment - timedelta(minutes=1) for item in waiting)
