"""The databases that the tests of the store and of sessions run on: SQLite, and a real PostgreSQL.

The PostgreSQL is the one that KITCHEN_TEST_POSTGRES names; without a name, a server of its own for each test process
where the server's programs are installed; without those, one that answers on this machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

NAMED: Final = "KITCHEN_TEST_POSTGRES"
LOCAL: Final = "postgresql://postgres@127.0.0.1/postgres"
BOTH: Final = ("sqlite", "postgresql")
DEBIAN: Final = Path("/usr/lib/postgresql")
START_SECONDS: Final = 60

# The server speaks on a socket in its own folder only, so it meets no other server. It lives for as long as somebody
# holds the pipe that this script reads: when the tests end, be it by kill -9, the server stops and the folder goes.
_SERVER: Final = """
export LC_ALL=C PATH="$1:/usr/bin:/bin"
folder=$(mktemp -dt kitchen-postgres.XXXXXX) || exit 1
{
    initdb -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale --no-sync &&
    pg_ctl -D "$folder/data" -l "$folder/log" -w -t "$2" -o "-k $folder -c listen_addresses='' -F" \\
        -o "-c shared_buffers=16MB -c full_page_writes=off" start
} >"$folder/out" 2>&1 </dev/null && echo "$folder" || cat "$folder/out" "$folder/log" >&2
exec >/dev/null
cat
pg_ctl -D "$folder/data" -m immediate -w stop 2>&1
rm -rf "$folder"
"""


def database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database of this kind; the test is skipped, saying so, when there is no PostgreSQL."""
    if kind == "postgresql":
        return str(request.getfixturevalue("postgresql"))
    return f"sqlite:///{folder / 'sessions.sqlite'}"


def server_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest where there are several; None when they are missing."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = [path.parent for path in DEBIAN.glob("*/bin/initdb") if path.parts[-3].isdecimal()]
    return max(versions, key=lambda path: int(path.parts[-2]), default=None)


@contextmanager
def own_server(programs: Path) -> Iterator[str]:
    """The URL of a fresh PostgreSQL that lives until the end of the block; `programs` is where its programs are.

    Where it does not start, what needs it fails, saying why.
    """
    server = subprocess.Popen(
        ["/bin/sh", "-c", _SERVER, "kitchen-postgres", str(programs), str(START_SECONDS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
        start_new_session=True, **_unprivileged(),
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    folder = server.stdout.readline().strip()
    try:
        if folder:
            yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _, fault = server.communicate()
    if not folder:
        pytest.fail(f"the PostgreSQL of {programs} does not start: {fault.strip()[-500:]}")


def _unprivileged() -> dict[str, Any]:
    """How a process is started that is not root's, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def answers(url: str) -> bool:
    """Whether a PostgreSQL answers at `url`."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True
