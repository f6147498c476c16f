"""Words that every format shares: clock times, spans, the state of the solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from kitchen_agent.plan import DinnerPlan, Item, PlanDish
from scheduler.problem import TermName

SERVED_HOW = {"hot": "hot", "warm": "warm", "room": "at room temperature", "cold": "cold"}
AIMS: Final[Mapping[TermName, str]] = {
    "lateness": "the delay ({} minutes)",
    "hot_wait": "the wait of hot food (now {})",
    "longest_day": "the longest day of a cook ({} minutes)",
    "presence": "the cooks' hours ({} minutes)",
    "makespan": "the end of the work (minute {})",
    "extra_work": "washing up and makeshift ({} minutes)",
    "balance": "the difference between the cooks' work ({} minutes)",
    "handovers": "the handovers of a dish ({})",
    "idle": "the cooks' idle time ({} minutes)",
    "stability": "the change to the plan before (now {})",
}
"""What the scheduler minimises, for people."""


def json_text(plan: DinnerPlan) -> str:
    """The whole plan as indented JSON, which `DinnerPlan.model_validate_json` reads back unchanged."""
    return plan.model_dump_json(indent=2)


def clock(moment: datetime, plan: DinnerPlan) -> str:
    """ "19:30", with the day of the week on other days than that of the dinner."""
    return f"{moment:%H:%M}" if moment.date() == plan.serve_at.date() else f"{moment:%a %H:%M}"


def span(start: datetime, end: datetime, plan: DinnerPlan) -> str:
    """ "18:05–18:20"; the day once if both lie on the same other day."""
    if start.date() == end.date():
        return f"{clock(start, plan)}–{end:%H:%M}"
    return f"{clock(start, plan)}–{clock(end, plan)}"


def length(minutes: int) -> str:
    """ "45 min", "1 h 05", "2 days": as people say it."""
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest:02}" if rest else f"{hours} h"
    return f"{round(hours / 24)} days"


def day(moment: datetime) -> str:
    """ "Thu 24 December 2026"."""
    return f"{moment:%a} {moment.day} {moment:%B %Y}"


def proof(plan: DinnerPlan) -> str:
    """Whether the plan is proved best; if not, which aim is not and by how much."""
    if plan.optimal:
        return "proved: no better plan exists"
    open_terms = [term for term in plan.terms if not term.optimal]
    if not open_terms:
        return "a workable plan; nothing is proved about it"
    first = open_terms[0]
    value = AIMS[first.name].format(first.value)
    return f"the best plan found in the time; {value} might still come down, at best to {first.bound}"


def who(item: Item) -> str:
    """The cooks of an item; in brackets the one who set it going when it needs nobody."""
    if item.cooks:
        return ", ".join(item.cooks)
    return f"({item.watcher})" if item.watcher else "–"


def details(item: Item) -> str:
    """Rounds of an item, if there is more than one."""
    return f" ({item.rounds})" if item.rounds else ""


def served(plan: DinnerPlan) -> str:
    """When the first dishes are wished for, and by how much the latest of all is late."""
    late = max((dish.late_minutes for dish in plan.dishes), default=0)
    return f"{plan.serve_at:%H:%M}" + (f", up to {length(late)} late" if late > 0 else "")


def waiting(dish: PlanDish) -> str:
    """How long the finished dish waits, and whether it is late."""
    wait = "no wait" if dish.wait_minutes == 0 else f"waits {length(dish.wait_minutes)}"
    return f"{wait}, {dish.late_minutes} min late" if dish.late_minutes else wait


def cook_steps(plan: DinnerPlan, name: str) -> Iterator[tuple[Item, bool]]:
    """The items on a cook's list in order: own work (True), and what runs by itself after the cook's hands (False)."""
    for item in plan.items:
        if name in item.cooks:
            yield item, True
        elif not item.cooks and item.watcher == name:
            yield item, False


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole real minutes from `start` to `end`."""
    return int((end.timestamp() - start.timestamp()) // 60)
