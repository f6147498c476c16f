"""Finds the best plan: the objective's terms one after another, the best plan so far always at hand."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from platform import python_version

from ortools.sat.python import cp_model

from scheduler.extract import extract
from scheduler.model import Build, build
from scheduler.problem import Problem, TermName
from scheduler.rules import RULES, Rule
from scheduler.schedule import Infeasible, Outcome, Schedule, Solved, SolverRecord, Term, TimedOut
from scheduler.variables import Expr

Stop = str


@dataclass(frozen=True)
class Limits:
    """When to stop.

    ``deterministic_limit``: work in CP-SAT's deterministic seconds (about one CPU second each), the same on every
    machine, so that the same problem gives the same plan; None: no such limit.
    ``time_limit_seconds``: wall clock; plans are then not reproducible.
    ``gap``: a term is good enough when (value − bound) / max(1, value) is at most this.
    ``workers``: solver threads; more than 1 search interleaved, which stays deterministic.
    """

    deterministic_limit: float | None = 6.0
    time_limit_seconds: float | None = None
    gap: float = 0.0
    workers: int = 1
    seed: int = 0


@dataclass
class _Run:
    """The state of one solve: the model, the limits, the best plan so far and its complete variable values."""

    build: Build
    limits: Limits
    cancel: threading.Event | None
    on_plan: Callable[[Schedule], None] | None
    started: float = field(default_factory=time.monotonic)
    spent: float = 0.0
    values: list[int] | None = None
    best: Schedule | None = None
    bounds: dict[TermName, int] = field(default_factory=dict)
    stopped_by: str = "optimal"

    def remaining_seconds(self) -> float | None:
        limit = self.limits.time_limit_seconds
        return None if limit is None else max(0.0, limit - (time.monotonic() - self.started))

    def remaining_work(self) -> float | None:
        limit = self.limits.deterministic_limit
        return None if limit is None else max(0.0, limit - self.spent)

    def out_of_budget(self) -> bool:
        if self.cancel is not None and self.cancel.is_set():
            self.stopped_by = "cancel"
        elif self.remaining_seconds() == 0.0:
            self.stopped_by = "time_limit"
        elif self.remaining_work() == 0.0:
            self.stopped_by = "deterministic_limit"
        else:
            return False
        return True


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    on_plan: Callable[[Schedule], None] | None = None,
    cancel: threading.Event | None = None,
    rules: Iterable[Rule] = RULES,
) -> Outcome:
    """The best plan within the limits, proved optimal term by term where there was time for it.

    ``on_plan`` is called with every better plan as it is found, ``cancel`` stops the search when it is set; the best
    plan so far is then the answer. Raises InvalidProblemError when the problem makes no sense.
    """
    run = _Run(build(problem, rules), limits or Limits(), cancel, on_plan)
    status = _descend(run)
    if run.best is None:
        seconds = time.monotonic() - run.started
        return Infeasible(wall_seconds=seconds) if status == cp_model.INFEASIBLE else TimedOut(wall_seconds=seconds)
    schedule = _recorded(run)
    return Solved(schedule=schedule, optimal=all(term.optimal for term in schedule.terms))


def _descend(run: _Run) -> int:
    """Minimise each term in turn, keeping those before it at the values they reached."""
    status: int = cp_model.UNKNOWN
    levels = [(name, term) for name, term in run.build.terms.items() if not isinstance(term, int)]
    if not levels:
        status = _solve_once(run, None, 0, len(levels))
    for number, (name, term) in enumerate(levels):
        if run.out_of_budget():
            break
        known = _known_bound(run, name)
        if known is None:
            status = _solve_once(run, name, term, len(levels) - number)
            if run.best is None:
                break
        run.build.model.add(term <= _value(run, name))
    return status


def _value(run: _Run, name: TermName) -> int:
    if run.best is None:
        raise AssertionError("a value is asked before there is a plan")
    return next(term.value for term in run.best.terms if term.name == name)


def _known_bound(run: _Run, name: TermName) -> int | None:
    """0 when the best plan already has the least value that any plan can have, else None."""
    if run.best is None or _value(run, name) > 0:
        return None
    run.bounds[name] = 0
    return 0


def _solve_once(run: _Run, name: TermName | None, term: Expr, levels_left: int) -> int:
    model = run.build.model
    model.clear_objective()
    if name is not None:
        model.minimize(term)
    _hint(run)
    solver = cp_model.CpSolver()
    _set_parameters(run, solver, levels_left)
    watcher = _Watcher(run)
    done = threading.Event()
    if run.cancel is not None:
        threading.Thread(target=_stop_when_set, args=(run.cancel, done, solver), daemon=True).start()
    status: int = solver.solve(model, watcher)
    done.set()
    run.spent += solver.deterministic_time
    if name is not None and status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        run.bounds[name] = max(run.bounds.get(name, 0), round(solver.best_objective_bound))
    if status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
        run.out_of_budget()
    return status


def _hint(run: _Run) -> None:
    if run.values is None:
        return
    hint = run.build.model.proto.solution_hint
    run.build.model.clear_hints()
    hint.vars.extend(range(len(run.values)))
    hint.values.extend(run.values)


def _set_parameters(run: _Run, solver: cp_model.CpSolver, levels_left: int) -> None:
    parameters = solver.parameters
    parameters.random_seed = run.limits.seed
    parameters.num_workers = run.limits.workers
    parameters.interleave_search = run.limits.workers > 1
    parameters.relative_gap_limit = run.limits.gap
    share = 1.0 if levels_left <= 1 else 0.5
    work, seconds = run.remaining_work(), run.remaining_seconds()
    if work is not None:
        parameters.max_deterministic_time = work * share
    if seconds is not None:
        parameters.max_time_in_seconds = seconds * share


def _stop_when_set(cancel: threading.Event, done: threading.Event, solver: cp_model.CpSolver) -> None:
    while not done.wait(0.02):
        if cancel.is_set():
            solver.stop_search()
            return


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Keeps every plan that the solver finds, so that nothing is lost when it is stopped."""

    def __init__(self, run: _Run) -> None:
        super().__init__()
        self._run = run

    def on_solution_callback(self) -> None:
        run = self._run
        run.values = list(self.response_proto.solution)
        plan = extract(run.build.variables, self.value)
        terms = tuple(_term(run, name, term, self.value) for name, term in run.build.terms.items())
        run.best = plan.model_copy(update={"terms": terms})
        if run.on_plan is not None:
            run.on_plan(run.best)


def _term(run: _Run, name: TermName, term: Expr, value: Callable[[Expr], int]) -> Term:
    number = value(term)
    bound = number if isinstance(term, int) else min(number, run.bounds.get(name, 0))
    return Term(name=name, value=number, bound=bound, optimal=number == bound)


def _recorded(run: _Run) -> Schedule:
    """The best plan with the final bounds and the record of what made it."""
    if run.best is None:
        raise AssertionError("there is no plan to record")
    terms = []
    settled = True
    for term in run.best.terms:
        bound = min(term.value, max(term.bound, run.bounds.get(term.name, 0)))
        terms.append(Term(name=term.name, value=term.value, bound=bound, optimal=settled and bound == term.value))
        settled = terms[-1].optimal
    record = SolverRecord(
        seed=run.limits.seed,
        workers=run.limits.workers,
        deterministic_limit=run.limits.deterministic_limit,
        time_limit_seconds=run.limits.time_limit_seconds,
        stopped_by="optimal" if settled else run.stopped_by,
        deterministic_time=run.spent,
        wall_seconds=time.monotonic() - run.started,
        versions={"ortools": version("ortools"), "python": python_version()},
    )
    return run.best.model_copy(update={"terms": tuple(terms), "solver": record})
