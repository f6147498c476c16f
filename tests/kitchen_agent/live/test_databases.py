"""The PostgreSQL that the tests start for themselves leaves nothing behind, whatever becomes of the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sqlalchemy.engine import make_url

from tests.kitchen_agent.live.databases import answers, own_server, server_programs

PROGRAMS = server_programs()
needs_programs = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL's server programs are not installed")
HOLDER = """
import sys, time
from pathlib import Path
from tests.kitchen_agent.live.databases import own_server
with own_server(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


def _folder(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def _soon(holds: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def _has_ended(process: psutil.Process) -> bool:
    """Whether the process does nothing any more; in a container nobody may ask how it ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@needs_programs
def test_a_server_answers_and_then_its_folder_is_gone() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    assert PROGRAMS is not None
    with own_server(PROGRAMS) as url:
        assert answers(url)
        folder = _folder(url)
        assert folder.stat().st_mode & 0o077 == 0, "nobody else may connect"
    assert not folder.exists()
    assert not answers(url)


@needs_programs
@pytest.mark.slow
def test_tests_that_are_killed_leave_no_server() -> None:
    command = [sys.executable, "-c", HOLDER, str(PROGRAMS)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as tests:
        assert tests.stdout is not None
        folder = _folder(tests.stdout.readline().strip())
        server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        tests.send_signal(signal.SIGKILL)
    assert _soon(lambda: not folder.exists())
    assert _soon(lambda: _has_ended(server))
