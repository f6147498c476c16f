"""The live view: keys become events, timers follow the clock, small and wide terminals show what matters."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kitchen_agent import settings
from kitchen_agent.live import events as happen
from kitchen_agent.live.tasklist import TaskList
from kitchen_agent.live.typedline import TypedLine
from kitchen_agent.live.understand import Reads
from kitchen_agent.planner_model import reader_of_events
from tests.kitchen_agent.dinners import Data
from tests.kitchen_agent.live.dinner import dinner_plan, tasks_of
from tests.kitchen_agent.live.viewing import Wrote, idle, opened, shown, told, type_line


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
                await type_line(view, pilot, "e", "guests 6")
                await pilot.press("q")

        asyncio.run(cook())
        assert told(sessions, session) == ["started", "needs_minutes", "pause", "guests"]


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 12), ((120, 40), 24)])
def test_all_that_is_to_come_is_in_the_list_and_most_of_it_on_the_screen(
    tmp_path: Path, size: tuple[int, int], rows: int
) -> None:
    clock = [tasks_of(dinner_plan())[0].start]
    with opened(tmp_path, clock) as (view, _, _):

        async def look() -> None:
            async with view.run_test(size=size) as pilot:
                await pilot.pause()
                listed = view.query_one(TaskList)
                assert listed.option_count == len(tasks_of(dinner_plan()))
                assert listed.size.height >= rows
                for cook in dinner_plan().cooks:
                    assert cook.name in shown(view, "cooks")

        asyncio.run(look())


def test_a_word_that_is_no_event_is_refused_in_the_view(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test() as pilot:
                await type_line(view, pilot, "e", "fails dishwasher")
                await pilot.pause()
                assert "dishwasher" in shown(view, "told")

        asyncio.run(cook())
        assert told(sessions, session) == []


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


def test_a_sentence_is_shown_as_it_was_understood_and_counts_when_it_is_right(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start], lambda: Wrote("guests 7")) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                for answer in ("down", "up"):  # the way back first, then the event
                    await type_line(view, pilot, "s", "we are 7")
                    await idle(view, pilot)
                    assert "is that what happened?" in shown(view, "told")
                    assert told(sessions, session) == []
                    await pilot.press(answer, "enter") if answer == "down" else await pilot.press("enter")
                await idle(view, pilot)

        asyncio.run(cook())
        assert told(sessions, session) == ["guests"]


def test_an_amount_that_a_sentence_lacks_is_asked_for(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    with opened(tmp_path, [first.start], lambda: Wrote(f"needs_minutes ? {first.name}")) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await type_line(view, pilot, "s", first.name)
                await idle(view, pilot)
                assert view.query_one(TypedLine).placeholder == "How many more minutes?"
                await type_line(view, pilot, "", "twelve")
                await idle(view, pilot)
                await pilot.press("enter")
                await idle(view, pilot)

        asyncio.run(cook())
        events = [entry.event.what for entry in sessions.kitchen.events(session)]
        assert happen.NeedsMinutes(task=first.id, minutes=12) in events


def test_a_sentence_that_is_no_event_says_so_and_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await type_line(view, pilot, "s", "hello")
                await idle(view, pilot)
                assert "no single event" in shown(view, "told")
                assert not view.query_one(TaskList).choosing

        asyncio.run(cook())
        assert told(sessions, session) == []


def test_what_makes_the_dinner_late_brings_ways_out_and_one_of_them_can_be_chosen(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    with opened(tmp_path, [first.start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await type_line(view, pilot, "e", "serving_moved 18:30")
                await idle(view, pilot)
                await idle(view, pilot)
                assert "This would help" in shown(view, "told")
                await pilot.press("r", "enter")
                await idle(view, pilot)

        asyncio.run(cook())
        assert told(sessions, session)[0] == "serving_moved"
        assert len(told(sessions, session)) > 1


def test_a_dish_is_added_by_a_thread_and_one_that_is_on_the_menu_refused(tmp_path: Path, data: Data) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start], data=data) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(80, 24)) as pilot:
                await type_line(view, pilot, "e", 'dish_added "tomato soup"')
                await idle(view, pilot)
                assert "on the menu already" in shown(view, "told")
                await type_line(view, pilot, "e", 'dish_added "chocolate mousse"')
                await idle(view, pilot)
                assert "the recipe is read" not in shown(view, "told"), "there is an answer"

        asyncio.run(cook())
        assert told(sessions, session) == ["dish_added"]
        assert "chocolate-mousse" in [dish.id for dish in sessions.kitchen.session(session).plan.dishes]


def test_done_tasks_stay_in_the_list_so_that_they_can_be_made_again(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    clock = [first.start]
    with opened(tmp_path, clock) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(120, 40)) as pilot:
                await pilot.press("enter")
                await idle(view, pilot)
                clock[0] += timedelta(seconds=2)
                await pilot.press("enter")
                await idle(view, pilot)
                assert view.query_one(TaskList).chosen_task != first.id
                await pilot.press("end", "p", "enter")
                await idle(view, pilot)

        asyncio.run(cook())
        assert told(sessions, session) == ["started", "done", "redo"]


@pytest.mark.parametrize("key", ["enter", "d"])
def test_a_key_that_is_pressed_again_at_once_counts_once(tmp_path: Path, key: str) -> None:
    first = tasks_of(dinner_plan())[0]
    clock = [first.start]
    with opened(tmp_path, clock) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(100, 30)) as pilot:
                await pilot.press(*[key] * 6)
                clock[0] += timedelta(seconds=2)
                await pilot.press(*[key] * 3)
                await pilot.press("q")

        asyncio.run(cook())
        kinds = {"enter": ["started", "done"], "d": ["done", "done"]}
        assert told(sessions, session) == kinds[key]
        recorded = [entry.event.what for entry in sessions.kitchen.events(session)]
        assert happen.TaskDone(task=first.id) in recorded


def test_five_more_minutes_and_five_more_are_ten(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    with opened(tmp_path, [first.start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(100, 30)) as pilot:
                await pilot.press("enter", "5", "5")
                await pilot.press("q")

        asyncio.run(cook())
        assert told(sessions, session) == ["started", "needs_minutes", "needs_minutes"]


def test_the_other_tasks_can_be_started_at_once(tmp_path: Path) -> None:
    with opened(tmp_path, [tasks_of(dinner_plan())[0].start]) as (view, sessions, session):

        async def cook() -> None:
            async with view.run_test(size=(100, 30)) as pilot:
                await pilot.press("enter", "down", "down", "enter")
                await pilot.press("q")

        asyncio.run(cook())
        assert told(sessions, session) == ["started", "started"]


def test_what_another_terminal_changes_is_said_with_its_reason(tmp_path: Path) -> None:
    first = tasks_of(dinner_plan())[0]
    with opened(tmp_path, [first.start]) as (view, sessions, session):

        async def look() -> None:
            async with view.run_test(size=(120, 40)) as pilot:
                await idle(view, pilot)
                sessions.tell(session, happen.NeedsMinutes(task=first.id, minutes=25), "more", "Ben")
                view.draw()
                await idle(view, pilot)
                assert "because: 25 more minutes" in shown(view, "told")
                assert "(was " in shown(view, "told")

        asyncio.run(look())


@pytest.mark.gguf
@pytest.mark.timeout(300)
def test_the_real_model_reads_in_a_thread_while_the_screen_goes_on(tmp_path: Path) -> None:
    pressed = threading.Event()
    with reader_of_events(settings.load()) as reader:

        def slow_reader() -> Reads:
            assert pressed.wait(60)
            return reader()

        with opened(tmp_path, [tasks_of(dinner_plan())[0].start], slow_reader) as (view, sessions, session):

            async def cook() -> None:
                async with view.run_test(size=(80, 24)) as pilot:
                    await type_line(view, pilot, "s", "we are seven")
                    await pilot.press("enter")  # starts the first task while the model reads
                    pressed.set()
                    await idle(view, pilot)
                    await pilot.press("enter")
                    await idle(view, pilot)

            asyncio.run(cook())
            assert told(sessions, session) == ["started", "guests"]
