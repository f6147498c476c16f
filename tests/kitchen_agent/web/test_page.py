"""The page in real browsers, with a real server and a real store: what is tapped counts once, and everybody sees it."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from kitchen_agent.live import events as happen
from kitchen_agent.live.taps import DOUBLED
from kitchen_agent.plan import DinnerPlan, Item
from tests.kitchen_agent.live.dinner import tasks_of
from tests.kitchen_agent.web.dinner import EVIL, hostile, open_dinner
from tests.kitchen_agent.web.driver import PHONE, Browser
from tests.kitchen_agent.web.serving import Server, kitchen, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def button(task: str, words: str) -> str:
    """The selector of a button on the card of a task."""
    kind = {"Start": '"started"', "Done": '"done"', "+5": '"needs_minutes"'}.get(words)
    card = f'[data-task="{task}"]'
    return f"{card} [data-tells*='{kind}']" if kind else f"{card} [data-problem]"


def shows(browser: Browser, css: str) -> bool:
    return bool(browser.run("return document.querySelector(arguments[0]) !== null", css))


def says(browser: Browser, words: str) -> bool:
    return words in browser.text(".news")


def seconds_left(browser: Browser, task: str) -> int:
    """What the timer of a task shows, in seconds."""
    found = re.match(r"(?:(\d+):)?(\d+):(\d\d) left", browser.text(f'[data-task="{task}"] .timer'))
    assert found
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


def test_a_tap_is_an_event_of_the_cook_and_a_doubled_tap_counts_once(
    server: Server, browser: Browser, plan: DinnerPlan, first: Item
) -> None:
    session = open_dinner(server.data, plan)
    browser.go(server.page(session))
    browser.click('[data-cook="ben"]')
    browser.until(lambda: browser.text("[aria-current]") == "Ben", "Ben's page")
    browser.until(lambda: not shows(browser, ".who"), "drawn for Ben")
    browser.click(button(first.id, "Start"), times=2, pause=0.3)
    tapped = time.monotonic()
    browser.until(lambda: shows(browser, button(first.id, "+5")), "running")
    assert time.monotonic() - tapped > DOUBLED.total_seconds() - 0.5, "the page stands still under a doubled tap"
    browser.click(button(first.id, "+5"), times=2)
    browser.until(lambda: "5 more minutes" in browser.text(".news"), "five minutes more")
    time.sleep(1.5)
    events = server.events(session)
    assert [entry.event.what for entry in events] == [
        happen.TaskStarted(task=first.id),
        happen.NeedsMinutes(task=first.id, minutes=5),
    ]
    assert {entry.event.by for entry in events} == {"Ben"}
    browser.click(button(first.id, "Done"))
    browser.until(lambda: server.told(session)[2:] == ["done"], "done")


def test_a_second_tap_that_is_meant_counts_too(server: Server, browser: Browser, plan: DinnerPlan, first: Item) -> None:
    session = open_dinner(server.data, plan)
    browser.go(server.page(session))
    browser.click(button(first.id, "Start"))
    browser.until(lambda: shows(browser, button(first.id, "+5")), "running")
    for count in (1, 2):
        _one_more(server, browser, session, first.id, count)


def _one_more(server: Server, browser: Browser, session: str, task: str, count: int) -> None:
    """Tap +5 and wait until the page is drawn anew."""
    more = button(task, "+5")
    key = browser.run("return document.querySelector(arguments[0]).dataset.key", more)
    browser.click(more)
    browser.until(lambda: server.told(session).count("needs_minutes") == count, f"{count} times")
    browser.until(lambda: not shows(browser, f"[data-key='{key}']"), "drawn anew")


def test_two_browsers_and_a_terminal_see_one_another(
    server: Server, two: list[Browser], plan: DinnerPlan, first: Item
) -> None:
    session = open_dinner(server.data, plan)
    for browser in two:
        browser.go(server.page(session))
        browser.run("window.loadedOnce = true")
    one, other = two
    one.click(button(first.id, "Start"))
    other.until(lambda: shows(other, button(first.id, "+5")), "seen by the other")
    done = kitchen(server.data, "event", session, "needs_minutes", first.id, "30", "--by", "Ana", "--no-rescue")
    assert done.returncode == 0, done.stderr
    for browser in two:
        browser.until(partial(says, browser, "Ana: 30 more minutes"), "told by the terminal")
        browser.until(partial(says, browser, "because: 30 more minutes"), "the reason of the plan")
        assert browser.run("return window.loadedOnce") is True
    assert abs(seconds_left(one, first.id) - seconds_left(other, first.id)) <= 1
    left = (server.events(session)[0].event.at - datetime.now(UTC)).total_seconds() + (first.minutes + 30) * 60
    assert abs(seconds_left(one, first.id) - left) <= 3


def _saw(browser: Browser, *words: str) -> None:
    """The page says all the words without having been loaded anew."""
    browser.until(lambda: all(line in browser.text(".news") for line in words), f"saying {words}")
    assert browser.run("return window.loadedOnce") is True


def test_a_killed_server_that_comes_back_has_what_it_acknowledged_and_gets_the_rest(
    tmp_path: Path, browser: Browser, plan: DinnerPlan, first: Item
) -> None:
    session = open_dinner(tmp_path, plan)
    with serving(tmp_path) as server:
        browser.go(server.page(session))
        browser.run("window.loadedOnce = true")
        browser.click(button(first.id, "Start"))
        browser.until(lambda: shows(browser, button(first.id, "+5")), "running")
        before = seconds_left(browser, first.id)
        server.kill()
        assert server.told(session) == ["started"]
        browser.click(button(first.id, "+5"), times=2)
        browser.until(lambda: "Not told yet: 1" in browser.text("#offline"), "kept")
        browser.until(lambda: seconds_left(browser, first.id) < before, "a running timer without a server")
    with serving(tmp_path, server.port) as again:
        browser.until(lambda: again.told(session) == ["started", "needs_minutes"], "told after all")
        browser.until(lambda: not browser.text("#offline"), "connected again")
        browser.until(lambda: seconds_left(browser, first.id) > before, "five minutes more")
        assert browser.run("return window.loadedOnce") is True
        time.sleep(1.5)
        assert again.told(session) == ["started", "needs_minutes"]


def test_what_can_be_wrong_with_a_task_is_chosen(
    server: Server, browser: Browser, plan: DinnerPlan, first: Item
) -> None:
    session = open_dinner(server.data, plan)
    browser.go(server.page(session))
    browser.click(button(first.id, "Problem"))
    browser.until(lambda: "leave it out" in browser.text("dialog"), "choices")
    browser.click("dialog [data-close]")
    browser.until(lambda: not browser.text("dialog"), "closed")
    browser.click(button(first.id, "Problem"))
    browser.until(lambda: "leave it out" in browser.text("dialog"), "choices again")
    browser.click("dialog [data-tells*='\"skip\"']")
    browser.until(lambda: server.told(session) == ["skip"], "left out")
    browser.until(lambda: not shows(browser, f'[data-task="{first.id}"]'), "gone")


def test_a_dinner_that_becomes_late_says_so_and_offers_what_would_help(
    server: Server, browser: Browser, plan: DinnerPlan
) -> None:
    session = open_dinner(server.data, plan)
    chicken = next(task for task in tasks_of(plan) if task.dish == "roast-chicken-with-lemon" and task.cooks)
    browser.go(server.page(session))
    assert kitchen(server.data, "event", session, "needs_minutes", chicken.id, "90", "--no-rescue").returncode == 0
    browser.until(lambda: "minutes late" in browser.text(".alarms"), "late")
    browser.until(lambda: shows(browser, ".ways [data-tells]"), "offers")
    browser.click(".ways summary")
    browser.until(lambda: browser.text(".ways [data-tells]"), "offers that are seen")
    words = browser.text(".ways [data-tells]")
    browser.click(".ways [data-tells]")
    browser.until(lambda: len(server.told(session)) >= 2, f"told: {words}")


def test_a_plan_is_approved_on_the_page(server: Server, browser: Browser, plan: DinnerPlan, first: Item) -> None:
    session = open_dinner(server.data, plan, approved=False)
    browser.go(server.page(session))
    assert not shows(browser, "[data-task] button")
    browser.click("[data-approve]")
    browser.until(lambda: shows(browser, button(first.id, "Start")), "to be started")
    assert server.events(session) == []


def test_names_do_not_become_part_of_the_page(server: Server, browser: Browser, plan: DinnerPlan) -> None:
    session = open_dinner(server.data, hostile(plan))
    browser.go(server.page(session))
    browser.until(lambda: EVIL in browser.text("h3"), "the name as it is written")
    browser.write("#sentence", EVIL)
    for page in (server.page(session), f"http://127.0.0.1:{server.port}/"):
        browser.go(page)
        browser.until(lambda: EVIL in browser.text("main"), "the name as it is written")
        time.sleep(1.2)
        assert not shows(browser, "main img")
        assert browser.run("return document.title") != "taken"


def test_a_phone_needs_no_sideways_scrolling_and_fingers_find_the_buttons(
    server: Server, browser: Browser, plan: DinnerPlan, first: Item
) -> None:
    session = open_dinner(server.data, plan)
    assert kitchen(server.data, "event", session, "started", first.id).returncode == 0
    browser.go(server.page(session))
    browser.until(lambda: shows(browser, button(first.id, "+5")), "running")
    assert browser.run("return [document.documentElement.scrollWidth, innerWidth]") == [PHONE[0], PHONE[0]]
    sizes = browser.run(
        "return [...document.querySelectorAll('button')].map(b => b.getBoundingClientRect())"
        ".filter(r => r.width).map(r => [r.width, r.height])"
    )
    assert len(sizes) > 6
    assert all(width >= 48 and height >= 48 for width, height in sizes)
    fetched = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert fetched
    assert all(name.startswith(f"http://127.0.0.1:{server.port}/") for name in fetched)


@pytest.mark.gguf
def test_a_sentence_is_read_shown_and_told_when_it_is_right(server: Server, browser: Browser, plan: DinnerPlan) -> None:
    session = open_dinner(server.data, plan)
    browser.go(server.page(session))
    browser.write("#sentence", "Ben has to leave at 23:59")
    browser.click("#say button")
    browser.until(lambda: "Ben leaves at 23:59" in browser.text("dialog"), "understood")
    assert server.told(session) == []
    browser.click("dialog [data-tells]")
    browser.until(lambda: server.told(session) == ["cook_leaves"], "told")
    browser.write("#sentence", "what a lovely evening")
    browser.click("#say button")
    browser.until(lambda: "no single event" in browser.text("#told"), "not understood")
