"""The objective's terms, computed again from the schedule alone."""

from collections.abc import Iterator

from scheduler.check.report import Violation
from scheduler.check.vessels import substitution_costs
from scheduler.check.view import View, Work
from scheduler.problem import TermName


def recompute(view: View) -> dict[TermName, int]:
    """Every term's value, in the words of :data:`scheduler.problem.ORDER`."""
    loads = [sum(work.minutes for work in view.work if work.cook == name) for name in view.cooks]
    days = [_attendance(view, name) for name in view.cooks]
    inserted = sum(work.minutes for work in view.work if work.inserted)
    return {
        "lateness": _lateness(view),
        "hot_wait": _hot_wait(view),
        "longest_day": max(days, default=0),
        "presence": sum(days),
        "makespan": max((placed.end for placed in view.placed.values()), default=0),
        "extra_work": inserted + substitution_costs(view),
        "balance": max(loads) - min(loads) if len(loads) > 1 else 0,
        "handovers": _handovers(view),
        "idle": sum(days) - sum(work.minutes for work in view.work if work.hands),
        "stability": _stability(view),
    }


def terms(view: View) -> Iterator[Violation]:
    """The terms that the schedule reports are the ones that it has."""
    real = recompute(view)
    for term in view.schedule.terms:
        if term.value != real[term.name]:
            message = f"{term.name} is reported as {term.value} but is {real[term.name]}"
            yield Violation(rule="terms", subjects=(term.name,), message=message)
        if term.bound > term.value or term.optimal != (term.bound == term.value):
            message = f"{term.name} = {term.value} with bound {term.bound} cannot be right"
            yield Violation(rule="terms", subjects=(term.name,), message=message)


def _lateness(view: View) -> int:
    total = 0
    for dish, served in view.served.items():
        due = view.due(dish)
        if due is not None:
            total += served - due
    return total


def _hot_wait(view: View) -> int:
    total = 0
    for link in view.problem.links:
        before, after = view.placed.get(link.before), view.placed.get(link.after)
        if link.hot_weight and before and after:
            wait = after.start - before.end - max(link.min_lag_minutes or 0, 0)
            total += link.hot_weight * max(0, wait) ** 2
    for dish in view.problem.dishes:
        for serving in dish.serving:
            placed, served = view.placed.get(serving.task), view.served.get(dish.id)
            if placed and served is not None:
                total += serving.hot_weight * max(0, served - placed.end - serving.min_lag_minutes) ** 2
    return total


def _attendance(view: View, cook: str) -> int:
    """Minutes from the first to the last work in each presence window; work outside, as life had it, does not count."""
    spans: dict[int | None, list[Work]] = {}
    windows = view.presence(cook)
    for work in view.work:
        if work.cook == cook:
            inside = (
                index
                for index, window in enumerate(windows)
                if window.start_minutes <= work.start and work.end <= window.end_minutes
            )
            spans.setdefault(next(inside, None), []).append(work)
    spans.pop(None, None)
    return sum(max(work.end for work in span) - min(work.start for work in span) for span in spans.values())


def _handovers(view: View) -> int:
    total = 0
    for dish in view.dishes:
        cooks = {cook for placed in view.of_dish(dish) for cook in placed.at.cooks}
        total += max(0, len(cooks) - 1)
    return total


def _stability(view: View) -> int:
    again = view.problem.replan
    total = 0
    for old in again.baseline if again else ():
        placed = view.placed.get(old.task)
        if placed and again:
            moved = abs(placed.start - old.start_minutes)
            changed = again.cook_change_cost if set(placed.at.cooks) != set(old.cooks) else 0
            total += old.weight * (moved + changed)
    return total
