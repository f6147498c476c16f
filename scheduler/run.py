"""The state of one solve: when to stop, the best plan so far, and what is proved of it."""

import math
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from platform import python_version

from scheduler.complete import Point
from scheduler.extract import extract
from scheduler.model import Build
from scheduler.problem import Problem, TermName
from scheduler.rules.courses import dish_due
from scheduler.schedule import Schedule, SolverRecord, StoppedBy, Term
from scheduler.variables import SETTLED


@dataclass(frozen=True)
class Limits:
    """When to stop.

    ``deterministic_limit``: work in CP-SAT's deterministic seconds, the same on every machine, so that the same
    problem gives the same plan; one takes about 5 to 20 seconds of a CPU, presolve included. None: no such limit.
    ``time_limit_seconds``: wall clock, building the model included; plans are then not reproducible.
    ``cpu_limit_seconds``: CPU time of the process, all threads together, which a busy machine does not change.
    ``gap``: a term is good enough when (value − bound) / max(1, value) is at most this.
    ``workers``: solver threads. First CP-SAT's default strategy searches alone, which closes easy problems before the
    others are even ready; at last all of them take turns, which is deterministic and, with one worker too, brings the
    large-neighbourhood searches that find good plans early. Several workers without a work limit run side by side in
    between: faster, and not reproducible.
    """

    deterministic_limit: float | None = 0.3
    time_limit_seconds: float | None = None
    cpu_limit_seconds: float | None = None
    gap: float = 0.0
    workers: int = 1
    seed: int = 0


@dataclass
class Run:
    """The state of one solve: the model, the limits, the best plan so far as a value for every variable.

    ``judged``: the best plan that the judge has accepted. ``told``: the plan that the caller knows, with its
    bounds.
    """

    build: Build
    limits: Limits
    cancel: threading.Event | None
    on_plan: Callable[[Schedule], None] | None
    started: float = field(default_factory=time.monotonic)
    started_cpu: float = field(default_factory=time.process_time)
    spent: float = 0.0
    best: Point | None = None
    judged: Point | None = None
    told: Schedule | None = None
    bounds: dict[TermName, int] = field(default_factory=dict)
    stopped_by: StoppedBy = "optimal"
    told_at: float = 0.0
    all_rules: bool = True
    tried_simple: bool = False
    hinted: bool = False

    def remaining_seconds(self) -> float | None:
        """Wall-clock seconds until the time limit; None without one."""
        limit = self.limits.time_limit_seconds
        return None if limit is None else max(0.0, limit - (time.monotonic() - self.started))

    def remaining_cpu_seconds(self) -> float | None:
        """CPU seconds of the process until their limit; None without one."""
        limit = self.limits.cpu_limit_seconds
        return None if limit is None else max(0.0, limit - (time.process_time() - self.started_cpu))

    def remaining_work(self) -> float | None:
        """Deterministic seconds until the limit of work; None without one."""
        limit = self.limits.deterministic_limit
        return None if limit is None else max(0.0, limit - self.spent)

    def out_of_budget(self) -> bool:
        """Whether to stop now; ``stopped_by`` then says why."""
        work = self.remaining_work()
        if self.cancel is not None and self.cancel.is_set():
            self.stopped_by = "cancel"
        elif 0.0 in (self.remaining_seconds(), self.remaining_cpu_seconds()):
            self.stopped_by = "time_limit"
        elif work is not None and work < 1e-6:
            self.stopped_by = "deterministic_limit"
        else:
            return False
        return True

    def keep_better(self, point: Point) -> bool:
        """Take the plan if it is better in the order of importance: one equal in the term being minimised may be worse
        in those below, which would be lost when time runs out before they are minimised."""
        if self.best is not None and self._worth(self.best) <= self._worth(point):
            return False
        self.best = point
        return True

    def keep_judged(self, point: Point) -> None:
        """Take the plan, which the judge accepts, if it is the best of those."""
        if self.judged is None or self._worth(point) < self._worth(self.judged):
            self.judged = point

    def tell(self) -> None:
        """Tell the caller of the best plan, unless both it and its bounds are known already."""
        if self.on_plan is None or self.best is None:
            return
        plan, self.told_at = self.schedule(self.best), time.monotonic()
        if plan != self.told:
            self.told = plan
            self.on_plan(plan)

    def bound(self, name: TermName) -> int:
        """The best lower bound of the term that is proved; at first that which holds in every kitchen."""
        return max(self.bounds.get(name, _NONE), floor(self.build.variables.problem, name))

    def prove(self, name: TermName, bound: float) -> None:
        """Take the solver's bound if it is better; values are whole numbers."""
        self.bounds[name] = max(self.bound(name), math.ceil(bound - 1e-6))

    def proved(self, name: TermName | None) -> bool:
        """Whether no plan is better in this term than the best so far (None: whether there is a plan)."""
        if name is None or self.best is None:
            return self.best is not None
        return self.best(self.build.terms[name]) <= self.bound(name)

    def _worth(self, point: Point) -> list[int]:
        return [point(term) for term in self.build.terms.values()]

    def schedule(self, point: Point, record: bool = False) -> Schedule:
        """The schedule at this point with terms and bounds so far; at the end with the record of what made it."""
        plan = extract(self.build.variables, point)
        terms: list[Term] = []
        for name, term in self.build.terms.items():
            value = point(term)
            bound = value if isinstance(term, int) else min(value, self.bound(name))
            terms.append(Term(name=name, value=value, bound=bound, optimal=bound == value))
        return plan.model_copy(update={"terms": tuple(terms), "solver": self._record(terms) if record else None})

    def _record(self, terms: list[Term]) -> SolverRecord:
        good_enough = all(term.gap <= self.limits.gap for term in terms)
        return SolverRecord(
            seed=self.limits.seed,
            workers=self.limits.workers,
            deterministic_limit=self.limits.deterministic_limit,
            time_limit_seconds=self.limits.time_limit_seconds,
            cpu_limit_seconds=self.limits.cpu_limit_seconds,
            gap=self.limits.gap,
            hinted=self.hinted,
            stopped_by="optimal" if all(term.optimal for term in terms) else "gap" if good_enough else self.stopped_by,
            deterministic_time=self.spent,
            wall_seconds=time.monotonic() - self.started,
            versions={"ortools": version("ortools"), "python": python_version()},
        )


_NONE = -sys.maxsize


def floor(problem: Problem, name: TermName) -> int:
    """What no plan is below: 0, but for lateness that of the dishes that are served, and for idle minutes less than 0
    where cooks did two things at once."""
    replan = problem.replan
    if name == "lateness" and replan is not None:
        dues = {dish.id: dish_due(problem, dish) for dish in problem.dishes}
        return sum(served.served_minutes - due for served in replan.served if (due := dues[served.dish]) is not None)
    if name == "idle":
        settled = [pin for pin in problem.pins if pin.state in SETTLED]
        return -sum(((pin.end_minutes or 0) - (pin.start_minutes or 0)) * len(pin.cooks or ()) for pin in settled)
    return 0
