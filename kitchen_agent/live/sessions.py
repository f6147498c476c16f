"""Opens, resumes and lists cooking sessions: what the command line and the web use of the live kitchen.

Events and the checkpoints of the graph are in one database: a SQLite file of the data folder, or the PostgreSQL that
DATABASE_URL names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command
from sqlalchemy.engine import make_url

from kitchen_agent.app import THREADS, Listener, new_run
from kitchen_agent.checkpoints import open_checkpoints
from kitchen_agent.errors import SessionClosedError, StoreError
from kitchen_agent.live.added import planned_dish
from kitchen_agent.live.difference import changes
from kitchen_agent.live.events import Happening, Recorded
from kitchen_agent.live.kitchen import LiveKitchen, Told
from kitchen_agent.live.replan import SECONDS
from kitchen_agent.live.store import SessionStore
from kitchen_agent.live.thread import SessionDeps, SessionGraph, SessionState, build_session_graph
from kitchen_agent.menu import DishRequest
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.progress import DinnerProgress, DishProgress, Progress
from kitchen_agent.state import STATE_TYPES, Deps, Refusal

FILE_NAME: Final = "sessions.sqlite"


def unheard(_: Progress) -> None:
    """Listens to the progress of planning and tells nobody."""


def wall_clock() -> datetime:
    """The time now, with the zone of this machine."""
    return datetime.now().astimezone()


def database_url(data_dir: Path) -> str:
    """DATABASE_URL, or the SQLite file of the data folder, which is made when it is missing."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(str(data_dir), str(error.strerror)) from error
    return f"sqlite:///{data_dir / FILE_NAME}"


@dataclass(frozen=True)
class Sessions:
    """The sessions of one database, each a thread of the graph.

    `planning` opens what planning needs: for menus, for dishes that are added, for ingredients that are missing.
    """

    kitchen: LiveKitchen
    graph: SessionGraph
    planning: Callable[[], Deps] | None = None

    def open(self, plan: DinnerPlan, session: str | None = None) -> str:
        """Open a session for `plan`, which waits for approval; return its id."""
        session = session or new_run()
        self._run(session, {"session": session, "plan": plan})
        return session

    def plan(
        self, session: str, asked: dict[str, Any], menu_file: Path | None, listen: Listener = unheard
    ) -> Refusal | None:
        """Plan the dinner that was asked for and open `session` (from `new_run`) for it; or why there is no plan."""
        return self._planned(session, {"session": session, "asked": asked, "menu_file": menu_file}, listen)

    def go_on_planning(self, session: str, listen: Listener = unheard) -> Refusal | None:
        """As `plan`, for a session whose planning was interrupted: dishes that were planned are not read again."""
        return self._planned(session, None, listen)

    def is_unplanned(self, session: str) -> bool:
        """Whether the planning of this session was interrupted before there was a plan."""
        return self.graph.get_state(_config(session)).next in (("make_plan",), ("open_session",))

    def _planned(self, session: str, given: SessionState | None, listen: Listener) -> Refusal | None:
        self._run(session, given, listen)
        refusal = self.graph.get_state(_config(session)).values.get("refusal")
        return refusal if isinstance(refusal, Refusal) else None

    def approve(self, session: str, by: str) -> None:
        """Say yes to the plan; once is enough. Raises UnknownSessionError."""
        self.kitchen.approve(session, by)
        self.wake(session)

    def decline(self, session: str) -> None:
        """Say no to the plan: the session goes on waiting for approval."""
        if "approve" in self._waits_at(session):
            self._run(session, Command(resume=False))

    def tell(self, session: str, what: Happening, key: str, by: str) -> Told:
        """Add an event and wake the thread, which makes the plan that it calls for.

        An event with a `key` that the session has already counts once. Raises EventRefusedError, UnknownSessionError,
        and SessionClosedError when the plan was not approved.
        """
        before = self.kitchen.session(session)
        if not before.approved:
            raise SessionClosedError(session)
        recorded, new = self.kitchen.record(session, what, key, by)
        return self.follow(session, before.plan, recorded, new=new)

    def follow(self, session: str, before: DinnerPlan, recorded: Recorded, *, new: bool = True) -> Told:
        """Wake the thread after an event that is in the store, and say what came of it since the plan `before`."""
        self.wake(session)
        plan = self.kitchen.session(session).plan
        told = changes(before, plan, self.kitchen.now()) if plan != before else ()
        return Told(recorded, new, told, self.kitchen.trouble(session))

    def add_dish(self, session: str, wish: DishRequest, key: str, by: str, listen: Listener = unheard) -> Told:
        """Plan one more dish as the menu's dishes were planned, and add it. Raises as `tell`, and DishNotFoundError.

        With a `key` that the session has already, the recipe is not read again.
        """
        assert self.planning is not None, "dishes are added where there is a planner"
        known = next((entry for entry in self.kitchen.events(session) if entry.event.key == key), None)
        if known is not None:
            return self.tell(session, known.event.what, key, by)
        before = self.kitchen.session(session)
        if not before.approved:
            raise SessionClosedError(session)
        return self.tell(session, planned_dish(before, wish, self.planning(), listen), key, by)

    def wake(self, session: str) -> None:
        """Let the thread look at the events, also after a crash in the middle of a step."""
        waits_at = self._waits_at(session)
        if "approve" in waits_at:
            if self.kitchen.is_approved(session):
                self._run(session, Command(resume=True))
        elif "cook" in waits_at:
            self._run(session, Command(resume="event"))
        elif waits_at:
            self._run(session, None)

    def _waits_at(self, session: str) -> tuple[str, ...]:
        self.kitchen.newest(session)  # says so when there is no such session
        return self.graph.get_state(_config(session)).next

    def _run(self, session: str, given: SessionState | Command[Any] | None, listen: Listener = unheard) -> None:
        stream = self.graph.stream(
            given,
            _config(session),
            context=SessionDeps(self.kitchen, self.planning),
            stream_mode="custom",
            subgraphs=True,
            durability="sync",
        )
        for _, event in stream:
            if isinstance(event, DishProgress | DinnerProgress):
                listen(event)


@contextmanager
def open_sessions(
    url: str,
    now: Callable[[], datetime] = wall_clock,
    *,
    seconds: float = SECONDS,
    planning: Callable[[], Deps] | None = None,
) -> Iterator[Sessions]:
    """The sessions of the database at `url`, until the end of the block. Raises StoreError.

    `seconds` is how long each new plan is searched for.
    """
    with ExitStack() as stack:
        store = SessionStore(url)
        stack.callback(store.close)
        saver = stack.enter_context(_checkpointer(url))
        yield Sessions(LiveKitchen(store, now, seconds=seconds), build_session_graph(saver), planning)


@contextmanager
def _checkpointer(url: str) -> Iterator[BaseCheckpointSaver[Any]]:
    if make_url(url).get_backend_name() == "sqlite":
        with open_checkpoints(Path(make_url(url).database or "")) as saver:
            yield saver
        return
    from langgraph.checkpoint.postgres import PostgresSaver  # of the extra postgres, as the store has made sure
    from psycopg import Connection
    from psycopg.rows import dict_row

    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with Connection.connect(dsn, autocommit=True, prepare_threshold=0, row_factory=dict_row) as connection:
        postgres = PostgresSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=STATE_TYPES))
        postgres.setup()
        yield postgres


def _config(session: str) -> RunnableConfig:
    return {"configurable": {"thread_id": session}, "max_concurrency": THREADS}
