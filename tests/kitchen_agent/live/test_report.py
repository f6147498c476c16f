"""What is said of an event that the plan cannot follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.events import Happening, Recorded
from kitchen_agent.live.kitchen import Told
from kitchen_agent.live.replan import replan
from kitchen_agent.live.report import NOTHING_NEW, told_lines
from kitchen_agent.live.session import Session
from tests.kitchen_agent.live.dinner import after, dinner_plan, event, played, tasks_of

NOW = dinner_plan().starts_at


def told(session: Session, what: Happening, now: datetime) -> tuple[Session, list[str]]:
    """The session with the plan that follows `what`, and what is said of it."""
    changed = after(session, what, now)
    plan = replan(changed, now, seconds=0.0).plan
    assert plan is not None
    new = after(changed, happen.PlanAdopted(plan=plan), now)
    recorded = Recorded(seq=1, recorded_at=now, event=event(what, now))
    return new, told_lines(session, new, Told(recorded, True, ()))


def test_that_the_plan_counts_on_what_broke_is_said_each_time() -> None:
    session = Session(first=dinner_plan(), plan=dinner_plan(), now=NOW, approved=True)
    session, lines = told(session, happen.EquipmentFails(equipment="oven-1"), NOW)
    assert lines == [NOTHING_NEW], "the other oven does it"
    session, lines = told(session, happen.EquipmentFails(equipment="oven-2"), NOW)
    back = f"from {NOW + timedelta(minutes=30):%H:%M}: say when"
    assert "To keep going: what is broken is back in 30 minutes." in lines
    assert f"oven-2 is broken, but the plan counts on it {back} it works again" in lines
    _, lines = told(session, happen.EquipmentFails(equipment="burner", units=4), NOW)
    assert lines == [f"all 4 burners are broken, but the plan counts on them {back} they work again"]


def test_who_keeps_a_task_that_was_given_to_a_cook_who_has_left_is_said_each_time() -> None:
    task = next(item for item in tasks_of(dinner_plan()) if item.cooks == ("Ana",))
    now = task.start - timedelta(minutes=1)
    session = after(played(dinner_plan(), now), happen.CookLeaves(cook="ben", at=now), now)
    keeps = f"Ana keeps '{task.name} (Green beans)': Ben could not do it in time"
    for _ in range(2):
        session, lines = told(session, happen.CookSwap(task=task.id, cook="ben"), now)
        assert f"To keep going: {keeps}." in lines
        assert "may go to others" not in " ".join(lines)
    assert f"to keep going: {keeps}" in [alarm.sentence for alarm in alarms(session, now)]
