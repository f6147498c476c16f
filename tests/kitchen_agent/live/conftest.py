"""Fixtures for the tests of the live kitchen."""

import os
from collections.abc import Iterator

import pytest

from tests.kitchen_agent.live.databases import LOCAL, NAMED, answers, own_server, server_programs


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL; what needs one is skipped, saying so, where there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    named, programs = os.environ.get(NAMED), server_programs()
    if named is None and programs is not None:
        with own_server(programs) as url:
            yield url
    elif answers(named or LOCAL):
        yield named or LOCAL
    else:
        where = (named or LOCAL).rpartition("@")[-1]
        pytest.skip(f"no PostgreSQL answers at {where} (install its server, or set {NAMED})")
