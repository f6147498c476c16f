"""The databases that the tests of the store and of sessions run on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

POSTGRES = os.environ.get("KITCHEN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1/postgres")
BOTH = ("sqlite", "postgresql")


def database(kind: str, folder: Path) -> str:
    """The URL of a database of this kind; the test is skipped, saying so, when no PostgreSQL answers."""
    return postgres_url() if kind == "postgresql" else f"sqlite:///{folder / 'sessions.sqlite'}"


def postgres_url() -> str:
    """The URL of a PostgreSQL that answers."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    engine = create_engine(
        POSTGRES.replace("postgresql://", "postgresql+psycopg://"), connect_args={"connect_timeout": 2}
    )
    try:
        engine.connect().close()
    except OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES.split('@')[-1]} (set KITCHEN_TEST_POSTGRES)")
    finally:
        engine.dispose()
    return POSTGRES
