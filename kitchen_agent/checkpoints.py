"""Where the state of a run is kept between its steps: one SQLite file, one thread for each dinner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import filelock
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from kitchen_agent.errors import RunBusyError, StorageError
from kitchen_agent.state import STATE_TYPES

_BUSY_SECONDS = 10.0


@contextmanager
def open_checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """A checkpointer over the file at `path`, which is made when it is missing.

    Only the types of the state are read back: a file that somebody changed cannot name other classes.
    Raises StorageError when the file cannot be opened or is not a SQLite database, and in place of what SQLite raises
    in the block.
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
            yield saver
        except sqlite3.Error as error:
            raise StorageError(path, str(error)) from error


@contextmanager
def held_run(folder: Path, run: str) -> Iterator[None]:
    """Keep other processes from working on `run` during the block; a process that dies lets go of it.

    Raises RunBusyError when another process has it, StorageError when `folder` cannot be written.
    """
    lock = filelock.FileLock(folder / f"{run}.lock", blocking=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise RunBusyError(run) from error
    except OSError as error:
        raise StorageError(folder, error.strerror or str(error)) from error
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def thread_ids(saver: SqliteSaver, limit: int) -> list[str]:
    """The ids of the last `limit` runs, newest first."""
    rows = saver.conn.execute(
        "SELECT thread_id FROM checkpoints WHERE checkpoint_ns = '' GROUP BY thread_id "
        "ORDER BY max(checkpoint_id) DESC LIMIT ?",
        (limit,),
    )
    return [str(row[0]) for row in rows]
