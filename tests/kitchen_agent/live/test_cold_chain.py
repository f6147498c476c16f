"""Raw meat is not out of the fridge for too long: in plans, in replans, and said to people when it happened."""

from datetime import datetime, timedelta

import pytest

from kitchen_agent.dinner import build_problem
from kitchen_agent.dinner.cold_chain import cold_chain
from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
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
    links = [link for link in cold_chain(dinner_plan().problem, 120).links if link.before == OUT]
    assert [(link.after, link.max_lag_minutes, link.from_start) for link in links] == [(ROAST, 120, True)]


def test_work_that_takes_longer_by_itself_is_no_bound_and_said_to_be() -> None:
    found = cold_chain(dinner_plan().problem, 20)
    assert [link for link in found.links if link.before == OUT] == []
    [note] = [note for note in found.notes if note.startswith("Roast chicken")]
    assert "'Let the chicken stand at room temperature' to 'Roast the chicken'" in note
    assert "at most 20" in note


def test_the_slowest_way_to_the_heat_counts_whatever_lies_on_it() -> None:
    """Work of a novice takes longer, and what is heated in between does not shorten the way of what waits for it."""
    problem = dinner_plan().problem
    slow = tuple(cook.model_copy(update={"pace_percent": 300}) for cook in problem.cooks)
    [taken] = [link.max_lag_minutes for link in cold_chain(problem, 60).links if link.before == OUT]
    assert taken == 60
    assert not [link for link in cold_chain(problem.model_copy(update={"cooks": slow}), 60).links if link.before == OUT]


@pytest.mark.parametrize(("limit", "kept"), [(60, True), (20, False)])
def test_the_first_plan_keeps_the_limit_or_says_that_nothing_could(limit: int, kept: bool) -> None:
    plan = with_limit(limit)
    dinner = build_problem(plan.request, plan.graphs, plan.recipes)
    found = [link.max_lag_minutes for link in dinner.problem.links if (link.before, link.after) == (OUT, ROAST)]
    assert found == ([limit] if kept else [])
    assert any("out of the fridge" in note for note in dinner.notes) != kept


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
    again = after(accepted, happen.TaskRedo(task=OUT), late)
    assert again.accepted_waits == frozenset(), "what was accepted is gone with what it was said of"
    new = replan(remade, late, seconds=0.0).plan
    assert new is not None
    starts = {entry.task: entry.start_minutes for entry in new.schedule.assignments}
    assert out_for(new.problem, starts) <= 60


def test_nothing_is_given_up_when_all_goes_on_after_the_meat_is_in_the_oven() -> None:
    plan = dinner_plan()
    start = next(item.start for item in plan.items if item.id == ROAST)
    session = played(plan, start + timedelta(minutes=2))
    assert replan(session, start + timedelta(minutes=2), seconds=0.0).given_up == ()


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
