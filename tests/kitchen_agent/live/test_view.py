"""The live view: keys become events, timers follow the clock, small and wide terminals show what matters."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from kitchen_agent.live.sessions import open_sessions
from kitchen_agent.live.view import LiveView
from tests.kitchen_agent.live.dinner import dinner_plan, tasks_of


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_keys_become_events(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = [tasks_of(dinner_plan())[0].start]
    url = f"sqlite:///{tmp_path / 'sessions.sqlite'}"
    with open_sessions(url, lambda: clock[0], seconds=0.0) as sessions:
        session = sessions.open(dinner_plan())
        sessions.approve(session, "Ana")
        view = LiveView(sessions, session, "Ana")

        async def cook() -> None:
            async with view.run_test(size=size) as pilot:
                await pilot.press("enter")
                await pilot.press("5")
                clock[0] += timedelta(minutes=2)
                view.draw()
                await pilot.pause()
                shown = str(view.query_one("#glances", Static).render())
                minutes = tasks_of(dinner_plan())[0].minutes + 5 - 2
                assert f"{minutes}:00 left" in shown
                assert view.query_one("#tasks", OptionList).size.height >= 4
                await pilot.press("p")
                await pilot.press("down", "enter")
                await pilot.press("q")

        asyncio.run(cook())
        kinds = [entry.event.what.kind for entry in sessions.kitchen.events(session)]
        assert [kind for kind in kinds if kind != "plan"] == ["started", "needs_minutes", "pause"]
