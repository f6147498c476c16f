"""The hours of a dinner that is being cooked: those that people came for, or earlier ones for an earlier dinner."""

from datetime import timedelta

from kitchen_agent.dinner import build_problem
from kitchen_agent.live import events as happen
from kitchen_agent.live.hours import as_planned, begun_earlier
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.session import Session
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import Limits, Solved, solve
from scheduler.explain import ServeLater
from scheduler.problem import Cook, Problem, Task, Window
from scheduler.problem import Session as Hours
from tests.kitchen_agent.live.dinner import after, dinner_plan

LATER = 180


def put_off() -> DinnerPlan:
    """The dinner, planned from the moment at which it was asked for; it had to be served LATER minutes later."""
    plan = dinner_plan()
    asked = plan.request.model_copy(
        update={
            "serve_at": plan.request.serve_at - timedelta(minutes=60),
            "earliest_start": plan.request.serve_at - timedelta(minutes=120),
        }
    )
    dinner, repair = build_problem(asked, plan.graphs, plan.recipes), ServeLater(minutes=LATER)
    dinner = dinner.model_copy(update={"problem": repair.apply(dinner.problem)})
    outcome = solve(dinner.problem, Limits(deterministic_limit=0.3))
    assert isinstance(outcome, Solved)
    request = asked.model_copy(update={"serve_at": asked.serve_at + timedelta(minutes=LATER)})
    return make_plan(request, plan.recipes, plan.graphs, dinner, outcome, repairs=(repair,))


def test_more_guests_send_nobody_home() -> None:
    plan = put_off()
    now = plan.starts_at + timedelta(minutes=1)
    session = after(Session(first=plan, plan=plan, now=now, approved=True), happen.GuestsChanged(guests=6), now)
    problem = dinner_now(session, now).problem
    for cook, before in zip(problem.cooks, plan.problem.cooks, strict=True):
        assert cook.presence[0].start_minutes == before.presence[0].start_minutes == 0


HOURS = (
    Hours(start_minutes=0, end_minutes=100, make_ahead=True),
    Hours(start_minutes=120, end_minutes=300),
)


def test_a_dinner_built_anew_keeps_hours_people_and_what_is_made_ahead() -> None:
    def dinner(end: int, *, ahead: bool, **more: tuple[str, ...]) -> Problem:
        names, tasks = more.get("cooks", ("ana",)), more.get("tasks", ("whip",))
        return Problem(
            horizon_minutes=end,
            tasks=tuple(Task(id=name, minutes=5, make_ahead=ahead) for name in tasks),
            cooks=tuple(Cook(id=name, presence=(Window(start_minutes=0, end_minutes=end),)) for name in names),
            sessions=(Hours(start_minutes=0, end_minutes=end),),
        )

    first, anew = dinner(300, ahead=True), dinner(200, ahead=False, cooks=("ana", "eva"), tasks=("whip", "fry"))
    kept = as_planned(anew, first)
    assert (kept.horizon_minutes, kept.sessions) == (first.horizon_minutes, first.sessions)
    assert [cook.presence[0].end_minutes for cook in kept.cooks] == [300, 200]
    assert [task.make_ahead for task in kept.tasks] == [True, False]


def cooked_in(*cooks: Cook) -> Problem:
    return Problem(horizon_minutes=300, tasks=(), cooks=cooks, sessions=HOURS)


def test_an_earlier_dinner_is_begun_earlier_by_those_who_come_when_work_begins() -> None:
    whole = Cook(id="ana", presence=tuple(Window(start_minutes=a, end_minutes=b) for a, b in ((0, 100), (120, 300))))
    own = Cook(id="ben", presence=(Window(start_minutes=150, end_minutes=300),))
    moved = begun_earlier(cooked_in(whole, own), 60)
    assert moved.sessions == (
        Hours(start_minutes=0, end_minutes=60, make_ahead=True),
        Hours(start_minutes=60, end_minutes=300),
    )
    ana, ben = moved.cooks
    assert [(window.start_minutes, window.end_minutes) for window in ana.presence] == [(0, 60), (60, 300)]
    assert ben == own


def test_nothing_begins_before_the_first_minute() -> None:
    moved = begun_earlier(cooked_in(), 500)
    assert moved.sessions == (Hours(start_minutes=0, end_minutes=300),)
