"""`kitchen say` from the command line: what it refuses, and with the real model what it records, asks and shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitchen_agent import modelfiles, settings
from kitchen_agent.cli import app
from kitchen_agent.errors import (
    AmbiguousSentenceError,
    SessionClosedError,
    SettingsError,
    UnclearSentenceError,
    UnknownSessionError,
    UnsaidAmountError,
)
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.sessions import Sessions, database_url, open_sessions
from tests.kitchen_agent.live.dinner import dinner_plan, tasks_of


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    monkeypatch.setenv("KITCHEN_DATA_DIR", str(tmp_path))
    with open_sessions(database_url(tmp_path)) as opened:
        yield opened


@pytest.fixture
def session(sessions: Sessions) -> str:
    """A session whose first two tasks run."""
    name = sessions.open(dinner_plan())
    sessions.approve(name, "Ana")
    for item in tasks_of(dinner_plan())[:2]:
        sessions.tell(name, happen.TaskStarted(task=item.id), f"start {item.id}", "Ana")
    return name


def _say(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["say", *arguments], input=typed)


def _last(sessions: Sessions, session: str) -> Happening:
    told = [entry.event.what for entry in sessions.kitchen.events(session)]
    return [what for what in told if not isinstance(what, happen.PlanAdopted)][-1]


def test_what_is_no_session_is_refused(sessions: Sessions) -> None:
    assert isinstance(_say("nothing", "the soup is done").exception, UnknownSessionError)


def test_a_session_that_was_not_approved_is_refused(sessions: Sessions) -> None:
    assert isinstance(_say(sessions.open(dinner_plan()), "done").exception, SessionClosedError)


def test_an_adapter_that_is_not_there_is_refused(session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITCHEN_EVENTS_ADAPTER", "nowhere.gguf")
    monkeypatch.setenv("KITCHEN_TIER", "default")
    with pytest.raises(SettingsError, match="KITCHEN_EVENTS_ADAPTER"):
        modelfiles.adapter(settings.load(), "events")


def test_each_purpose_has_its_own_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"mine")
    monkeypatch.setenv("KITCHEN_EVENTS_ADAPTER", str(mine))
    monkeypatch.setenv("KITCHEN_ADAPTER", "none")
    current = settings.load()
    events = modelfiles.adapter(current, "events")
    assert events is not None
    assert events.path == mine
    assert modelfiles.adapter(current) is None


def test_a_tier_without_an_adapter_for_sentences_leaves_them_to_the_default_one() -> None:
    better = settings.Settings.model_validate({"tier": "better", "events_adapter": None})
    assert modelfiles.events_settings(better).tier == "default"
    untuned = settings.Settings.model_validate({"tier": "better", "events_adapter": "none"})
    assert modelfiles.events_settings(untuned).tier == "better"


@pytest.mark.gguf
@pytest.mark.timeout(600)
class TestWithTheModel:
    def test_one_sentence_is_one_event(self, sessions: Sessions, session: str) -> None:
        result = _say(session, "dinner for seven", "--yes", "--by", "Ben")
        assert result.exit_code == 0, result.output
        assert result.output.startswith("Understood: 7 guests now\n")
        assert _last(sessions, session) == happen.GuestsChanged(guests=7)
        assert [entry.event.by for entry in sessions.kitchen.events(session) if entry.event.by == "Ben"]

    def test_words_need_no_quotes_and_a_person_is_asked(self, sessions: Sessions, session: str) -> None:
        result = _say(session, "the", "blender", "broke", "down", typed="y\n")
        assert "Right? [Y/n]" in result.output
        assert result.exit_code == 0, result.output
        assert _last(sessions, session) == happen.EquipmentFails(equipment="blender")

    def test_no_is_no(self, sessions: Sessions, session: str) -> None:
        before = sessions.kitchen.events(session)
        result = _say(session, "dinner for seven", typed="n\n")
        assert result.exit_code == 1
        assert "Nothing was recorded." in result.output
        assert sessions.kitchen.events(session) == before

    def test_a_sentence_that_is_no_event_is_refused(self, sessions: Sessions, session: str) -> None:
        before = sessions.kitchen.events(session)
        assert isinstance(_say(session, "what a lovely evening", "--yes").exception, UnclearSentenceError)
        assert sessions.kitchen.events(session) == before

    def test_what_is_burnt_is_cooked_again(self, sessions: Sessions, session: str) -> None:
        result = _say(session, "the chicken is burnt", typed="1\ny\n")
        assert "once more: " in result.output
        assert result.exit_code == 0, result.output
        assert isinstance(_last(sessions, session), happen.TaskRedo)

    def test_a_task_that_is_not_there_is_not_invented(self, sessions: Sessions, session: str) -> None:
        before = sessions.kitchen.events(session)
        assert isinstance(_say(session, "the lobster needs ten more minutes", "--yes").exception, UnclearSentenceError)
        assert sessions.kitchen.events(session) == before

    def test_an_amount_that_is_missing_is_asked_for(self, sessions: Sessions, session: str) -> None:
        name = tasks_of(dinner_plan())[0].name
        told = f"{name}: that takes longer than I thought"
        assert isinstance(_say(session, told, "--yes").exception, UnsaidAmountError)
        result = _say(session, told, typed="ten\ny\n")
        assert "How many more minutes?" in result.output
        assert result.exit_code == 0, result.output
        event = _last(sessions, session)
        assert isinstance(event, happen.NeedsMinutes)
        assert event.minutes == 10

    def test_of_two_readings_a_person_chooses(self, sessions: Sessions, session: str) -> None:
        told = "somebody must leave at 19:00"
        assert isinstance(_say(session, told, "--yes").exception, AmbiguousSentenceError)
        result = _say(session, told, typed="7\n2\ny\n")
        assert "This can mean:\n  1. " in result.output
        assert result.exit_code == 0, result.output
        event = _last(sessions, session)
        assert isinstance(event, happen.CookLeaves)
        assert event.cook == dinner_plan().problem.cooks[1].id

    def test_an_answer_takes_a_moment(self, session: str) -> None:
        used = time.process_time()
        assert _say(session, "dinner for seven", "--yes").exit_code == 0
        assert time.process_time() - used < 15
