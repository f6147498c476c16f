"""A new plan for the rest of the dinner, within a second.

The plan in force with shifted times (`shift`) and the solver's quick plan are at hand in milliseconds; the solver then
improves on the best of them for as long as there is time. What is adopted keeps every rule by the scheduler's own
judge and is never worse than the shifted plan, term by term in the order of `present.LIVE_ORDER`.

When no plan keeps all the rules, the wishes that a person can overrule are given up one after another (`easing`),
and the new plan says which.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kitchen_agent.dinner import Dinner
from kitchen_agent.dinner.calendar import minutes_between
from kitchen_agent.live.asked import request_now, with_newcomers
from kitchen_agent.live.changes import overtime
from kitchen_agent.live.difference import Change, changes
from kitchen_agent.live.easing import BACK_AFTER_MINUTES, Given, eased
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.session import Session
from kitchen_agent.live.shift import shifted
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import solve
from scheduler.check import check
from scheduler.greedy import greedy
from scheduler.problem import Problem, Replan, TermName
from scheduler.schedule import Schedule, Solved, Term
from scheduler.solve import Limits
from scheduler.validate import faults

SECONDS: Final = 0.7
"""Wall clock for the whole search, so that the answer is there within a second."""
NEW_WORK_FACTOR: Final = 12
"""How many times as long is searched when there is work that no plan had: a whole dish wants a place."""
QUICK_SHARE, QUICK_SECONDS = 0.25, 0.2
"""The share of the time, and the least of it, for a quick plan, where the old one cannot be shifted."""
BARE_SECONDS: Final = 0.4
"""The least of the time for a quick plan that does not look at the old one; it mostly needs a third of that."""
LAST_RESORT_SECONDS: Final = 5.0
"""Wall clock for each way to a first plan when none was found in time."""
AFTERWARDS_SHARE: Final = 0.3
"""The most of the time that is kept for what follows the search."""
SOLVER_SECONDS: Final = 0.15
"""What must be left for the solver to be asked at all."""
STRICT_SHARE: Final = 0.6
"""The share of the time for a plan that gives nothing up, when there is only one at hand that does."""


@dataclass(frozen=True)
class Replanned:
    """The new plan and what it changes; `plan` None: nothing fits, and `given_up` names what was tried in vain.

    `shifted`: the plan in force with shifted times, with its terms; None where that is not possible.
    """

    plan: DinnerPlan | None
    changes: tuple[Change, ...]
    given_up: tuple[str, ...]
    shifted: Schedule | None


@dataclass(frozen=True)
class _Found:
    schedule: Schedule
    terms: tuple[Term, ...]

    @property
    def value(self) -> tuple[int, ...]:
        return tuple(term.value for term in self.terms)


def replan(session: Session, now: datetime, *, seconds: float = SECONDS) -> Replanned:
    """The best plan of the rest of the dinner that `seconds` of search find; with new work NEW_WORK_FACTOR times that.

    Raises EquipmentError when a dish that was added needs what the kitchen lacks.
    """
    began = time.monotonic()
    dinner, old = dinner_now(session, now), session.plan.schedule
    if {task.id for task in dinner.problem.tasks} - {entry.task for entry in old.assignments}:
        seconds *= NEW_WORK_FACTOR
    back = minutes_between(session.first.starts_at, now) + BACK_AFTER_MINUTES
    given = Given(old, overtime(dinner.problem, session), session.first.problem.boards, back)
    start = _first(dinner.problem, given, max(QUICK_SECONDS, seconds * QUICK_SHARE))
    # What follows the search, its plan judged and put into words, takes about as long as what came before it.
    deadline = began + seconds - min(time.monotonic() - began, seconds * AFTERWARDS_SHARE)
    if start.given_up and start.found is not None:
        strict = _solved(dinner.problem, start.found, (deadline - time.monotonic()) * STRICT_SHARE)
        start = start if strict is None else _Start(dinner.problem, (), strict, None)
    better = _solved(start.problem, start.found, deadline - time.monotonic())
    best = _best(start.found, better)
    if best is None:
        start = _last_resort(dinner.problem, start)
        best = start.found
    if best is None:
        return Replanned(None, (), start.given_up, None)
    plan = _plan(session, dinner.model_copy(update={"problem": start.problem}), best, start.given_up)
    baseline = start.shifted.schedule if start.shifted else None
    return Replanned(plan, changes(session.plan, plan, now), start.given_up, baseline)


@dataclass(frozen=True)
class _Start:
    """What the search starts from: the problem, what was given up in it, a plan of it, and the shifted one of it."""

    problem: Problem
    given_up: tuple[str, ...]
    found: _Found | None
    shifted: _Found | None


def _first(problem: Problem, given: Given, seconds: float) -> _Start:
    """A first plan without search: the old one shifted, or a quick one; with as little given up as that needs.

    `seconds` of wall clock for a quick one.
    """
    start = _in_order(problem, (), given.old)
    if start is not None and start.shifted is not None:
        return start
    if (found := _best(start.found if start else None, _quick(problem, seconds))) is not None:
        return _Start(problem, (), found, None)
    words: tuple[str, ...] = ()
    for words, easier in eased(problem, given):
        problem = easier
        if (start := _in_order(problem, words, given.old)) is not None:
            return start
    return _Start(problem, words, _quick(problem, seconds), None)


def _in_order(problem: Problem, given_up: tuple[str, ...], old: Schedule) -> _Start | None:
    """The old order with shifted times; where that is late or breaks a rule, work is begun earlier if it can be."""
    plain = forward = _judged(problem, shifted(problem, old))
    if plain is None or any(term.name == "lateness" and term.value for term in plain.terms):
        forward = _judged(problem, shifted(problem, old, forward=True))
    found = _best(plain, forward)
    return None if found is None else _Start(problem, given_up, found, plain)


def _best(*found: _Found | None) -> _Found | None:
    return min((entry for entry in found if entry is not None), key=lambda entry: entry.value, default=None)


def _last_resort(problem: Problem, tried: _Start) -> _Start:
    """A first plan when none was found in time: a late answer is better than none."""
    if (found := _quick(problem, LAST_RESORT_SECONDS)) is not None:
        return _Start(problem, (), found, None)
    return replace(tried, found=_solved(tried.problem, None, LAST_RESORT_SECONDS))


def _quick(problem: Problem, seconds: float) -> _Found | None:
    """A plan near the old one, or else one that keeps of it only what is settled and what is about to start.

    For the first there is half of the `seconds`; for the second there is more, as without it much is given up.
    """
    bare = problem.model_copy(update={"replan": _about_to_start(problem.replan)})
    for easier, most in ((problem, seconds / 2), (bare, max(seconds / 2, BARE_SECONDS))):
        if (found := _judged(problem, greedy(easier, most))) is not None:
            return found
    return None


def _about_to_start(again: Replan | None) -> Replan | None:
    if again is None:
        return None
    soon = tuple(entry for entry in again.baseline if entry.start_minutes < again.now_minutes + again.freeze_minutes)
    return again.model_copy(update={"baseline": soon})


def _judged(problem: Problem, schedule: Schedule | None) -> _Found | None:
    """`schedule` with its terms as the judge counts them; None when it breaks a rule."""
    if schedule is None or faults(problem):
        return None
    report = check(problem, schedule)
    if report.violations:
        return None
    bounds = {term.name: term.bound for term in schedule.terms}
    terms = tuple(_term(name, report.terms[name], bounds.get(name, 0)) for name in problem.objective)
    return _Found(schedule.model_copy(update={"terms": terms}), terms)


def _term(name: TermName, value: int, bound: int) -> Term:
    bound = min(value, bound)
    return Term(name=name, value=value, bound=bound, optimal=bound == value)


def _solved(problem: Problem, start: _Found | None, seconds: float) -> _Found | None:
    """The solver's plan, or None when there is no time for it or it finds none."""
    if seconds < SOLVER_SECONDS or faults(problem):
        return None
    limits = Limits(deterministic_limit=None, time_limit_seconds=seconds, workers=1)
    outcome = solve(problem, limits, hint=start.schedule if start else None)
    return _judged(problem, outcome.schedule) if isinstance(outcome, Solved) else None


def _plan(session: Session, dinner: Dinner, found: _Found, given_up: tuple[str, ...]) -> DinnerPlan:
    request, graphs, recipes = request_now(session)
    return make_plan(
        with_newcomers(session, request),
        recipes,
        graphs,
        dinner,
        Solved(schedule=found.schedule, optimal=all(term.optimal for term in found.terms)),
        notes=given_up,
        model=session.first.versions,
        repairs=session.first.repairs,
    )
