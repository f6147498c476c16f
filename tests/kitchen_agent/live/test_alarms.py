"""Sentences about what is wrong now that no other test brings about."""

from datetime import datetime, timedelta

import pytest

from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.events import EquipmentFails, PlanAdopted, ServingMoved
from kitchen_agent.live.replan import replan
from kitchen_agent.live.session import Session
from tests.kitchen_agent.live.dinner import after, dinner_plan

BEGIN = dinner_plan().starts_at
SOONER = timedelta(hours=2)


def sentences(told_at: datetime) -> str:
    """What is said when the dinner is moved forward by two hours, more than its cooks can make up for."""
    plan = dinner_plan()
    approved = Session(first=plan, plan=plan, now=told_at, approved=True)
    session = after(approved, ServingMoved(serve_at=plan.serve_at - SOONER), told_at)
    answer = replan(session, told_at, seconds=0.0).plan
    assert answer is not None
    session = session.model_copy(update={"plan": answer})
    return "\n".join(alarm.sentence for alarm in alarms(session, told_at))


@pytest.mark.parametrize(("hours_before", "said"), [(3, True), (0, False)])
def test_a_plan_that_could_begin_sooner_only_as_another_one_says_so(hours_before: int, said: bool) -> None:
    words = sentences(BEGIN - timedelta(hours=hours_before))
    assert " late, at " in words
    assert (
        f"this plan can begin at {BEGIN:%H:%M} at the earliest: to begin sooner, plan the dinner anew" in words
    ) is said


@pytest.mark.parametrize(("minutes_before", "back"), [(180, 0), (30, 0), (10, 20), (-5, 35)])
def test_what_breaks_before_the_plan_begins_is_back_by_the_clock(minutes_before: int, back: int) -> None:
    plan, now = dinner_plan(), BEGIN - timedelta(minutes=minutes_before)
    session = Session(first=plan, plan=plan, now=now, approved=True)
    for oven in plan.problem.ovens:
        session = after(session, EquipmentFails(equipment=oven.id), now)
    answer = replan(session, now, seconds=0.0)
    assert answer.plan is not None
    assert "what is broken is back in 30 minutes" in answer.given_up
    session = after(session, PlanAdopted(plan=answer.plan), now)
    words = [alarm.sentence for alarm in alarms(session, now) if alarm.kind == "broken"]
    when = f"{BEGIN + timedelta(minutes=back):%H:%M}"
    assert words[0] == f"oven-1 is broken, but the plan counts on it from {when}: say when it works again"
    assert len(words) == len(plan.problem.ovens)
