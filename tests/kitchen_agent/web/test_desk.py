"""The desk without a server: sentences, and what was told and changed last."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest

from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live import events as happen
from kitchen_agent.live import kitchen
from kitchen_agent.live.replan import Replanned, replan
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions, database_url, open_sessions
from kitchen_agent.live.understand import Reads
from kitchen_agent.plan import DinnerPlan, Item
from kitchen_agent.planner import Question
from kitchen_agent.web.desk import Board, Desk
from kitchen_agent.web.told import Said, Tapped, Tells
from tests.kitchen_agent.live.dinner import tasks_of
from tests.kitchen_agent.live.viewing import Wrote
from tests.kitchen_agent.web.dinner import open_dinner

Found = TypeVar("Found")


@pytest.fixture
def session(tmp_path: Path, plan: DinnerPlan) -> str:
    return open_dinner(tmp_path, plan)


def at_desk(data: Path, reader: Reads, work: Callable[[Desk], Coroutine[object, object, Found]]) -> Found:
    """What `work` gives at a desk with this model."""

    def opened() -> AbstractContextManager[Sessions]:
        return open_sessions(database_url(data), seconds=0.0)

    async def run() -> Found:
        desk = Desk(opened, lambda: reader)
        try:
            return await work(desk)
        finally:
            desk.close()

    return asyncio.run(run())


async def settled(desk: Desk, session: str) -> Board:
    """The board when nothing is planned any more."""
    while (board := await desk.board(session, "")).planning:
        await asyncio.sleep(0.02)
    return board


def test_a_sentence_that_may_mean_several_things_gives_a_choice(tmp_path: Path, session: str) -> None:
    name = "Start: Let the chicken stand at room temperature"
    said = Said(sentence="the chicken is done")
    asked = at_desk(tmp_path, Wrote(f"done {name}"), lambda desk: desk.hear(session, said))
    assert len(asked.buttons) > 1
    tells = [Tells.model_validate_json(button.tells) for button in asked.buttons]
    assert all(isinstance(one.events[0], happen.TaskDone) for one in tells)
    assert len({button.key for button in asked.buttons}) == len(asked.buttons)


def test_an_amount_that_is_missing_is_asked_for(tmp_path: Path, session: str, first: Item) -> None:
    said = Said(sentence=f"{first.name} takes longer")
    line = f"needs_minutes ? {first.name}"

    async def talk(desk: Desk) -> tuple[str, Tells]:
        asked = await desk.hear(session, said)
        assert (asked.sentence, asked.line, asked.buttons) == (said.sentence, line, ())
        again = await desk.hear(session, said.model_copy(update={"line": asked.line, "amount": "about 12 minutes"}))
        return asked.words, Tells.model_validate_json(again.buttons[0].tells)

    words, tells = at_desk(tmp_path, Wrote(line), talk)
    assert words.endswith("?")
    assert tells.events == (happen.NeedsMinutes(task=first.id, minutes=12),)


@pytest.mark.parametrize("line", ["none", "plan everything"])
def test_a_sentence_that_is_no_event_is_refused(tmp_path: Path, session: str, line: str) -> None:
    said = Said(sentence="what a lovely evening", line="" if line == "none" else line)
    with pytest.raises(UnclearSentenceError):
        at_desk(tmp_path, Wrote("none"), lambda desk: desk.hear(session, said))


def test_what_was_told_and_what_it_changed_is_on_every_board_and_after_a_restart(
    tmp_path: Path, session: str, first: Item
) -> None:
    tapped = Tapped(key="k", by="ana", tells=Tells(events=(happen.NeedsMinutes(task=first.id, minutes=40),)))

    async def tell(desk: Desk) -> Board:
        assert (await desk.board(session, "")).latest.told == ""
        assert await desk.tell(session, tapped) == "Noted."
        return await settled(desk, session)

    board = at_desk(tmp_path, Wrote("none"), tell)
    again = at_desk(tmp_path, Wrote("none"), lambda desk: settled(desk, session))
    for one in (board, again):
        assert one.latest.told.startswith("Ana: 40 more minutes: ")
        assert one.latest.changed[0].startswith("The plan changes because: 40 more minutes")
        assert len(one.latest.changed) > 1
    assert again.latest.changed == board.latest.changed


def test_a_cook_sees_their_own_tasks_and_what_they_look_after(tmp_path: Path, session: str, plan: DinnerPlan) -> None:
    async def look(desk: Desk) -> tuple[Board, ...]:
        return tuple([await desk.board(session, cook) for cook in ("", "ana", "ben", "nobody")])

    everyone, ana, ben, unknown = at_desk(tmp_path, Wrote("none"), look)

    def shown(board: Board) -> list[str]:
        cards = (*board.tasks.now, *board.tasks.next, *board.tasks.later, *board.tasks.done)
        return [card.task for card in cards]

    tasks = {item.id: item for item in tasks_of(plan)}
    assert sorted(shown(everyone)) == sorted(shown(unknown)) == sorted(tasks)
    assert all("Ana" in tasks[task].cooks or tasks[task].watcher in ("Ana", "") for task in shown(ana))
    assert set(shown(ana)) | set(shown(ben)) == set(tasks)
    assert [card.cooks for card in ben.tasks.next] == [("Ben",)]


def test_a_model_that_reads_does_not_hold_up_the_pages(tmp_path: Path, session: str) -> None:
    go_on = threading.Event()

    class Slow(Wrote):
        def ask(self, question: Question) -> Wrote:
            assert go_on.wait(60)
            return self

    async def work(desk: Desk) -> int:
        heard = asyncio.create_task(desk.hear(session, Said(sentence="seven guests")))
        await asyncio.sleep(0.05)
        board = await desk.board(session, "")
        assert not heard.done()
        go_on.set()
        assert len((await heard).buttons) == 1
        return len(board.tasks.now) + len(board.tasks.next)

    assert at_desk(tmp_path, Slow("guests 7"), work) > 0


def test_a_plan_that_takes_long_is_made_while_pages_go_on(
    tmp_path: Path, session: str, first: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(session: Session, now: datetime, *, seconds: float) -> Replanned:
        assert go_on.wait(60)
        return replan(session, now, seconds=seconds)

    monkeypatch.setattr(kitchen, "replan", slow)

    async def work(desk: Desk) -> tuple[str, bool, bool]:
        what = happen.NeedsMinutes(task=first.id, minutes=40)
        said = await desk.tell(session, Tapped(key="k", tells=Tells(events=(what,))))
        before = await desk.board(session, "")
        assert before.latest.told.startswith("web: 40 more minutes")
        go_on.set()
        return said, before.planning, (await settled(desk, session)).planning

    assert at_desk(tmp_path, Wrote("none"), work) == ("Noted.", True, False)
