"""Replanning: every event leads to a plan that the scheduler's judge accepts, that leaves the past alone and is never
worse than the old order shifted."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitchen_agent.errors import EventRefusedError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.refusals import refuse
from kitchen_agent.live.replan import Replanned, replan
from kitchen_agent.live.session import Session
from kitchen_agent.live.settled import minute_of
from kitchen_agent.plan import DinnerPlan
from scheduler.check import check
from tests.kitchen_agent.live.dinner import after, dinner_plan, moment, played, tasks_of

NO_SEARCH = 0.0
"""Only the shifted plan and the quick one: the same on a machine of any speed."""


def happenings(session: Session, now: datetime) -> dict[str, Happening]:
    """One happening of each kind that makes sense in the middle of the dinner."""
    plan = session.plan
    state = {item.id: session.progress(item.id).state for item in tasks_of(plan)}
    running = next(task for task, at in state.items() if at == "running")
    waiting = [task for task, at in state.items() if at == "waiting"]
    done = next(task for task, at in state.items() if at == "done")
    attended = next(i.id for i in tasks_of(plan) if i.id in waiting and i.cooks and i.start > now)
    return {
        "started": happen.TaskStarted(task=waiting[0]),
        "done": happen.TaskDone(task=running),
        "needs_minutes": happen.NeedsMinutes(task=running, minutes=10),
        "redo": happen.TaskRedo(task=done),
        "skip": happen.TaskSkipped(task=waiting[-1]),
        "pause": happen.TaskPaused(task=running),
        "accept_wait": happen.WaitAccepted(task=done),
        "cook_leaves": happen.CookLeaves(cook="ben", at=now + timedelta(minutes=5)),
        "cook_joins": happen.CookJoins(cook="cleo", at=now + timedelta(minutes=5), skill="home"),
        "swap": happen.CookSwap(task=attended, cook="ana"),
        "fails": happen.EquipmentFails(equipment="burner", units=2),
        "back": happen.EquipmentBack(equipment="burner"),
        "oven_colder": happen.OvenColder(oven=plan.problem.ovens[0].id, celsius=150),
        "guests": happen.GuestsChanged(guests=6),
        "dish_dropped": happen.DishDropped(dish="green-beans"),
        "serving_moved": happen.ServingMoved(serve_at=plan.serve_at + timedelta(minutes=20)),
        "course_held": happen.CourseHeld(course=plan.problem.courses[-1].id, minutes=15),
        "ingredient_missing": happen.IngredientMissing(dish="green-beans", ingredient="butter"),
    }


KINDS = (
    "started", "done", "needs_minutes", "redo", "skip", "pause", "accept_wait", "cook_leaves", "cook_joins", "swap",
    "fails", "back", "oven_colder", "guests", "dish_dropped", "serving_moved", "course_held", "ingredient_missing",
)  # fmt: skip


def assert_holds(session: Session, now: datetime, answer: Replanned) -> DinnerPlan:
    plan = answer.plan
    assert plan is not None, answer.given_up
    assert check(plan.problem, plan.schedule).violations == ()
    minute = minute_of(session, now)
    for entry in plan.schedule.assignments:
        if session.progress(entry.task).state in ("waiting", "paused"):
            assert entry.start_minutes >= minute, f"{entry.task} is planned in the past"
    if answer.shifted is not None:
        value = check(plan.problem, plan.schedule).terms
        new = [value[name] for name in plan.problem.objective]
        assert new <= [term.value for term in answer.shifted.terms]
    return plan


@pytest.mark.parametrize("kind", KINDS)
def test_each_event_leads_to_a_plan_that_holds(kind: str) -> None:
    plan = dinner_plan()
    now = moment(plan, 0.5)
    session = played(plan, now)
    what = happenings(session, now)[kind]
    refuse(session, what)
    changed = after(session, what, now)
    assert_holds(changed, now, replan(changed, now, seconds=NO_SEARCH))


def test_nothing_changes_when_all_goes_by_plan() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.5)
    answer = replan(played(plan, now), now, seconds=NO_SEARCH)
    assert answer.changes == ()


def test_done_tasks_stay_where_they_happened() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.5)
    session = played(plan, now)
    answer = replan(session, now, seconds=NO_SEARCH)
    new = assert_holds(session, now, answer)
    before = {item.id: item for item in plan.items}
    for item in tasks_of(new):
        if session.progress(item.id).state == "done":
            assert (item.start, item.end) == (before[item.id].start, before[item.id].end)


def test_a_cook_who_left_gets_nothing() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.3)
    session = after(played(plan, now), happen.CookLeaves(cook="ben", at=now), now)
    new = assert_holds(session, now, replan(session, now, seconds=NO_SEARCH))
    late = [item.name for item in new.of_cook("Ben") if item.start >= now]
    assert late == []


def test_the_solver_improves_within_its_time() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.4)
    session = after(played(plan, now), happen.CookLeaves(cook="ben", at=now), now)
    quick, searched = replan(session, now, seconds=NO_SEARCH), replan(session, now, seconds=2.0)
    assert quick.plan is not None
    new = assert_holds(session, now, searched)
    if not quick.given_up:
        names = new.problem.objective
        one, two = check(new.problem, new.schedule).terms, check(quick.plan.problem, quick.plan.schedule).terms
        assert [one[name] for name in names] <= [two[name] for name in names]


def test_a_broken_only_oven_is_assumed_to_come_back_and_said_so() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.2)
    session = played(plan, now)
    for oven in plan.problem.ovens:
        session = after(session, happen.EquipmentFails(equipment=oven.id), now)
    answer = replan(session, now, seconds=NO_SEARCH)
    assert_holds(session, now, answer)
    assert any("broken" in words for words in answer.given_up)


KEYS = st.sampled_from(KINDS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(share=st.floats(0.1, 0.8), kinds=st.lists(st.tuples(KEYS, st.integers(0, 12)), min_size=1, max_size=4))
def test_random_events_never_break_a_rule_or_move_the_past(share: float, kinds: list[tuple[str, int]]) -> None:
    plan = dinner_plan()
    now = moment(plan, share)
    session = played(plan, now)
    for kind, wait in kinds:
        now += timedelta(minutes=wait)
        try:
            what = happenings(session, now)[kind]
            refuse(session, what)
        except (StopIteration, EventRefusedError, IndexError):
            continue
        session = after(session, what, now)
        answer = replan(session, now, seconds=NO_SEARCH)
        if answer.plan is None:
            continue
        assert_holds(session, now, answer)
        session = after(session, happen.PlanAdopted(plan=answer.plan), now)
