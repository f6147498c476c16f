"""Text, Markdown, JSON and HTML of a real plan."""

import re
from datetime import timedelta
from html.parser import HTMLParser

from kitchen_agent.plan import DinnerPlan
from kitchen_agent.render import html_page, json_text, markdown, text
from kitchen_agent.render.chart import panels
from scheduler.check import check
from tests.kitchen_agent.render.plans import EVIL, solved_plan


def test_json_gives_the_plan_back() -> None:
    plan = solved_plan()
    assert DinnerPlan.model_validate_json(json_text(plan)) == plan


def test_the_plan_in_its_json_can_be_checked() -> None:
    plan = DinnerPlan.model_validate_json(json_text(solved_plan()))
    assert check(plan.problem, plan.schedule).violations == ()


def test_times_on_the_clock_are_those_of_the_schedule() -> None:
    plan = solved_plan()
    starts = {item.id: item.start for item in plan.items}
    for entry in plan.schedule.assignments:
        assert starts[entry.task] == plan.starts_at + timedelta(minutes=entry.start_minutes)
    for dish in plan.dishes:
        assert dish.wait_minutes == (dish.served - dish.ready) // timedelta(minutes=1)


def test_every_cook_learns_of_every_task() -> None:
    """What needs nobody is on the list of the cook who sets it going."""
    for item in solved_plan().items:
        assert item.cooks or item.watcher


def test_text_says_who_does_what_when() -> None:
    plan = solved_plan()
    shown = text(plan, width=140)
    for item in plan.items:
        assert item.name in shown
    for cook in plan.cooks:
        assert f"{cook.name} ({cook.skill})" in shown
    assert "Bottleneck:" in shown
    assert "Buy ice." in shown
    assert all(len(line) <= 140 for line in shown.splitlines())
    assert "\x1b" not in shown
    assert "\x1b" in text(plan, color=True)


def test_markdown_escapes_what_people_write() -> None:
    shown = markdown(solved_plan())
    assert "<script>" not in shown.replace("\\<script\\>", "")
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


class _Page(HTMLParser):
    """Collects tags and the addresses that a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_loads_nothing_and_escapes_everything() -> None:
    shown = html_page(solved_plan())
    page = _Page()
    page.feed(shown)
    assert not page.loads
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert "url(" not in shown
    assert "@import" not in shown
    assert EVIL in " ".join(page.words)


def test_bars_of_one_lane_never_overlap() -> None:
    shown = panels(solved_plan())
    assert shown
    for panel in shown:
        for _, rows in panel.groups:
            for row in rows:
                until: dict[int, float] = {}
                for bar in sorted(row.bars, key=lambda bar: bar.left):
                    assert bar.left >= until.get(bar.lane, 0) - 1e-6
                    assert 0 <= bar.left <= bar.left + bar.width <= 100 + 1e-6
                    until[bar.lane] = bar.left + bar.width
                assert row.lanes > max(until, default=0)


def test_the_head_says_how_late_it_gets() -> None:
    plan = solved_plan()
    late = plan.model_copy(
        update={"dishes": (*plan.dishes[:-1], plan.dishes[-1].model_copy(update={"late_minutes": 95}))}
    )
    for show in (text, markdown, html_page):
        assert ", up to 1 h 35 late" in show(late)
        assert ", up to" not in show(plan)
