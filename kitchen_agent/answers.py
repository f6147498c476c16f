"""The model's answers, kept: a recipe that was planned once is not planned again.

An answer is found by everything that it depends on: the recipe, the prompt, the way of choosing tokens, the model
file and the adapter file. What is kept is the text that the model wrote; checks and mends run again each time, so
they may change freely.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kitchen_agent.errors import StorageError
from kitchen_agent.prompt import DECODING_VERSION, PROMPT_VERSION, Style
from kitchen_agent.recipe import Recipe

_SCHEMA = """CREATE TABLE IF NOT EXISTS answers (
    digest TEXT PRIMARY KEY, title TEXT NOT NULL, answer TEXT NOT NULL,
    written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"""
_BUSY_SECONDS = 10.0


@dataclass(frozen=True)
class Author:
    """Who writes: the SHA-256 of the model file and of the adapter file ("" without one), and the prompt's style."""

    model_sha256: str
    adapter_sha256: str
    style: Style


class AnswerStore:
    """Answers in one SQLite file that several processes may use at once.

    Everything raises StorageError when the file cannot be made, read or written, or is not a database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(_SCHEMA)
        except OSError as error:
            raise StorageError(path, str(error)) from error

    def get(self, recipe: Recipe, author: Author) -> str | None:
        """The answer that `author` gave for `recipe`, if there is one."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT answer FROM answers WHERE digest = ?", (digest(recipe, author),)
            ).fetchone()
        return str(row[0]) if row else None

    def put(self, recipe: Recipe, author: Author, answer: str) -> None:
        """Keep `answer`, in place of an older one."""
        with self._connection() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO answers (digest, title, answer) VALUES (?, ?, ?)",
                (digest(recipe, author), recipe.title, answer),
            )

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as connection, connection:
                yield connection
        except sqlite3.Error as error:
            raise StorageError(self._path, str(error)) from error


def digest(recipe: Recipe, author: Author) -> str:
    """The SHA-256 of all that an answer depends on; the recipe's key is only a name and does not count."""
    parts = [
        recipe.model_dump(mode="json", exclude={"key"}),
        PROMPT_VERSION,
        DECODING_VERSION,
        author.style,
        author.model_sha256,
        author.adapter_sha256,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
