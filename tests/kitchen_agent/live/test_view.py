"""The live view: keys become events, timers follow the clock, small and wide terminals show what matters."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from kitchen_agent.live import events as happen
from kitchen_agent.live.sessions import Sessions, open_sessions
from kitchen_agent.live.view import LiveView
from tests.kitchen_agent.live.dinner import dinner_plan, tasks_of


@contextmanager
def opened(tmp_path: Path, clock: list[datetime]) -> Iterator[tuple[LiveView, Sessions, str]]:
    url = f"sqlite:///{tmp_path / 'sessions.sqlite'}"

    def again() -> AbstractContextManager[Sessions]:
        return open_sessions(url, lambda: clock[0], seconds=0.0)

    with again() as sessions:
        session = sessions.open(dinner_plan())
        sessions.approve(session, "Ana")
        yield LiveView(sessions, session, "Ana", again), sessions, session


def shown(view: LiveView, name: str) -> str:
    return str(view.query_one(f"#{name}", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_keys_become_events(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = [tasks_of(dinner_plan())[0].start]
    with opened(tmp_path, clock) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=size) as pilot:
                await pilot.press("enter")
                await pilot.press("5")
                clock[0] += timedelta(minutes=2)
                view.draw()
                await pilot.pause()
                minutes = tasks_of(dinner_plan())[0].minutes + 5 - 2
                assert f"{minutes}:00 left" in shown(view, "cooks")
                await pilot.press("p")
                await pilot.press("down", "enter")
                await pilot.press("e", *"guests 6", "enter")
                await pilot.press("q")

        asyncio.run(cook())
        kinds = [entry.event.what.kind for entry in sessions.kitchen.events(session)]
        assert [kind for kind in kinds if kind != "plan"] == ["started", "needs_minutes", "pause", "guests"]


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 12), ((120, 40), 24)])
def test_all_that_is_to_come_is_in_the_list_and_most_of_it_on_the_screen(
    tmp_path: Path, size: tuple[int, int], rows: int
) -> None:
    clock = [tasks_of(dinner_plan())[0].start]
    with opened(tmp_path, clock) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=size) as pilot:
                await pilot.pause()
                listed = view.query_one("#tasks", OptionList)
                assert listed.option_count == len(tasks_of(dinner_plan()))
                assert listed.size.height >= rows
                for cook in dinner_plan().cooks:
                    assert cook.name in shown(view, "cooks")

        asyncio.run(look())


def test_a_word_that_is_no_event_is_refused_in_the_view(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test() as pilot:
                await pilot.press("e", *"fails dishwasher", "enter")
                await pilot.pause()
                assert "dishwasher" in shown(view, "told")

        asyncio.run(cook())
        assert [entry.event.what.kind for entry in sessions.kitchen.events(session)] == ["plan"]


def test_a_view_that_is_opened_again_after_a_sleep_shows_timers_by_the_clock(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    clock = [first.start]
    with opened(tmp_path, clock) as (view, sessions, session):
        sessions.tell(session, happen.TaskStarted(task=first.id), "start", "Ana")
        clock[0] += timedelta(minutes=first.minutes + 2)

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await pilot.pause()
                assert "2:00 OVER" in shown(view, "cooks")
                assert "should have ended 2 minutes ago" in shown(view, "alarms")

        asyncio.run(look())
