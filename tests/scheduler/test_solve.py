"""Solving: in order of importance, anytime, reproducible, from an old plan; and what is refused before."""

import threading
import time
from importlib import import_module
from itertools import pairwise

import pytest
from ortools.sat.python import cp_model

from scheduler import ORDER, InvalidProblemError, InvalidScheduleError, Limits, Schedule, Solved, build, solve
from scheduler.benchmarks import generated, read_dzn, read_sm
from scheduler.check import check
from scheduler.complete import point_of
from scheduler.generate import kitchen
from scheduler.greedy import greedy, justified
from scheduler.model import Build
from scheduler.problem import (
    Cook,
    Course,
    Dish,
    Equipment,
    Link,
    Need,
    Oven,
    OvenUse,
    Pin,
    Problem,
    Replan,
    ServedDish,
    Task,
)
from scheduler.profile import profile, table
from scheduler.rules import RULES, Rule, cooks
from scheduler.run import Run
from scheduler.schedule import SolverRecord, TimedOut
from scheduler.serial import serial
from scheduler.variables import TaskVars, Value, Variables

SOLVE = import_module("scheduler.solve")
SMALL = kitchen(0, 2, 1)
FAMILY = kitchen(1, 3, 2)
QUICK = Limits(deterministic_limit=0.03)


def solved(problem: Problem, limits: Limits = QUICK) -> Solved:
    outcome = solve(problem, limits)
    assert isinstance(outcome, Solved)
    return outcome


def test_a_small_dinner_is_proved_term_by_term() -> None:
    outcome = solved(SMALL)
    assert outcome.optimal
    assert [term.name for term in outcome.schedule.terms] == list(ORDER)
    assert outcome.schedule.terms[0].value == 0
    assert outcome.schedule.solver is not None
    assert outcome.schedule.solver.stopped_by == "optimal"
    assert set(outcome.schedule.solver.versions) == {"ortools", "python"}


def test_the_same_seed_gives_the_same_plan() -> None:
    first, second = (solved(FAMILY).schedule for _ in range(2))
    assert first.model_dump(exclude={"solver"}) == second.model_dump(exclude={"solver"})


def test_better_plans_arrive_while_it_works_and_never_get_worse() -> None:
    plans: list[Schedule] = []
    solve(FAMILY, QUICK, on_plan=plans.append)
    values = [[term.value for term in plan.terms] for plan in plans]
    bounds = [[term.bound for term in plan.terms] for plan in plans]
    assert all(later <= sooner for sooner, later in pairwise(values))
    assert all(later != sooner for sooner, later in pairwise(zip(values, bounds, strict=True))), "none is told twice"
    assert all(check(FAMILY, plan).ok for plan in plans)


def test_cancelled_it_answers_with_the_best_plan_so_far() -> None:
    cancel = threading.Event()
    cancel.set()
    outcome = solve(FAMILY, cancel=cancel)
    assert isinstance(outcome, Solved)
    assert outcome.schedule.solver is not None
    assert outcome.schedule.solver.stopped_by == "cancel"


def test_a_hint_names_every_variable_and_is_a_plan() -> None:
    plan = greedy(FAMILY)
    assert plan is not None
    assert check(FAMILY, plan).ok
    model = build(FAMILY)
    values = point_of(model.variables, plan).values
    hint = model.model.proto.solution_hint
    hint.vars.extend(range(len(values)))
    hint.values.extend(values)
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.num_workers = 1
    assert solver.solve(model.model) == cp_model.OPTIMAL


def test_a_plan_of_another_dinner_is_no_hint() -> None:
    with pytest.raises(InvalidScheduleError, match="is missing"):
        solve(FAMILY, QUICK, hint=solved(SMALL).schedule)


def test_days_of_minutes_cost_no_more() -> None:
    long = SMALL.model_copy(update={"horizon_minutes": 3 * 1440})
    assert solved(long).schedule.terms[0].value == 0


def test_a_plain_project_scheduling_problem() -> None:
    tasks = [
        Task(id=name, minutes=minutes, needs=(Need(equipment="r"),)) for name, minutes in (("a", 3), ("b", 4), ("c", 2))
    ]
    problem = Problem(
        horizon_minutes=20,
        tasks=tuple(tasks),
        links=(Link(before="a", after="c"),),
        equipment=(Equipment(id="r", count=2),),
        objective=("makespan",),
    )
    assert [term.value for term in solved(problem).schedule.terms] == [5]


