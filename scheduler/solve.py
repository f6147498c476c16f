"""Finds the best plan: the objective's terms one after another, the best plan so far always at hand."""

import math
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Literal as OneOf

from ortools.sat.python import cp_model

from scheduler.check import check
from scheduler.complete import Point, point_of, tightened
from scheduler.extract import extract
from scheduler.greedy import greedy, justified
from scheduler.model import build
from scheduler.problem import Problem, TermName
from scheduler.rules import RULES, Rule
from scheduler.run import Limits, Run
from scheduler.schedule import Infeasible, Outcome, Schedule, Solved, TimedOut
from scheduler.serial import serial
from scheduler.variables import Expr

Phase = OneOf["alone", "bounding", "briefly", "beside", "in turns"]
"""CP-SAT's default strategy alone; one that tries the least values first and so proves that they are too little, on
several cores beside others (``bounding``); several strategies side by side; all strategies in turns, as reproducible as
the first two on one core, with the large-neighbourhood searches that find good plans and others that prove bounds, of a
project without people often in a moment (``briefly``)."""
SHARE = 0.5
"""Of the work and time that is left, how much one term may take while others wait."""
LATENESS_SHARE = 0.8
"""The same for lateness, which a plan is judged by first."""
SHARE_OF: dict[Phase, float] = {"alone": 0.7, "bounding": 0.7, "beside": 0.6, "in turns": 1.0}
"""Of that, how much each phase of the search may take."""
PROJECT_SHARE_OF: dict[Phase, float] = {
    **SHARE_OF,
    "alone": 0.2,
    "briefly": 0.1,
    "beside": 0.25,
    "bounding": 0.8,
}
"""The same of a project on several cores. One strategy that goes on alone, with all that it has learnt, proves most of
those that can be proved at all in half of the processor's time that two side by side need."""
ALONE_WORK = 1.0
"""Deterministic seconds of the first phase when no work limit is given; a project has its share of the time instead."""
BRIEF_WORK = 0.2
"""Deterministic seconds of the brief phase."""
FIRST_WORK = 0.1
"""Deterministic seconds for a first plan without presolve."""
GREEDY_SHARE = 0.2
"""Of the time limit, how much the quick first plan may take."""
MOST_GREEDY_SECONDS = 1.0
"""The same for a project, which may need it when time is up."""
SECONDS_BETWEEN_PLANS = 0.1
"""A caller is not told of every small improvement, only of the best one at such intervals and of the last."""


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    on_plan: Callable[[Schedule], None] | None = None,
    cancel: threading.Event | None = None,
    hint: Schedule | None = None,
    rules: Iterable[Rule] = RULES,
) -> Outcome:
    """The best plan within the limits, proved optimal term by term where there was time for it.

    ``on_plan`` is called with better plans as they are found, ``cancel`` stops the search when it is set; the best
    plan so far is then the answer. ``hint`` is a plan to start from, such as the one before an event. Raises
    InvalidProblemError when the problem makes no sense.
    """
    rules = tuple(rules)
    started, cpu = time.monotonic(), time.process_time()
    built = build(problem, rules)
    whole = rules == RULES
    run = Run(built, limits or Limits(), cancel, on_plan, started, cpu, all_rules=whole, hinted=hint is not None)
    if hint is not None:
        _adopt(run, hint)
    seconds = run.remaining_seconds()
    # A question for any plan at all is answered soonest by the solver itself; and so are most projects without people,
    # whose simple plan has time until the solver has tried.
    served = run.all_rules and problem.dishes and problem.objective
    start = greedy(problem, seconds and seconds * GREEDY_SHARE) if served else None
    if start is not None:
        _adopt(run, start)
    elif problem.cooks and problem.objective:
        _adopt_simple(run)
    status = _descend(run)
    if run.best is None and status != cp_model.INFEASIBLE:
        _adopt_simple(run)
    best = _accepted(run)
    if best is None:
        seconds = time.monotonic() - run.started
        if run.best is None and status == cp_model.INFEASIBLE:
            return Infeasible(wall_seconds=seconds)
        return TimedOut(wall_seconds=seconds, bounds=run.bounds)
    schedule = run.schedule(best, record=True)
    return Solved(schedule=schedule, optimal=all(term.optimal for term in schedule.terms))


def _accepted(run: Run) -> Point | None:
    """The best plan; where the judge refuses it, the best that it has accepted. None when there is none."""
    if run.best is None or not run.all_rules or _passes(run, run.best):
        return run.best
    run.stopped_by = "disagreement"
    warnings.warn("the model makes a plan that the judge refuses", stacklevel=2)
    return run.judged if run.judged is not None and _passes(run, run.judged) else None


def _passes(run: Run, point: Point) -> bool:
    return not check(run.build.variables.problem, run.schedule(point)).violations


