"""A new plan for the rest of the dinner, within a second.

The plan in force with shifted times (`shift`) and the solver's quick plan are at hand in milliseconds; the solver then
improves on the best of them for as long as there is time. What is adopted keeps every rule by the scheduler's own
judge and is never worse than the shifted plan, term by term in the order of `present.LIVE_ORDER`.

When no plan keeps all the rules, the wishes that a person can overrule are given up one after another (`GIVEN_UP`),
and the new plan says which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from kitchen_agent.dinner import Dinner
from kitchen_agent.live.difference import Change, changes
from kitchen_agent.live.present import dinner_now, request_now
from kitchen_agent.live.session import Session
from kitchen_agent.live.shift import shifted
from kitchen_agent.plan import DinnerPlan, make_plan
from scheduler import solve
from scheduler.check import check
from scheduler.greedy import greedy
from scheduler.problem import Dish, Equipment, Outage, Oven, Problem, TermName, VesselStock
from scheduler.schedule import Schedule, Solved, Term
from scheduler.solve import Limits
from scheduler.validate import faults

SECONDS: Final = 0.7
"""Wall clock for the whole search, so that the answer is there within a second."""
SOLVER_SECONDS: Final = 0.15
"""What must be left for the solver to be asked at all."""
STRICT_SHARE: Final = 0.6
"""The share of the time for a plan that gives nothing up, when there is only one at hand that does."""
Thing = TypeVar("Thing", Equipment, Oven, VesselStock)
BACK_AFTER_MINUTES: Final = 30
"""When nothing works without what is broken, the plan assumes that it is back after this time, and says so."""


@dataclass(frozen=True)
class Replanned:
    """The new plan and what it changes; `plan` None: nothing fits, and `given_up` names what was tried in vain.

    `shifted`: the terms of the plan in force with shifted times, None where that is not possible.
    """

    plan: DinnerPlan | None
    changes: tuple[Change, ...]
    given_up: tuple[str, ...]
    shifted: tuple[Term, ...] | None


@dataclass(frozen=True)
class _Found:
    schedule: Schedule
    terms: tuple[Term, ...]

    @property
    def value(self) -> tuple[int, ...]:
        return tuple(term.value for term in self.terms)


def replan(session: Session, now: datetime, *, seconds: float = SECONDS) -> Replanned:
    """The best plan of the rest of the dinner that `seconds` of search find.

    Raises EquipmentError when a dish that was added needs what the kitchen lacks.
    """
    deadline = time.monotonic() + seconds
    dinner = dinner_now(session, now)
    kept, old = dinner.problem, session.plan.schedule
    problem, given_up, baseline = kept, tuple[str, ...](), _judged(kept, shifted(kept, old))
    found = baseline or _judged(kept, greedy(kept))
    for words, eased in _eased(kept, old) if found is None else ():
        found = _judged(eased, shifted(eased, old))
        if found is not None:
            problem, given_up, baseline = eased, words, found
            break
    if given_up and (strict := _solved(kept, found, (deadline - time.monotonic()) * STRICT_SHARE)) is not None:
        problem, given_up, found, baseline = kept, (), strict, None
    better = _solved(problem, found, deadline - time.monotonic())
    candidates = [entry for entry in (found, better) if entry is not None]
    if not candidates:
        return Replanned(None, (), given_up, None)
    best = min(candidates, key=lambda entry: entry.value)
    plan = _plan(session, dinner.model_copy(update={"problem": problem}), best, given_up)
    return Replanned(plan, changes(session.plan, plan, now), given_up, baseline.terms if baseline else None)


def _eased(problem: Problem, old: Schedule) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """The problem with one wish given up, each in turn, then with more and more of them."""
    for words, ease in GIVEN_UP:
        if (eased := ease(problem, old)) != problem:
            yield (words,), eased
    given_up: tuple[str, ...] = ()
    for words, ease in GIVEN_UP:
        if (eased := ease(problem, old)) != problem:
            problem, given_up = eased, (*given_up, words)
            yield given_up, problem


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
        request,
        recipes,
        graphs,
        dinner,
        Solved(schedule=found.schedule, optimal=all(term.optimal for term in found.terms)),
        notes=given_up,
        model=session.first.versions,
    )


def _without_freeze(problem: Problem, old: Schedule) -> Problem:
    again = problem.replan
    return problem.model_copy(update={"replan": again.model_copy(update={"freeze_minutes": 0}) if again else None})


def _warm_up_again(problem: Problem, old: Schedule) -> Problem:
    kept = tuple(pin for pin in problem.pins if not pin.task.startswith("warm_up:"))
    return problem.model_copy(update={"pins": kept})


def _without_swaps(problem: Problem, old: Schedule) -> Problem:
    return problem.model_copy(update={"pins": tuple(pin for pin in problem.pins if pin.state != "locked")})


def _longer_waits(problem: Problem, old: Schedule) -> Problem:
    """What is done or running may wait as long as it must; what is not begun keeps its limits."""
    begun = {pin.task for pin in problem.pins if pin.state != "locked"}
    links = tuple(
        link.model_copy(update={"max_lag_minutes": None})
        if link.before in begun and link.min_lag_minutes is not None
        else link
        for link in problem.links
        if link.before not in begun or link.min_lag_minutes is not None
    )
    dishes = tuple(
        dish.model_copy(
            update={
                "serving": tuple(
                    link.model_copy(update={"max_lag_minutes": None}) if link.task in begun else link
                    for link in dish.serving
                )
            }
        )
        for dish in problem.dishes
    )
    return problem.model_copy(update={"links": links, "dishes": dishes})


def _back_soon(problem: Problem, old: Schedule) -> Problem:
    now = problem.replan.now_minutes if problem.replan else 0
    outage = Outage(start_minutes=now, end_minutes=now + BACK_AFTER_MINUTES)

    def back(thing: Thing) -> Thing:
        soon = tuple(outage.model_copy(update={"units": entry.units}) for entry in thing.outages)
        return thing.model_copy(update={"outages": soon})

    return problem.model_copy(
        update={
            "equipment": tuple(map(back, problem.equipment)),
            "ovens": tuple(map(back, problem.ovens)),
            "vessels": tuple(map(back, problem.vessels)),
        }
    )


def _courses_apart(problem: Problem, old: Schedule) -> Problem:
    apart = (course.model_copy(update={"window_minutes": problem.horizon_minutes}) for course in problem.courses)
    return problem.model_copy(update={"courses": tuple(apart)})


def _fuller_vessels(problem: Problem, old: Schedule) -> Problem:
    """Each dish stays in the vessels that it was to have, and they are filled more than they should be."""
    sizes = {stock.id: stock.size for stock in problem.vessels}
    chosen = {(hold.dish, hold.vessel): sizes.get(hold.unit.partition("#")[0], 0) for hold in old.holds}

    def fitting(dish: Dish) -> Dish:
        uses = (
            use.model_copy(update={"min_size": min(use.min_size, chosen.get((dish.id, use.id), use.min_size))})
            for use in dish.vessels
        )
        return dish.model_copy(update={"vessels": tuple(uses)})

    return problem.model_copy(update={"dishes": tuple(map(fitting, problem.dishes))})


def _no_longest_waits(problem: Problem, old: Schedule) -> Problem:
    links = tuple(
        link.model_copy(update={"max_lag_minutes": None}) for link in problem.links if link.min_lag_minutes is not None
    )
    return _longer_waits(problem, old).model_copy(update={"links": links})


GIVEN_UP: Final[tuple[tuple[str, Callable[[Problem, Schedule], Problem]], ...]] = (
    ("what is about to start may move", _without_freeze),
    ("the oven is warmed up again", _warm_up_again),
    ("what is done already waits longer than it should", _longer_waits),
    (f"what is broken is back in {BACK_AFTER_MINUTES} minutes", _back_soon),
    ("tasks that were given to somebody may go to others", _without_swaps),
    ("vessels are fuller than they should be", _fuller_vessels),
    ("the dishes of a course come one after another", _courses_apart),
    ("food waits longer than it should", _no_longest_waits),
)
"""What is given up when nothing fits, in this order and each on top of those before it."""