def test_every_fault_is_named_at_once() -> None:
    problem = Problem(
        horizon_minutes=100,
        cooks=(Cook(id="Ben", skill=1),),
        ovens=(Oven(id="oven"),),
        dishes=(Dish(id="d", course="tea"),),
        courses=(Course(id="main", follows="main"),),
        tasks=(
            Task(id="a", minutes=-5),
            Task(id="b", minutes=5, attention="hands_on", skill=3),
            Task(id="c", minutes=5, oven=OvenUse(celsius=900)),
        ),
        links=(Link(before="a", after="b"), Link(before="b", after="a"), Link(before="c", after="nowhere")),
    )
    with pytest.raises(InvalidProblemError) as caught:
        solve(problem)
    places = {fault.where for fault in caught.value.faults}
    assert places >= {
        "tasks.a.minutes",
        "tasks.b",
        "tasks.c.oven.celsius",
        "links",
        "links[2].after",
        "dishes.d.course",
        "courses.main.follows",
    }
    assert all(fault.where in str(caught.value) for fault in caught.value.faults)


def test_the_profile_names_every_rule_and_adds_up() -> None:
    steps = profile(SMALL)
    model = build(SMALL).model
    assert sum(step.variables for step in steps) == len(model.proto.variables)
    assert sum(step.constraints for step in steps) == len(model.proto.constraints)
    assert table(steps).splitlines()[-1].startswith("all ")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [(2, 1, None), (4, 2, None), (8, 4, 60), (12, 8, 150)], ids=str)
def test_generated_kitchens_can_be_cooked(size: tuple[int, int, int | None], seed: int) -> None:
    dishes, cooks, tasks = size
    problem = kitchen(seed, dishes, cooks, tasks=tasks)
    assert problem == kitchen(seed, dishes, cooks, tasks=tasks)
    plan = greedy(problem)
    assert plan is not None
    assert check(problem, plan).ok


def test_a_scattered_plan_is_pushed_together() -> None:
    loose = solved(FAMILY.model_copy(update={"objective": ("lateness", "hot_wait")})).schedule
    before = check(FAMILY, loose).terms
    reports = [check(FAMILY, plan) for plan in justified(FAMILY, loose)]
    assert reports
    for report in reports:
        assert report.ok, str(report)
        assert (report.terms["lateness"], report.terms["hot_wait"]) <= (before["lateness"], before["hot_wait"])
    assert min(report.terms["presence"] for report in reports) <= before["presence"]


def test_work_is_shared_though_one_cook_is_quicker() -> None:
    tasks = tuple(Task(id=name, minutes=10, attention="hands_on") for name in "ab")
    cooks = (Cook(id="Ana", skill=3), Cook(id="Ben", skill=1, pace_percent=150))
    schedule = solved(Problem(horizon_minutes=60, tasks=tasks, cooks=cooks)).schedule
    terms = {term.name: term.value for term in schedule.terms}
    assert {entry.cooks for entry in schedule.assignments} == {("Ana",), ("Ben",)}
    assert (terms["longest_day"], terms["presence"]) == (15, 25)


PROJECT = read_dzn(generated.dzn(3, 40, 1.5, 4, 0.5, 20))


def test_a_project_has_a_plan_though_there_is_no_time_to_search() -> None:
    cancel = threading.Event()
    cancel.set()
    outcome = solve(PROJECT, cancel=cancel)
    assert isinstance(outcome, Solved)
    assert check(PROJECT, outcome.schedule).ok
    assert outcome.schedule.terms[0].value < 80


def test_a_serial_plan_keeps_lags_and_counts() -> None:
    problem = read_sm(generated.sm(3, 30, 1.5, 1.0, 0.2))
    problem = problem.model_copy(
        update={"links": tuple(link.model_copy(update={"min_lag_minutes": 2}) for link in problem.links)}
    )
    longer = problem.model_copy(update={"horizon_minutes": 2 * problem.horizon_minutes})
    plan = serial(longer)
    assert plan is not None
    assert check(longer, plan).ok
    lag = Link(before="2", after="3", max_lag_minutes=5)
    assert serial(longer.model_copy(update={"links": (lag,)})) is None


def test_a_dish_that_was_served_early_hides_no_lateness() -> None:
    """Lateness is then negative, and what it could be is less than 0."""
    roast = Task(id="roast", minutes=30, dish="roast")
    soup = Task(id="soup", minutes=5, dish="soup")
    problem = Problem(
        horizon_minutes=120,
        tasks=(soup, roast),
        dishes=(Dish(id="soup", serve_at_minutes=60), Dish(id="roast", serve_at_minutes=20)),
        pins=(Pin(task="soup", state="done", start_minutes=0, end_minutes=5),),
        replan=Replan(now_minutes=10, served=(ServedDish(dish="soup", served_minutes=10),)),
        objective=("lateness",),
    )
    cancel = threading.Event()
    cancel.set()
    outcome = solve(problem, cancel=cancel)
    assert isinstance(outcome, Solved)
    assert (outcome.schedule.terms[0].value, outcome.schedule.terms[0].bound) == (-30, -50)
    assert not outcome.optimal
    assert solved(problem).optimal


