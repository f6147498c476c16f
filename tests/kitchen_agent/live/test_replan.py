"""Replanning: every event leads to a plan that the scheduler's judge accepts, that leaves the past alone and is never
worse than the old order shifted."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitchen_agent.errors import EventRefusedError
from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.changes import overtime
from kitchen_agent.live.difference import changes
from kitchen_agent.live.events import Happening
from kitchen_agent.live.kitchen import late_minutes
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.refusals import refuse
from kitchen_agent.live.replan import Replanned, replan
from kitchen_agent.live.session import Session
from kitchen_agent.live.settled import minute_of, span
from kitchen_agent.menu import DishRequest
from kitchen_agent.plan import DinnerPlan
from scheduler.check import check
from scheduler.explain import LeaveOut, ServeLater, StartEarlier
from scheduler.problem import Window
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
        progress = session.progress(entry.task)
        if progress.state in ("waiting", "paused"):
            assert entry.start_minutes >= minute, f"{entry.task} is planned in the past"
        else:
            assert (entry.start_minutes, entry.end_minutes) == span(session, progress, minute), f"{entry.task} moved"
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


def added_dish(session: Session) -> happen.DishAdded:
    """A second time the beans of the menu, as a dish of their own."""
    name = f"more-beans-{len(session.added)}"
    first = session.first
    return happen.DishAdded(
        dish=DishRequest(name=name.replace("-", " "), id=name),
        recipe=first.recipes["green-beans"],
        graph=first.graphs["green-beans"],
    )


def any_happening(session: Session, now: datetime, kind: str, number: int) -> Happening:
    """A happening of `kind`; which of the tasks is skipped, `number` says."""
    if kind == "skip":
        tasks = session.plan.problem.tasks
        return happen.TaskSkipped(task=tasks[number % len(tasks)].id)
    return added_dish(session) if kind == "dish_added" else happenings(session, now)[kind]


KEYS = st.sampled_from((*KINDS, "skip", "skip", "dish_added"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    share=st.floats(0.1, 0.8),
    kinds=st.lists(st.tuples(KEYS, st.integers(0, 12), st.integers(0, 99)), min_size=1, max_size=5),
)
def test_random_events_never_break_a_rule_or_move_the_past(share: float, kinds: list[tuple[str, int, int]]) -> None:
    plan = dinner_plan()
    now = moment(plan, share)
    session = played(plan, now)
    for kind, wait, number in kinds:
        now += timedelta(minutes=wait)
        try:
            what = any_happening(session, now, kind, number)
            refuse(session, what)
        except (StopIteration, EventRefusedError, IndexError):
            continue
        session = after(session, what, now)
        answer = replan(session, now, seconds=NO_SEARCH)
        session = after(session, happen.PlanAdopted(plan=assert_holds(session, now, answer)), now)


def test_a_dish_of_which_every_task_is_left_out_is_not_served() -> None:
    plan = dinner_plan()
    now = tasks_of(plan)[0].start - timedelta(minutes=1)
    session = played(plan, now)
    for task in plan.problem.tasks:
        if task.dish == "green-beans":
            session = after(session, happen.TaskSkipped(task=task.id), now)
    new = assert_holds(session, now, replan(session, now, seconds=NO_SEARCH))
    assert "green-beans" not in [dish.id for dish in new.dishes]


def test_more_minutes_of_a_task_that_waits_count_once() -> None:
    plan = dinner_plan()
    now = tasks_of(plan)[0].start - timedelta(minutes=1)
    task, minutes = "tomato-soup/4", 10
    before = next(item.minutes for item in plan.items if item.id == task)
    session = after(played(plan, now), happen.NeedsMinutes(task=task, minutes=minutes), now)
    untold = after(session, happen.TaskStarted(task=task), now)
    assert untold.progress(task).expected == now + timedelta(minutes=before + minutes), "no plan has them yet"
    new = assert_holds(session, now, replan(session, now, seconds=NO_SEARCH))
    started = after(after(session, happen.PlanAdopted(plan=new), now), happen.TaskStarted(task=task), now)
    assert started.progress(task).expected == now + timedelta(minutes=before + minutes)


def test_an_oven_that_gets_warmer_again_makes_up_for_it() -> None:
    plan = dinner_plan()
    roast = next(entry for entry in plan.schedule.assignments if entry.task == "roast-chicken-with-lemon/5")
    item = next(item for item in plan.items if item.id == roast.task)
    now = item.start + timedelta(minutes=5)
    left = {}
    session = played(plan, now)
    for celsius in (150, 170, 170, 300):
        session = after(session, happen.OvenColder(oven=roast.oven or "", celsius=celsius), now)
        left[celsius] = (session.progress(roast.task).expected or now) - now
    assert left[150] > left[170] > left[300]
    assert abs(left[300] - (item.end - now)) <= timedelta(minutes=len(left)), "what was added is taken back"


def finished(plan: DinnerPlan, course: str, minutes: int) -> tuple[Session, datetime]:
    """The dinner with all its work done, `minutes` after the dishes of `course` were to be served."""
    now = min(dish.served for dish in plan.dishes if dish.sitting == course) + timedelta(minutes=minutes)
    session = played(plan, now)
    for task in plan.problem.tasks:
        if session.progress(task.id).state != "done":
            session = after(session, happen.TaskDone(task=task.id), now - timedelta(minutes=2))
    return session, now


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_course_that_is_held_waits_is_said_to_and_may_be_accepted(minutes: int) -> None:
    session, now = finished(dinner_plan(), "main", minutes)
    session = after(session, happen.CourseHeld(course="main", minutes=40), now)
    answer = replan(session, now, seconds=NO_SEARCH)
    new = assert_holds(session, now, answer)
    assert "what is done already waits longer than it should" in answer.given_up
    session = after(session, happen.PlanAdopted(plan=new), now)
    main = [dish for dish in new.dishes if dish.sitting == "main"]
    assert all(dish.served == dish.due > now + timedelta(minutes=30) for dish in main)
    waiting = {alarm.task for alarm in alarms(session, now) if alarm.kind == "waited"}
    assert {task.partition("/")[0] for task in waiting if task} == {dish.id for dish in main}
    for task in waiting:
        session = after(session, happen.WaitAccepted(task=task or ""), now)
    assert not [alarm for alarm in alarms(session, now) if alarm.kind == "waited"]
    assert replan(session, now, seconds=NO_SEARCH).given_up == ()


@pytest.mark.parametrize("what", [happen.GuestsChanged(guests=5), None])
def test_what_made_the_first_plan_fit_still_holds_when_it_is_built_anew(what: happen.GuestsChanged | None) -> None:
    plan = dinner_plan()
    garnish = LeaveOut(dish="green-beans", tasks=("green-beans/2",))
    sooner = StartEarlier(minutes=30)
    repaired = plan.model_copy(update={"repairs": (garnish, sooner, ServeLater(minutes=10))})
    now = moment(plan, 0.1)
    session = played(plan, now).model_copy(update={"first": repaired})
    session = after(session, what or added_dish(session), now)
    problem = dinner_now(session, now).problem
    assert "green-beans/2" not in {task.id for task in problem.tasks}
    due = next(course.serve_at_minutes for course in problem.courses if course.follows is None)
    assert due == next(course.serve_at_minutes for course in plan.problem.courses if course.follows is None)
    new = replan(session, now, seconds=NO_SEARCH).plan
    assert new is not None
    assert new.repairs == repaired.repairs


def with_hours(plan: DinnerPlan, hours: dict[str, tuple[int, int]]) -> DinnerPlan:
    """`plan` with cooks who have said when they are there."""
    cooks = tuple(
        cook.model_copy(update={"presence": (Window(start_minutes=hours[cook.id][0], end_minutes=hours[cook.id][1]),)})
        if cook.id in hours
        else cook
        for cook in plan.problem.cooks
    )
    return plan.model_copy(update={"problem": plan.problem.model_copy(update={"cooks": cooks})})


def test_hours_that_were_said_are_kept_unless_overtime_is_named() -> None:
    plan = dinner_plan()
    last = max(entry.end_minutes for entry in plan.schedule.assignments)
    hours = with_hours(plan, {"ana": (0, last), "ben": (0, last)})
    now = moment(plan, 0.6)
    session = played(hours, now)
    assert {cook.presence[-1].end_minutes for cook in dinner_now(session, now).problem.cooks} == {last}
    assert "cooks stay longer than their hours" not in replan(session, now, seconds=NO_SEARCH).given_up
    late = after(session, happen.NeedsMinutes(task="roast-chicken-with-lemon/5", minutes=90), now)
    answer = replan(late, now, seconds=NO_SEARCH)
    assert_holds(late, now, answer)
    assert "cooks stay longer than their hours" in answer.given_up
    assert {cook.presence[-1].end_minutes for cook in dinner_now(played(plan, now), now).problem.cooks} != {last}


def test_overtime_is_not_for_who_has_said_to_leave() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.3)
    session = after(played(plan, now), happen.CookLeaves(cook="ben", at=now + timedelta(minutes=9)), now)
    problem = dinner_now(session, now).problem
    ends = {cook.id: cook.presence[-1].end_minutes for cook in problem.cooks}
    assert overtime(problem, session)["ben"][-1].end_minutes == ends["ben"] < ends["ana"]


def test_boards_that_are_all_broken_are_used_only_with_a_word() -> None:
    plan = dinner_plan()
    now = tasks_of(plan)[0].start - timedelta(minutes=1)
    session = played(plan, now)
    for board in plan.problem.boards:
        session = after(session, happen.EquipmentFails(equipment=board.id), now)
    answer = replan(session, now, seconds=NO_SEARCH)
    assert_holds(session, now, answer)
    assert "all boards are broken, and one is used" in answer.given_up


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_task_that_another_cook_must_begin_this_minute_is_said(minutes: int) -> None:
    plan = dinner_plan()
    item = next(item for item in tasks_of(plan) if item.cooks == ("Ben",))
    now = item.start + timedelta(minutes=minutes)
    handed = item.model_copy(update={"cooks": ("Ana",), "start": now})
    new = plan.model_copy(update={"items": tuple(handed if entry == item else entry for entry in plan.items)})
    assert [change.sentence for change in changes(plan, new, now)] == [f"{item.name}: Ana, instead of Ben"]


def test_a_warm_up_of_the_past_stays_in_its_oven() -> None:
    plan = dinner_plan()
    warm = next(entry for entry in plan.schedule.inserted if entry.kind == "warm_up")
    now = next(item.start for item in plan.items if item.id == warm.task) + timedelta(minutes=1)
    pins = {pin.task: pin for pin in dinner_now(played(plan, now), now).problem.pins}
    assert pins[warm.id].oven == warm.oven is not None


def test_what_was_begun_is_no_news() -> None:
    plan = dinner_plan()
    now = moment(plan, 0.5)
    running = next(task for task, progress in played(plan, now).tasks.items() if progress.state == "running")
    session = after(played(plan, now), happen.NeedsMinutes(task=running, minutes=10), now)
    names = {item.id: item.name for item in plan.items}
    answer = replan(session, now, seconds=NO_SEARCH)
    assert answer.changes
    assert not [change for change in answer.changes if change.sentence.startswith(names[running])]


def test_an_order_that_would_be_late_is_begun_earlier_where_the_cooks_are_free() -> None:
    plan = dinner_plan()
    now = plan.starts_at
    session = Session(first=plan, plan=plan, now=now, approved=True)
    changed = after(session, happen.ServingMoved(serve_at=plan.serve_at - timedelta(minutes=30)), now)
    answer = replan(changed, now, seconds=NO_SEARCH)
    new = assert_holds(changed, now, answer)
    assert answer.shifted is not None
    assert next(term.value for term in answer.shifted.terms if term.name == "lateness") > 0
    assert late_minutes(new, now) == 0
