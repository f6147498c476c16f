"""The desk without a server: sentences, and what was told and changed last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import pytest

from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live import events as happen
from kitchen_agent.live.sessions import Sessions, database_url, open_sessions
from kitchen_agent.plan import DinnerPlan, Item
from kitchen_agent.web.desk import Board, Desk
from kitchen_agent.web.told import Said, Tapped, Tells
from tests.kitchen_agent.live.dinner import tasks_of
from tests.kitchen_agent.live.viewing import Wrote
from tests.kitchen_agent.web.dinner import open_dinner

Found = TypeVar("Found")


@pytest.fixture
def session(tmp_path: Path, plan: DinnerPlan) -> str:
    return open_dinner(tmp_path, plan)


def at_desk(data: Path, wrote: str, work: Callable[[Desk], Coroutine[object, object, Found]]) -> Found:
    """What `work` gives at a desk whose model writes `wrote`."""

    def opened() -> AbstractContextManager[Sessions]:
        return open_sessions(database_url(data), seconds=0.0)

    async def run() -> Found:
        desk = Desk(opened, lambda: Wrote(wrote))
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
    asked = at_desk(tmp_path, f"done {name}", lambda desk: desk.hear(session, Said(sentence="the chicken is done")))
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

    words, tells = at_desk(tmp_path, line, talk)
    assert words.endswith("?")
    assert tells.events == (happen.NeedsMinutes(task=first.id, minutes=12),)


@pytest.mark.parametrize("line", ["none", "plan everything"])
def test_a_sentence_that_is_no_event_is_refused(tmp_path: Path, session: str, line: str) -> None:
    said = Said(sentence="what a lovely evening", line="" if line == "none" else line)
    with pytest.raises(UnclearSentenceError):
        at_desk(tmp_path, "none", lambda desk: desk.hear(session, said))


def test_what_was_told_and_what_it_changed_is_on_every_board_and_after_a_restart(
    tmp_path: Path, session: str, first: Item
) -> None:
    tapped = Tapped(key="k", by="ana", tells=Tells(events=(happen.NeedsMinutes(task=first.id, minutes=40),)))

    async def tell(desk: Desk) -> Board:
        assert (await desk.board(session, "")).latest.told == ""
        assert await desk.tell(session, tapped) == "Noted."
        return await settled(desk, session)

    board = at_desk(tmp_path, "none", tell)
    again = at_desk(tmp_path, "none", lambda desk: settled(desk, session))
    for one in (board, again):
        assert one.latest.told.startswith("Ana: 40 more minutes: ")
        assert one.latest.changed[0].startswith("The plan changes because: 40 more minutes")
        assert len(one.latest.changed) > 1
    assert again.latest.changed == board.latest.changed


def test_a_cook_sees_their_own_tasks_and_what_they_look_after(tmp_path: Path, session: str, plan: DinnerPlan) -> None:
    async def look(desk: Desk) -> tuple[Board, ...]:
        return tuple([await desk.board(session, cook) for cook in ("", "ana", "ben", "nobody")])

    everyone, ana, ben, unknown = at_desk(tmp_path, "none", look)

    def shown(board: Board) -> list[str]:
        cards = (*board.tasks.now, *board.tasks.next, *board.tasks.later, *board.tasks.done)
        return [card.task for card in cards]

    tasks = {item.id: item for item in tasks_of(plan)}
    assert sorted(shown(everyone)) == sorted(shown(unknown)) == sorted(tasks)
    assert all("Ana" in tasks[task].cooks or tasks[task].watcher in ("Ana", "") for task in shown(ana))
    assert set(shown(ana)) | set(shown(ben)) == set(tasks)
    assert [card.cooks for card in ben.tasks.next] == [("Ben",)]
