"""Where the state of a run is kept between its steps: one SQLite file, one thread for each dinner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from kitchen_agent.errors import StorageError
from kitchen_agent.state import STATE_TYPES

_BUSY_SECONDS = 10.0


@contextmanager
def open_checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """A checkpointer over the file at `path`, which is made when it is missing.

    Only the types of the state are read back: a file that somebody changed cannot name other classes.
    Raises StorageError when the file cannot be opened or is not a SQLite database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(path, str(error)) from error
    with closing(connection):
        saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=STATE_TYPES))
        try:
            saver.setup()
        except sqlite3.Error as error:
            raise StorageError(path, str(error)) from error
        yield saver


def thread_ids(saver: SqliteSaver, limit: int) -> list[str]:
    """The ids of the last `limit` runs, newest first."""
    rows = saver.conn.execute(
        "SELECT thread_id FROM checkpoints WHERE checkpoint_ns = '' GROUP BY thread_id "
        "ORDER BY max(checkpoint_id) DESC LIMIT ?",
        (limit,),
    )
    return [str(row[0]) for row in rows]
