"""Finds the best plan: the objective's terms one after another, the best plan so far always at hand."""

import threading
import time
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
from scheduler.variables import Expr

Phase = OneOf["alone", "beside", "in turns"]
"""CP-SAT's default strategy alone; strategies on several cores at once; all strategies in turns, as reproducible as the
first, with the large-neighbourhood searches that find good plans and others that prove bounds."""
SHARE = 0.5
"""Of the work and time that is left, how much one term may take while others wait."""
LATENESS_SHARE = 0.8
"""The same for lateness, which a plan is judged by first."""
SHARE_OF: dict[Phase, float] = {"alone": 0.7, "beside": 0.6, "in turns": 1.0}
"""Of that, how much each phase of the search may take."""
ALONE_WORK = 1.0
"""Deterministic seconds of the first phase when no work limit is given."""
FIRST_WORK = 0.1
"""Deterministic seconds for a first plan without presolve."""
GREEDY_SHARE = 0.2
"""Of the time limit, how much the quick first plan may take."""
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
    run = Run(build(problem, rules), limits or Limits(), cancel, on_plan, all_rules=rules == RULES)
    if hint is not None:
        _adopt(run, hint)
    seconds = run.remaining_seconds()
    # Without serving times a poor plan as hint keeps the solver from good ones, and a question for any plan at all is
    # answered soonest by the solver itself.
    served = run.all_rules and problem.dishes and problem.objective
    start = greedy(problem, seconds and seconds * GREEDY_SHARE) if served else None
    if start is not None:
        _adopt(run, start)
    status = _descend(run)
    if run.best is None:
        seconds = time.monotonic() - run.started
        return Infeasible(wall_seconds=seconds) if status == cp_model.INFEASIBLE else TimedOut(wall_seconds=seconds)
    schedule = run.schedule(run.best, record=True)
    return Solved(schedule=schedule, optimal=all(term.optimal for term in schedule.terms))


def _adopt(run: Run, plan: Schedule) -> None:
    """Start from this plan if the judge accepts it and it is better than what there is; else only hint it."""
    point = point_of(run.build.variables, plan)
    if check(run.build.variables.problem, plan).violations:
        if run.best is None:
            _hint(run, point)
        return
    if run.keep_better(point) and run.on_plan is not None:
        run.on_plan(run.schedule(point))


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
        if run.best is not None and run.best(term) <= 0:
            run.bounds[name] = 0
        else:
            status = _minimise(run, name, term, len(levels) - number)
            if run.best is None:
                break
            if number + 1 < len(levels):
                _justify(run)
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
    for phase in _phases(run):
        if run.best is not None:
            _hint(run, run.best)
            run.build.model.add(term <= run.best(term))
        solver = cp_model.CpSolver()
        _set_parameters(run, solver, _share(name, levels_left), phase)
        if phase == "alone" and run.build.variables.problem.dishes:
            # Serving times are proved sooner by propagation alone than beside a linear relaxation.
            solver.parameters.linearization_level = 0
        if name is None and phase == "alone":
            # Any plan will do: presolve and linear relaxations mostly take longer than finding one.
            solver.parameters.cp_model_presolve = False
            solver.parameters.linearization_level = 0
            solver.parameters.max_deterministic_time = min(FIRST_WORK, solver.parameters.max_deterministic_time)
        status = _search(run, name, solver)
        if status in (cp_model.OPTIMAL, cp_model.INFEASIBLE) or run.out_of_budget():
            break
    return status


def _search(run: Run, name: TermName | None, solver: cp_model.CpSolver) -> cp_model.CpSolverStatus:
    """Solve the model as it is now."""
    model = run.build.model
    done = threading.Event()
    if run.cancel is not None:
        threading.Thread(target=_stop_when_set, args=(run.cancel, done, solver), daemon=True).start()
    status = solver.solve(model, _Watcher(run))
    done.set()
    if status == cp_model.MODEL_INVALID:
        raise AssertionError(f"the model is malformed: {model.validate()}")
    run.spent += solver.deterministic_time
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        run.keep_better(tightened(run.build.variables, list(solver.response_proto.solution)))
        if name is not None:
            run.bounds[name] = max(run.bounds.get(name, 0), round(solver.best_objective_bound))
        if run.on_plan is not None and run.best is not None:
            run.on_plan(run.schedule(run.best))
    if status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE) and not run.out_of_budget():
        run.stopped_by = "time_limit" if run.limits.time_limit_seconds is not None else "deterministic_limit"
    return status


def _hint(run: Run, point: Point) -> None:
    """Hint every variable, auxiliaries too: partial hints are often lost in presolve."""
    hint = run.build.model.proto.solution_hint
    hint.vars.clear()
    hint.values.clear()
    hint.vars.extend(range(len(point.values)))
    hint.values.extend(point.values)


def _phases(run: Run) -> tuple[Phase, ...]:
    """How to search, one way after another, each from the best plan and bound so far."""
    beside: tuple[Phase, ...] = ("beside",) if run.limits.workers > 1 and run.limits.deterministic_limit is None else ()
    return ("alone", *beside, "in turns")


def _share(name: TermName | None, levels_left: int) -> float:
    """Of the work and time that is left, how much this term may take."""
    if levels_left <= 1:
        return 1.0
    return LATENESS_SHARE if name == "lateness" else SHARE


def _set_parameters(run: Run, solver: cp_model.CpSolver, share: float, phase: Phase) -> None:
    parameters = solver.parameters
    parameters.random_seed = run.limits.seed
    parameters.num_workers = 1 if phase == "alone" else run.limits.workers
    parameters.interleave_search = phase == "in turns"
    parameters.relative_gap_limit = run.limits.gap
    share *= SHARE_OF[phase]
    work, seconds = run.remaining_work(), run.remaining_seconds()
    if work is not None:
        parameters.max_deterministic_time = work * share
    elif phase == "alone":
        parameters.max_deterministic_time = ALONE_WORK
    if seconds is not None:
        parameters.max_time_in_seconds = seconds * share


def _stop_when_set(cancel: threading.Event, done: threading.Event, solver: cp_model.CpSolver) -> None:
    while not done.wait(0.02):
        if cancel.is_set():
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
        if run.on_plan is not None and run.best is not None and better and (first or late):
            run.told_at = time.monotonic()
            run.on_plan(run.schedule(run.best))


__all__ = ["Limits", "solve"]