def _adopt(run: Run, plan: Schedule) -> None:
    """Start from this plan if the judge accepts it and it is better than what there is; else only hint it."""
    point = point_of(run.build.variables, plan)
    if check(run.build.variables.problem, plan).violations:
        if run.best is None:
            _hint(run, point)
        return
    run.keep_judged(point)
    if run.keep_better(point):
        run.tell()


def _adopt_simple(run: Run) -> None:
    """Once, a project's simple plan, where the search has found none or a worse one so far."""
    problem = run.build.variables.problem
    if run.tried_simple or not run.all_rules or problem.dishes:
        return
    run.tried_simple = True
    seconds = run.limits.time_limit_seconds
    plan = serial(problem) or greedy(problem, seconds and min(MOST_GREEDY_SECONDS, seconds * GREEDY_SHARE))
    if plan is not None:
        _adopt(run, plan)


def _descend(run: Run) -> cp_model.CpSolverStatus:
    """Minimise each term in turn, keeping those before it at the values they reached."""
    status = cp_model.UNKNOWN
    levels = [(name, term) for name, term in run.build.terms.items() if not isinstance(term, int)]
    if run.best is None and (run.build.variables.problem.dishes or not levels):
        status = _minimise(run, None, 0, 3 if levels else 0)
        if status == cp_model.INFEASIBLE:
            return status
    for number, (name, term) in enumerate(levels):
        if run.out_of_budget():
            break
        if not run.proved(name):
            status = _minimise(run, name, term, len(levels) - number)
            if number + 1 < len(levels):
                _justify(run)
        if run.best is None:
            break
        run.build.model.add(term <= run.best(term))
    return status


def _justify(run: Run) -> None:
    """Push the best plan together where that is better in the terms that have not counted yet."""
    problem = run.build.variables.problem
    stopped = run.out_of_budget() and run.stopped_by != "deterministic_limit"
    if run.best is None or stopped or not run.all_rules or not problem.dishes:
        return
    for plan in justified(problem, extract(run.build.variables, run.best)):
        _adopt(run, plan)


def _minimise(run: Run, name: TermName | None, term: Expr, levels_left: int) -> cp_model.CpSolverStatus:
    """Minimise one term from the best plan on (None: find any); keeps better plans and the proven bound in ``run``."""
    if name is not None:
        run.build.model.minimize(term)
    status = cp_model.UNKNOWN
    for phase in _phases(run, name):
        if run.best is not None:
            _hint(run, run.best)
            run.build.model.add(term <= run.best(term))
        if name is not None and name in run.bounds:
            run.build.model.add(term >= run.bounds[name])
        solver = cp_model.CpSolver()
        share = _share(name, levels_left) * _share_of(run, phase)
        _set_parameters(run, solver, share, phase)
        if phase == "alone" and run.build.variables.problem.dishes:
            # Serving times are proved sooner by propagation alone than beside a linear relaxation.
            solver.parameters.linearization_level = 0
        if name is None and phase == "alone":
            # Any plan will do: presolve and linear relaxations mostly take longer than finding one.
            solver.parameters.cp_model_presolve = False
            solver.parameters.linearization_level = 0
            solver.parameters.max_deterministic_time = min(FIRST_WORK, solver.parameters.max_deterministic_time)
        status = _search(run, name, solver, share)
        if status == cp_model.INFEASIBLE and run.best is not None and run.all_rules:
            # The plan stands, and whoever cooks by it goes on; in tests a warning is an error.
            run.stopped_by = "disagreement"
            warnings.warn("the judge accepts a plan where the model says that there is none", stacklevel=2)
        if status in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            break
        _adopt_simple(run)
        if run.proved(name) or run.out_of_budget():
            break
    return status


def _search(run: Run, name: TermName | None, solver: cp_model.CpSolver, share: float) -> cp_model.CpSolverStatus:
    """Solve the model as it is now."""
    model = run.build.model
    done = threading.Event()
    if run.cancel is not None or run.limits.cpu_limit_seconds is not None:
        threading.Thread(target=_stop_when_over, args=(run, done, solver, share), daemon=True).start()
    status = solver.solve(model, _Watcher(run))
    done.set()
    if status == cp_model.MODEL_INVALID:
        raise AssertionError(f"the model is malformed: {model.validate()}")
    run.spent += solver.deterministic_time
    bound = solver.best_objective_bound
    # Stopped before the search began, it says 0 whatever the term.
    has_bound = status in (cp_model.OPTIMAL, cp_model.FEASIBLE) or (status == cp_model.UNKNOWN and bound > 0)
    if name is not None and has_bound and math.isfinite(bound):
        run.prove(name, bound)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        run.keep_better(tightened(run.build.variables, list(solver.response_proto.solution)))
        run.tell()
    if status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE) and not run.out_of_budget():
        timed = run.limits.time_limit_seconds is not None or run.limits.cpu_limit_seconds is not None
        run.stopped_by = "time_limit" if timed else "deterministic_limit"
    return status


