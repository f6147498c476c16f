"""What must come first, how long it has to rest and how long it can wait."""

from scheduler.problem import Link
from scheduler.variables import Expr, Variables


def _reference(v: Variables, link: Link) -> Expr:
    before = v.tasks[link.before]
    return before.start if link.from_start else before.end


def _binds(v: Variables, link: Link) -> bool:
    return not (v.tasks[link.before].settled and v.tasks[link.after].settled)


def minimum_lags(v: Variables) -> None:
    """Nothing starts before what it needs is finished and has rested or cooled: start(j) >= end(i) + min_lag."""
    for link in v.problem.links:
        if link.min_lag_minutes is not None and _binds(v, link):
            v.model.add(v.tasks[link.after].start >= _reference(v, link) + link.min_lag_minutes)


def maximum_lags(v: Variables) -> None:
    """Nothing waits longer than it can stand (a seared steak 10 minutes): start(j) <= end(i) + max_lag."""
    for link in v.problem.links:
        if link.max_lag_minutes is None or not _binds(v, link) or _too_late_anyway(v, link):
            continue
        v.model.add(v.tasks[link.after].start <= _reference(v, link) + link.max_lag_minutes)


def _too_late_anyway(v: Variables, link: Link) -> bool:
    """Life already broke the limit: the first task is over and its result has waited too long by now."""
    pin = v.pinned(link.before)
    if pin is None or link.max_lag_minutes is None:
        return False
    reference = pin.start_minutes if link.from_start else pin.end_minutes
    return reference is not None and reference + link.max_lag_minutes < v.now


def time_windows(v: Variables) -> None:
    """A task starts no earlier than its release and ends no later than its deadline."""
    for t in v.tasks.values():
        if t.settled:
            continue
        if t.task.release_minutes > 0:
            v.model.add(t.start >= t.task.release_minutes)
        if t.task.deadline_minutes is not None:
            v.model.add(t.end <= t.task.deadline_minutes)


def within_horizon(v: Variables) -> None:
    """Everything ends within the time that the plan may cover: end <= horizon."""
    for t in v.tasks.values():
        v.model.add(t.end <= v.horizon)
        if not isinstance(t.size, int):
            v.model.add(t.start + t.size == t.end)
    for extras in (v.warm_ups.values(), v.wash_ups.values(), v.cleans.values()):
        for extra in extras:
            v.model.add(extra.end <= v.horizon).only_enforce_if(extra.literal)
