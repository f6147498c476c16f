"""Who is there when: the newest word about a cook counts, whether it is a correction, a delay or an early arrival."""

from datetime import timedelta

import pytest

from kitchen_agent.live import events as happen
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.replan import replan
from kitchen_agent.live.session import Session
from kitchen_agent.plan import DinnerPlan
from scheduler.problem import Window
from tests.kitchen_agent.live.dinner import after, dinner_plan, moment, played

LATE = 200
"""The minute from which a cook with hours of his own is there."""
END = 250
PLAN = dinner_plan()
NOW = moment(PLAN, 0.3)
SAID_AT = (NOW - PLAN.starts_at) // timedelta(minutes=1)

Told = tuple[str, int]
"""Whether a cook "leaves" or "joins", and in how many minutes."""


def with_own_hours() -> DinnerPlan:
    """The plan with a Ben who comes later and goes home earlier."""
    hours = (Window(start_minutes=LATE, end_minutes=END),)
    cooks = tuple(
        cook.model_copy(update={"presence": hours}) if cook.id == "ben" else cook for cook in PLAN.problem.cooks
    )
    return PLAN.model_copy(update={"problem": PLAN.problem.model_copy(update={"cooks": cooks})})


def told(plan: DinnerPlan, *words: Told, cook: str = "ben") -> Session:
    session = played(plan, NOW)
    for kind, minutes in words:
        at = NOW + timedelta(minutes=minutes)
        leaves = happen.CookLeaves(cook=cook, at=at)
        session = after(session, leaves if kind == "leaves" else happen.CookJoins(cook=cook, at=at, skill="home"), NOW)
    return session


def away(session: Session, cook: str = "ben", until: int = 120) -> list[int]:
    """The minutes from now, up to `until`, at which `cook` is not there and the minute before was or the reverse."""
    problem = dinner_now(session, NOW).problem
    windows = next(entry.presence for entry in problem.cooks if entry.id == cook)

    def there(minute: int) -> bool:
        return any(window.start_minutes <= SAID_AT + minute < window.end_minutes for window in windows)

    return [minute for minute in range(until) if there(minute) != (there(minute - 1) if minute else True)]


@pytest.mark.parametrize(
    ("words", "turns"),
    [
        ((("leaves", 60),), [60]),
        ((("leaves", 60), ("leaves", 30)), [30]),
        ((("leaves", 30), ("leaves", 90)), [90]),
        ((("leaves", 60), ("leaves", 30), ("joins", 40)), [30, 40]),
        ((("leaves", 30), ("joins", 40), ("joins", 50)), [30, 50]),
        ((("leaves", 30), ("joins", 50), ("joins", 40)), [30, 40]),
        ((("leaves", 30), ("joins", 40), ("leaves", 80)), [30, 40, 80]),
        ((("leaves", 30), ("joins", 0)), []),
        ((("joins", 30),), [0, 30]),
        ((("joins", 60), ("joins", 20)), [0, 20]),
        ((("joins", 20), ("joins", 60)), [0, 60]),
    ],
)
def test_the_newest_word_about_a_cook_counts(words: tuple[Told, ...], turns: list[int]) -> None:
    assert away(told(PLAN, *words)) == turns


@pytest.mark.parametrize(
    ("words", "turns"),
    [
        ((), [0, LATE - SAID_AT]),
        ((("joins", 0),), []),
        ((("joins", 10),), [0, 10]),
        ((("joins", 10), ("joins", 30)), [0, 30]),
        ((("joins", 10), ("leaves", 40)), [0, 10, 40]),
    ],
)
def test_a_cook_who_comes_before_the_own_hours_is_there(words: tuple[Told, ...], turns: list[int]) -> None:
    assert away(told(with_own_hours(), *words)) == turns


def test_a_newcomer_comes_when_it_was_said_last() -> None:
    assert away(told(PLAN, ("joins", 60), ("joins", 20), cook="Zoe Müller"), "zoe-müller") == [0, 20]


def test_a_cook_who_was_said_to_be_gone_and_leaves_later_has_been_back() -> None:
    session = told(PLAN, ("leaves", 0))
    later = NOW + timedelta(minutes=10)
    session = after(session, happen.CookLeaves(cook="ben", at=later + timedelta(minutes=20)), later)
    assert away(session) == [0, 10, 30]


def test_a_newcomer_has_a_name_to_show_and_an_id_to_type() -> None:
    session = told(PLAN, ("joins", 0), cook="Zoe Müller")
    new = replan(session, NOW, seconds=0.0).plan
    assert new is not None
    assert {cook.id for cook in new.cooks} == {cook.id for cook in new.problem.cooks} == {"ana", "ben", "zoe-müller"}
    assert "Zoe Müller" in {cook.name for cook in new.cooks}