def test_a_model_that_refuses_the_judges_plan_is_told_and_the_plan_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_goes(v: Variables) -> None:
        v.model.add_bool_or([])

    rules = (*RULES, nothing_goes)
    monkeypatch.setattr(SOLVE, "RULES", rules)
    with pytest.warns(UserWarning, match="judge accepts"):
        outcome = solve(SMALL, rules=rules)
    assert isinstance(outcome, Solved)


def with_rules(monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> tuple[Rule, ...]:
    """These rules, which are now all that there are."""
    monkeypatch.setattr(SOLVE, "RULES", rules)
    return rules


def test_a_plan_that_the_judge_refuses_is_told_and_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = with_rules(monkeypatch, *(rule for rule in RULES if rule is not cooks.one_pair_of_hands))
    problem = Problem(
        horizon_minutes=60,
        tasks=tuple(Task(id=name, minutes=10, dish="soup", attention="hands_on") for name in "ab"),
        dishes=(Dish(id="soup", serve_at_minutes=10),),
        cooks=(Cook(id="Ana"),),
        objective=("lateness",),
    )
    with pytest.warns(UserWarning, match="judge refuses"):
        outcome = solve(problem, rules=rules)
    assert isinstance(outcome, Solved)
    assert check(problem, outcome.schedule).ok
    assert (outcome.schedule.terms[0].value, outcome.schedule.terms[0].bound, outcome.optimal) == (10, 0, False)
    assert outcome.schedule.solver is not None
    assert outcome.schedule.solver.stopped_by == "disagreement"
    with pytest.warns(UserWarning, match="judge refuses"):
        anything = solve(problem.model_copy(update={"objective": (), "horizon_minutes": 15}), rules=rules)
    assert isinstance(anything, TimedOut)


def test_good_enough_is_said() -> None:
    limits = Limits(deterministic_limit=1.0, gap=0.9)
    problem = FAMILY.model_copy(update={"objective": ("presence",)})
    first, second = solved(problem, limits), solve(problem, limits, hint=solved(problem).schedule)
    assert not first.optimal
    assert first.schedule.solver is not None
    assert (first.schedule.solver.stopped_by, first.schedule.solver.gap) == ("gap", 0.9)
    assert not first.schedule.solver.hinted
    assert isinstance(second, Solved)
    assert second.schedule.solver is not None
    assert second.schedule.solver.hinted


def test_a_record_of_before_is_read() -> None:
    record = solved(SMALL).schedule.solver
    assert record is not None
    old = record.model_dump(exclude={"gap", "cpu_limit_seconds", "hinted"})
    assert SolverRecord.model_validate(old) == record


def test_building_the_model_counts_as_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_build(problem: Problem, rules: tuple[Rule, ...]) -> Build:
        time.sleep(0.2)
        return build(problem, rules)

    monkeypatch.setattr(SOLVE, "build", slow_build)
    outcome = solved(SMALL, Limits(deterministic_limit=None, time_limit_seconds=0.1))
    assert outcome.schedule.solver is not None
    assert outcome.schedule.solver.stopped_by == "time_limit"
    assert outcome.schedule.solver.deterministic_time == 0


def test_cpu_time_is_a_limit_too() -> None:
    problem = read_sm(generated.sm(3, 60, 1.5, 1.0, 0.2))
    started = time.process_time()
    outcome = solved(problem, Limits(deterministic_limit=None, cpu_limit_seconds=1.0, workers=2))
    assert time.process_time() - started < 5
    assert outcome.schedule.solver is not None
    assert outcome.schedule.solver.stopped_by == "time_limit"
    assert outcome.schedule.solver.cpu_limit_seconds == 1.0
    assert outcome.schedule.terms[0].bound > 80, "the brief phase proves more than the others would in this time"


def test_a_bound_is_kept_and_rounded_up() -> None:
    run = Run(build(PROJECT), QUICK, None, None)
    assert run.bound("makespan") == 0
    run.prove("makespan", 41.000000001)
    run.prove("makespan", 12.5)
    assert run.bounds == {"makespan": 41}
    run.prove("makespan", 41.5)
    assert run.bound("makespan") == 42


def test_places_are_filled_once_for_each_task(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    filling = cooks._filling

    def counted(v: Variables, t: TaskVars, at: Value) -> set[tuple[str, int]]:
        calls.append(t.task.id)
        return filling(v, t, at)

    monkeypatch.setattr(cooks, "_filling", counted)
    plan = serial(PROJECT)
    assert plan is not None
    point_of(build(PROJECT).variables, plan)
    assert len(calls) == len(set(calls)) > 20
