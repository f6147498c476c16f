"""Raw meat is not out of the fridge for too long: in plans, in replans, and said to people when it happened."""

from datetime import datetime, timedelta

import pytest

from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.cold_chain import cold_chain
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.replan import replan
from kitchen_agent.live.session import Session
from kitchen_agent.plan import DinnerPlan
from scheduler.check import check
from scheduler.problem import Problem
from tests.kitchen_agent.live.dinner import after, dinner_plan, played

CHICKEN = "roast-chicken-with-lemon"
OUT, ROAST = f"{CHICKEN}/1", f"{CHICKEN}/5"


def with_limit(minutes: int) -> DinnerPlan:
    """The plan in a kitchen that allows `minutes` out of the fridge."""
    plan = dinner_plan()
    kitchen = plan.request.kitchen.model_copy(update={"chilled_out_minutes": minutes})
    return plan.model_copy(update={"request": plan.request.model_copy(update={"kitchen": kitchen})})


def out_for(problem: Problem, starts: dict[str, int]) -> int:
    return starts[ROAST] - starts[OUT]


def standing(plan: DinnerPlan) -> tuple[Session, datetime]:
    """The session a minute after the chicken has stood out of the fridge as planned."""
    end = next(item.end for item in plan.items if item.id == OUT)
    return played(plan, end + timedelta(minutes=1)), end + timedelta(minutes=1)


def test_the_clock_runs_from_leaving_the_fridge_to_the_oven() -> None:
    links = [link for link in cold_chain(dinner_plan().problem, 120) if link.before == OUT]
    assert [(link.after, link.max_lag_minutes, link.from_start) for link in links] == [(ROAST, 120, True)]


def test_work_that_takes_longer_by_itself_is_no_bound() -> None:
    assert [link for link in cold_chain(dinner_plan().problem, 20) if link.before == OUT] == []


@pytest.mark.parametrize("limit", [60, 120])
def test_a_replan_keeps_the_limit_that_is_set(limit: int) -> None:
    plan = with_limit(limit)
    session, now = standing(plan)
    later = happen.NeedsMinutes(task=f"{CHICKEN}/2", minutes=5)
    new = replan(after(session, later, now), now, seconds=0.0).plan
    assert new is not None
    assert check(new.problem, new.schedule).violations == ()
    starts = {entry.task: entry.start_minutes for entry in new.schedule.assignments}
    assert out_for(new.problem, starts) <= limit


def test_what_was_out_too_long_is_said_and_then_accepted_or_remade() -> None:
    plan = with_limit(60)
    session, now = standing(plan)
    late = now + timedelta(minutes=90)
    said = [alarm for alarm in alarms(session, late) if alarm.kind == "waited" and alarm.task == OUT]
    assert len(said) == 1
    assert "at most 60 are good" in said[0].sentence
    accepted = after(session, happen.WaitAccepted(task=OUT), late)
    assert not [alarm for alarm in alarms(accepted, late) if alarm.task == OUT]
    limits = [link.max_lag_minutes for link in dinner_now(accepted, late).problem.links if link.before == OUT]
    assert limits
    assert set(limits) == {None}
    remade = after(session, happen.TaskRedo(task=OUT), late)
    assert not [alarm for alarm in alarms(remade, late) if alarm.task == OUT]
    new = replan(remade, late, seconds=0.0).plan
    assert new is not None
    starts = {entry.task: entry.start_minutes for entry in new.schedule.assignments}
    assert out_for(new.problem, starts) <= 60


def test_raw_and_cooked_do_not_share_a_board_without_washing_in_a_replan() -> None:
    plan = dinner_plan()
    raw = f"{CHICKEN}/4"
    session, now = standing(plan)
    changed = after(session, happen.NeedsMinutes(task=raw, minutes=10), now)
    new = replan(changed, now, seconds=0.0).plan
    assert new is not None
    assert not any(found.rule == "hygiene" for found in check(new.problem, new.schedule).violations)
    without = new.schedule.model_copy(
        update={"inserted": tuple(entry for entry in new.schedule.inserted if entry.kind != "clean")}
    )
    if without != new.schedule:
        assert any(found.rule == "hygiene" for found in check(new.problem, without).violations)
    assert dinner_now(changed, now).problem.settings.hygiene
