"""The store of sessions: nothing acknowledged is lost, nothing is counted twice, with many writers too.

Runs on SQLite, and on a real PostgreSQL where there is one.
"""

import multiprocessing
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from kitchen_agent.errors import StoreError, UnknownSessionError
from kitchen_agent.live.events import Event, TaskDone
from kitchen_agent.live.store import SessionStore
from tests.kitchen_agent.live.databases import BOTH, database

WRITERS, EVENTS_EACH = 8, 12


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(request.param, tmp_path, request)


@pytest.fixture
def store(url: str) -> Iterator[SessionStore]:
    opened = SessionStore(url)
    yield opened
    opened.close()


def entry(key: str, task: str = "mousse/1") -> Event:
    return Event(key=key, at=datetime(2026, 5, 1, 18, 0, tzinfo=UTC), by="Ana's phone", what=TaskDone(task=task))


def test_events_come_back_in_order(store: SessionStore) -> None:
    session = uuid4().hex
    assert store.open_session(session, '{"menu": 1}')
    assert not store.open_session(session, "other")
    assert store.opening(session) == '{"menu": 1}'
    first, second = entry("a"), entry("b", "peas/2")
    assert store.append(session, first)[0].seq == 1
    assert store.append(session, second)[0].seq == 2
    assert [recorded.event for recorded in store.events(session)] == [first, second]
    assert [recorded.seq for recorded in store.events(session, after=1)] == [2]
    assert session in store.sessions()


def test_a_doubled_tap_counts_once(store: SessionStore) -> None:
    session = uuid4().hex
    store.open_session(session, "{}")
    once, new = store.append(session, entry("tap"))
    twice, again = store.append(session, entry("tap", "something else"))
    assert (new, again) == (True, False)
    assert once.seq == twice.seq
    assert twice.event == entry("tap")
    assert len(store.events(session)) == 1


def test_an_unknown_session_is_an_error(store: SessionStore) -> None:
    with pytest.raises(UnknownSessionError, match="does not exist"):
        store.append("nobody", entry("x"))
    with pytest.raises(UnknownSessionError):
        store.opening("nobody")


@pytest.mark.parametrize("bad", ["not a url", "mysql://host/db", "sqlite:////no/such/folder/x.db"])
def test_a_bad_database_is_a_clear_error(bad: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        SessionStore(bad)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "sessions.sqlite").write_text("not a database at all, really not\n" * 50)
    with pytest.raises(StoreError, match="not a database"):
        SessionStore(f"sqlite:///{tmp_path / 'sessions.sqlite'}")


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"\[postgres\]"):
        SessionStore("postgresql://ana@127.0.0.1:1/nothing")


def test_the_password_stays_secret() -> None:
    assert "hunter2" not in str(StoreError("postgresql://me:hunter2@host/db", "no answer"))


def _write(url: str, session: str, writer: int) -> None:
    with closing(SessionStore(url)) as store:
        for number in range(EVENTS_EACH):
            store.append(session, entry(f"{writer}-{number}"))
            store.append(session, entry(f"everybody-{number}"))


def test_eight_processes_write_one_session(store: SessionStore, url: str) -> None:
    session = uuid4().hex
    store.open_session(session, "{}")
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(url, session, writer)) for writer in range(WRITERS)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0] * WRITERS
    events = store.events(session)
    assert [recorded.seq for recorded in events] == list(range(1, len(events) + 1))
    keys = [recorded.event.key for recorded in events]
    assert len(keys) == len(set(keys)) == (WRITERS + 1) * EVENTS_EACH


_ENDLESS_WRITER = """
import sys
from tests.kitchen_agent.live.test_store import SessionStore, entry
store = SessionStore(sys.argv[1])
store.open_session(sys.argv[2], "{}")
for number in range(100_000):
    store.append(sys.argv[2], entry(str(number)))
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(store: SessionStore, url: str) -> None:
    session = uuid4().hex
    command = [sys.executable, "-c", _ENDLESS_WRITER, url, session]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.3)
        writer.send_signal(signal.SIGKILL)
        acknowledged = [0, *(int(line) for line in writer.stdout.read().split())]
    keys = [recorded.event.key for recorded in store.events(session)]
    assert keys[: len(acknowledged)] == [str(number) for number in acknowledged]
    assert len(keys) <= len(acknowledged) + 1
    assert store.append(session, entry("after"))[1]
