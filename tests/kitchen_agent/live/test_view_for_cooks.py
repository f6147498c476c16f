"""The live view as a busy cook meets it: keys that are named, choices that stay, what others told, what stays wrong."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from kitchen_agent.live import events as happen
from kitchen_agent.live.choices import problems
from kitchen_agent.live.tasklist import TaskList
from kitchen_agent.live.view import LiveView
from tests.kitchen_agent.live.dinner import dinner_plan, tasks_of
from tests.kitchen_agent.live.viewing import idle, opened, shown, told, type_line


def test_a_dinner_that_others_made_late_brings_ways_out_to_who_looks_or_comes_back(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):
        sooner = dinner_plan().serve_at - timedelta(minutes=60)
        sessions.tell(session, happen.ServingMoved(serve_at=sooner), "sooner", "Ben")

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                for _ in range(3):  # the plan, then what would help
                    view.draw()
                    await idle(view, pilot)
                assert "This would help" in shown(view, "told")

        asyncio.run(look())


def test_who_has_gone_home_is_not_asked_to_take_over(tmp_path: Path) -> None:
    first = next(item for item in tasks_of(dinner_plan()) if item.cooks == ("Ana",))
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (_, sessions, session):
        there = [choice.words for choice in problems(sessions.kitchen.latest(session), first.id)]
        sessions.tell(session, happen.CookLeaves(cook="ben", at=sessions.kitchen.now()), "gone", "Ben")
        left = [choice.words for choice in problems(sessions.kitchen.latest(session), first.id)]
    assert "Ben does it" in there
    assert "Ben does it" not in left


def test_who_asks_for_help_with_a_dinner_in_time_hears_that_it_is(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await pilot.press("r")
                await idle(view, pilot)
                assert shown(view, "told") == "No dish will be late."

        asyncio.run(look())


def offered(view: LiveView) -> list[str]:
    """What the foot of the screen says that keys do."""
    return [active.binding.description for active in view.screen.active_bindings.values() if active.binding.show]


def test_the_foot_of_the_screen_names_the_keys_that_work_now(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await pilot.pause()
                assert sorted(offered(view)) == sorted(
                    ["start/done", "+5 min", "problem", "say", "rescues", "event", "leave"]
                )
                await pilot.press("e")
                assert sorted(offered(view)) == ["go back", "tell"]
                await pilot.press("escape")
                assert "start/done" in offered(view)
                assert shown(view, "told") == "", "what was to be typed is not said any more"

        asyncio.run(look())


def test_help_in_the_line_of_events_lists_their_kinds_with_their_words(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await type_line(view, pilot, "e", "help")
                lines = [str(option.prompt) for option in view.query_one(TaskList).options]
                assert "needs_minutes TASK MINUTES" in lines
                await pilot.press("end", "enter")
                assert shown(view, "told") == ""

        asyncio.run(look())
        assert told(sessions, session) == []


@pytest.mark.parametrize("leave", [("escape",), ("end", "enter")])
def test_the_chosen_task_is_chosen_again_after_a_look_at_what_can_be_wrong(
    tmp_path: Path, leave: tuple[str, ...]
) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await pilot.press("down", "down", "down")
                chosen = view.query_one(TaskList).chosen_task
                await pilot.press("p")
                assert view.query_one(TaskList).choosing
                await pilot.press(*leave)
                view.draw()
                await pilot.pause()
                assert view.query_one(TaskList).chosen_task == chosen

        asyncio.run(look())


def test_what_another_terminal_tells_is_said_when_it_changes_no_plan_too(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def look() -> None:
            async with view.run_test(size=(120, 40)) as pilot:
                await idle(view, pilot)
                sessions.tell(session, happen.IngredientMissing(dish="green-beans", ingredient="butter"), "no", "Ben")
                view.draw()
                await idle(view, pilot)
                assert shown(view, "told") == "Ben: butter for Green beans is missing"
                await type_line(view, pilot, "e", "ingredient_left_out green-beans butter")
                await idle(view, pilot)
                view.draw()
                await idle(view, pilot)
                assert "Ben" not in shown(view, "told"), "it is said once"
                assert "without butter" not in shown(view, "told"), "who told it knows it"

        asyncio.run(look())


def test_a_key_that_is_pressed_too_often_stays_at_the_end_of_the_list(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                tasks = view.query_one(TaskList)
                await pilot.press("down", "up", "up", "up")
                assert tasks.highlighted == 0
                await pilot.press("end", "down")
                assert tasks.highlighted == tasks.option_count - 1

        asyncio.run(look())


def test_what_takes_hours_is_timed_in_hours(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    with opened(tmp_path, [first.start]) as (view, sessions, session):
        sessions.tell(session, happen.TaskStarted(task=first.id), "start", "Ana")
        more = 125 - first.minutes
        sessions.tell(session, happen.NeedsMinutes(task=first.id, minutes=more), "more", "Ana")

        async def look() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await pilot.pause()
                assert "2:05:00 left" in shown(view, "cooks")

        asyncio.run(look())


def test_that_the_plan_counts_on_a_broken_oven_stays_on_the_screen_until_it_works(tmp_path: Path) -> None:
    clock = [tasks_of(dinner_plan())[0].start]
    with opened(tmp_path, clock) as (view, _, _):
        ovens = [oven.id for oven in dinner_plan().problem.ovens]

        async def look() -> None:
            async with view.run_test(size=(120, 40)) as pilot:
                for oven in ovens:
                    await type_line(view, pilot, "e", f"fails {oven}")
                    await idle(view, pilot)
                back = (clock[0] + timedelta(minutes=30)).astimezone(dinner_plan().serve_at.tzinfo)
                assert f"the plan counts on it from {back:%H:%M}" in shown(view, "alarms")
                for oven in ovens:
                    await type_line(view, pilot, "e", f"back {oven}")
                    await idle(view, pilot)
                assert "broken" not in shown(view, "alarms")

        asyncio.run(look())
