"""The commands of the live kitchen as processes: from a menu to events, status and log; a killed planning goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kitchen_agent.live.sessions import database_url
from kitchen_agent.live.store import SessionStore
from tests.kitchen_agent.dinners import Data

MENU = """
guests: 4
serve_at: 2030-05-04 19:30
time_zone: UTC
dishes: [green beans, tomato soup]
cooks: ["Ana:expert", Ben]
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def menu(tmp_path: Path) -> Path:
    path = tmp_path / "menu.yaml"
    path.write_text(MENU)
    return path


def of_folder(data: Data, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that needs no model."""
    return subprocess.run(
        [sys.executable, "-m", "kitchen_agent", *arguments],
        env={**os.environ, "KITCHEN_DATA_DIR": str(data.folder), "TZ": "UTC"},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_menu_becomes_a_session_that_takes_events(data: Data, menu: Path) -> None:
    cooked = data.kitchen("cook", str(menu), "--yes", timeout=200)
    assert cooked.returncode == 0, cooked.stderr
    assert cooked.returncode == 0, cooked.stderr
    session = re.search(r"^Session (\w+); reopen", cooked.stderr, re.MULTILINE)
    assert session is not None
    name = session[1]
    assert name in of_folder(data, "sessions").stdout
    status = of_folder(data, "status", name).stdout
    task = re.search(r"^waiting\s+\d\d:\d\d\s+(\S+)", status, re.MULTILINE)
    assert task is not None, status
    for _ in range(2):
        told = data.kitchen("event", name, "needs_minutes", task[1], "10", "--key", "tap", "--by", "Ana", timeout=200)
        assert told.returncode == 0, told.stderr
    log = of_folder(data, "log", name).stdout.splitlines()
    assert sum("10 more minutes" in line for line in log) == 2, "the event, and the new plan because of it"


@pytest.mark.slow
def test_events_that_make_no_sense_are_refused_with_what_would(data: Data, menu: Path) -> None:
    cooked = data.kitchen("cook", str(menu), "--yes", timeout=200)
    assert cooked.returncode == 0, cooked.stderr
    name = re.findall(r"Session (\w+); reopen", cooked.stderr)[0]
    unknown = data.kitchen("event", name, "explodes", "oven", timeout=200)
    assert (unknown.returncode, "needs_minutes" in unknown.stderr) == (2, True)
    wrong = data.kitchen("event", name, "fails", "dishwasher", timeout=200)
    assert (wrong.returncode, "The nearest are" in wrong.stderr) == (2, True)


_KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from kitchen_agent.app import open_deps
from kitchen_agent.live.sessions import database_url, open_sessions
from tests.kitchen_agent.dinners import make_data

data = make_data(Path(sys.argv[1]))
with open_deps(data.folder, data.choice) as deps:
    kill = lambda problem: os.kill(os.getpid(), signal.SIGKILL)
    deadly = replace(deps, scheduler=replace(deps.scheduler, solve=kill))
    with open_sessions(database_url(data.folder), planning=lambda: deadly) as sessions:
        sessions.plan("night", {}, Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_session_that_was_killed_while_its_menu_was_planned_goes_on(data: Data, menu: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(data.folder), str(menu)], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=200, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (data.folder / "answers.sqlite").unlink()
    cooked = data.kitchen("cook", "night", "--yes", timeout=200)
    assert cooked.returncode == 0, "the dishes were read before, and there is no model to read them again"
    store = SessionStore(database_url(data.folder))
    assert [entry.event.key for entry in store.events("night")] == ["approved"]
    store.close()


@pytest.mark.slow
def test_who_says_no_to_a_plan_is_asked_again(data: Data, menu: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "kitchen_agent", "cook", str(menu), "--model", str(data.choice.model_path)],
        env={**os.environ, "KITCHEN_DATA_DIR": str(data.folder), "TZ": "UTC"}, input="n\n",
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert asked.returncode == 1
    name = re.findall(r"approve it later with: kitchen cook (\w+)", asked.stderr)[0]
    early = data.kitchen("event", name, "guests", "6", timeout=200)
    assert (early.returncode, "not approved" in early.stderr) == (1, True)
    assert data.kitchen("cook", name, "--yes", timeout=200).returncode == 0