def _hint(run: Run, point: Point) -> None:
    """Hint every variable, auxiliaries too: partial hints are often lost in presolve."""
    hint = run.build.model.proto.solution_hint
    hint.vars.clear()
    hint.values.clear()
    hint.vars.extend(range(len(point.values)))
    hint.values.extend(point.values)


def _phases(run: Run, name: TermName | None) -> tuple[Phase, ...]:
    """How to search for this term, one way after another, each from the best plan and bound so far."""
    problem = run.build.variables.problem
    if not _several(run):
        return ("alone", "bounding", "in turns") if _bounded(problem, name) else ("alone", "in turns")
    if problem.dishes:
        return (
            ("alone", "bounding", "beside", "in turns") if _bounded(problem, name) else ("alone", "beside", "in turns")
        )
    if problem.cooks:
        return "alone", "beside", "bounding", "in turns"
    return "alone", "briefly", "beside", "bounding", "in turns"


def _bounded(problem: Problem, name: TermName | None) -> bool:
    """Whether trying the least values first proves much: a project's length, and lateness where hands are short."""
    return not problem.dishes or (name == "lateness" and bool(problem.cooks))


def _several(run: Run) -> bool:
    """Whether strategies may work side by side, which no two times gives the same plan."""
    return run.limits.workers > 1 and run.limits.deterministic_limit is None


def _share(name: TermName | None, levels_left: int) -> float:
    """Of the work and time that is left, how much this term may take."""
    if levels_left <= 1:
        return 1.0
    return LATENESS_SHARE if name == "lateness" else SHARE


def _set_parameters(run: Run, solver: cp_model.CpSolver, share: float, phase: Phase) -> None:
    parameters = solver.parameters
    parameters.random_seed = run.limits.seed
    parameters.num_workers = 1 if phase == "alone" else run.limits.workers
    parameters.interleave_search = phase in ("briefly", "in turns")
    if phase == "bounding" and _several(run):
        parameters.extra_subsolvers.append("objective_lb_search_no_lp")
    elif phase == "bounding":
        parameters.num_workers = 1
        parameters.use_objective_lb_search = True
        parameters.linearization_level = 0
    # How much work there is in a while, and not only where it must lie, bounds lateness where hands are short; projects
    # and ovens alone it only slows down.
    problem = run.build.variables.problem
    busy = bool(problem.dishes and problem.cooks)
    parameters.use_overload_checker_in_cumulative = busy
    parameters.use_timetable_edge_finding_in_cumulative = busy
    parameters.relative_gap_limit = run.limits.gap
    # CP-SAT's own handler would hide the key from who gave ``cancel``, and then leave the signal without any handler.
    parameters.catch_sigint_signal = run.cancel is None
    work, seconds = run.remaining_work(), run.remaining_seconds()
    if work is not None:
        parameters.max_deterministic_time = work * share
    elif phase == "briefly":
        parameters.max_deterministic_time = BRIEF_WORK
    elif phase == "alone" and (problem.dishes or (seconds is None and run.limits.cpu_limit_seconds is None)):
        parameters.max_deterministic_time = ALONE_WORK
    if seconds is not None:
        parameters.max_time_in_seconds = seconds * share


def _share_of(run: Run, phase: Phase) -> float:
    """Of what a term may take, how much this phase may."""
    alike = run.build.variables.problem.dishes or not _several(run)
    return (SHARE_OF if alike else PROJECT_SHARE_OF)[phase]


def _stop_when_over(run: Run, done: threading.Event, solver: cp_model.CpSolver, share: float) -> None:
    """Stop the solver when the caller says so or this share of the CPU time that is left is used."""
    left = run.remaining_cpu_seconds()
    enough = None if left is None else left * (1 - share)
    while not done.wait(0.02):
        left = run.remaining_cpu_seconds()
        cancelled = run.cancel is not None and run.cancel.is_set()
        if cancelled or (left is not None and enough is not None and left <= enough):
            solver.stop_search()
            return


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Keeps the best plan while the solver runs and tells the caller of it from time to time."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def on_solution_callback(self) -> None:
        """Called by the solver with each better solution."""
        run = self._run
        first = run.best is None
        if run.on_plan is None and not first:
            return
        better = run.keep_better(tightened(run.build.variables, list(self.response_proto.solution)))
        late = time.monotonic() - run.told_at > SECONDS_BETWEEN_PLANS
        if better and (first or late):
            run.tell()


__all__ = ["Limits", "solve"]
