"""Sessions as append-only lists of events, in SQLite (write-ahead log) or PostgreSQL.

`append` returns only when the event is on disk. Two writers of one session queue behind a lock that the database
gives, so sequence numbers have no gaps and no event is lost; an event whose key is there already is not added again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from kitchen_agent.errors import StoreError, UnknownSessionError
from kitchen_agent.live.events import Event, Recorded

_BUSY_SECONDS = 30
_METADATA = MetaData()
_SESSIONS = Table(
    "kitchen_sessions",
    _METADATA,
    Column("id", String(40), primary_key=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opening", Text, nullable=False),
)
_EVENTS = Table(
    "kitchen_events",
    _METADATA,
    Column("session", String(40), ForeignKey("kitchen_sessions.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", String(100), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("event", Text, nullable=False),
    UniqueConstraint("session", "key"),
)


class SessionStore:
    """The sessions of one database. `url` is an SQLAlchemy URL: `sqlite:///file` or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self._engine = _open(url)
        try:
            with self._writing() as connection:
                _METADATA.create_all(connection)
        except DBAPIError as error:
            raise StoreError(url, str(error.orig)) from error

    def open_session(self, session: str, opening: str) -> bool:
        """Start `session` with its opening document (JSON text); False when it is there already, unchanged."""
        with self._writing() as connection:
            if connection.scalar(select(_SESSIONS.c.id).where(_SESSIONS.c.id == session)):
                return False
            values = {"id": session, "opened_at": datetime.now(UTC), "opening": opening}
            connection.execute(insert(_SESSIONS).values(values))
            return True

    def opening(self, session: str) -> str:
        """The document that `session` was opened with. Raises UnknownSessionError."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(_SESSIONS.c.opening).where(_SESSIONS.c.id == session))
        if found is None:
            raise UnknownSessionError(session, self.sessions())
        return str(found)

    def sessions(self) -> list[str]:
        """The ids of all sessions, newest first."""
        with self._engine.connect() as connection:
            return list(connection.scalars(select(_SESSIONS.c.id).order_by(_SESSIONS.c.opened_at.desc())))

    def append(self, session: str, entry: Event) -> tuple[Recorded, bool]:
        """Add `entry` to `session`; return it as recorded, and whether it is new.

        The event that is already there under the same key is returned as it was. Raises UnknownSessionError.
        """
        with self._writing() as connection:
            there, newest = self._state(connection, session, entry.key)
            return (there, False) if there else (_add(connection, session, entry, newest + 1), True)

    def append_after(self, session: str, entry: Event, last: int) -> tuple[Recorded, bool] | None:
        """As `append`, but only while `last` is the number of the newest event (0: none); else None.

        Whoever decided on the ground of the events up to `last` reads the newer ones and decides again.
        """
        with self._writing() as connection:
            there, newest = self._state(connection, session, entry.key)
            if there:
                return there, False
            return (_add(connection, session, entry, newest + 1), True) if newest == last else None

    def events(self, session: str, after: int = 0) -> list[Recorded]:
        """The events of `session` with a number above `after`, in order."""
        query = select(_EVENTS).where(_EVENTS.c.session == session, _EVENTS.c.seq > after).order_by(_EVENTS.c.seq)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [_recorded(row["seq"], row["recorded_at"], row["event"]) for row in rows]

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            if self._engine.dialect.name == "postgresql":
                # Tables are made by whoever comes first; the lock keeps two first-comers apart.
                connection.execute(text("SELECT pg_advisory_xact_lock(7271931)"))
            yield connection

    def _state(self, connection: Connection, session: str, key: str) -> tuple[Recorded | None, int]:
        """The event with this key, if there is one, and the number of the newest event."""
        self._lock(connection, session)
        same = select(_EVENTS).where(_EVENTS.c.session == session, _EVENTS.c.key == key)
        row = connection.execute(same).mappings().first()
        newest = connection.scalar(select(func.max(_EVENTS.c.seq)).where(_EVENTS.c.session == session)) or 0
        return _recorded(row["seq"], row["recorded_at"], row["event"]) if row else None, newest

    def _lock(self, connection: Connection, session: str) -> None:
        row = select(_SESSIONS.c.id).where(_SESSIONS.c.id == session).with_for_update()
        if connection.scalar(row) is None:
            raise UnknownSessionError(session, self.sessions())


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(url, "this is not a database URL") from error
    if parsed.get_backend_name() == "postgresql":
        try:
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        except ImportError as error:
            raise StoreError(
                url, "this needs the extra postgres: pip install -e '.[postgres]' in this project's folder"
            ) from error
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(url, f"{parsed.get_backend_name()} is not supported")
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions start too late to lock before reading; `_begin_sqlite` starts them instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _add(connection: Connection, session: str, entry: Event, seq: int) -> Recorded:
    recorded = Recorded(seq=seq, recorded_at=datetime.now(UTC), event=entry)
    connection.execute(
        insert(_EVENTS).values(
            session=session,
            seq=seq,
            key=entry.key,
            recorded_at=recorded.recorded_at,
            event=entry.model_dump_json(),
        )
    )
    return recorded


def _recorded(seq: int, recorded_at: datetime, entry: str) -> Recorded:
    # SQLite keeps no zone; what was written is UTC.
    moment = recorded_at if recorded_at.tzinfo else recorded_at.replace(tzinfo=UTC)
    return Recorded(seq=seq, recorded_at=moment, event=Event.model_validate_json(entry))
