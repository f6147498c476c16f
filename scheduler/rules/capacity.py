"""At most so many things at once, a shape that most rules have.

What is running at the moment of a replan may break a limit (a burner failed under a full hob). Such work is cut
down to what the limit allows, so that it blocks the resource without making the rest impossible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.problem import Outage
from scheduler.variables import Expr, TaskVars, Variables, Work

Span = tuple[int, int]


@dataclass(frozen=True)
class Load:
    """Units of a resource in an interval of ``size`` minutes; ``fixed``: its [start, end) if it is running now."""

    interval: cp_model.IntervalVar
    size: Expr
    units: Expr
    fixed: Span | None = None


def running_span(v: Variables, owner: str, size: Expr) -> Span | None:
    """[start, start + size) of what is running now, else None."""
    pin = v.pinned(owner)
    if pin is None or pin.state != "running" or pin.start_minutes is None or not isinstance(size, int):
        return None
    return pin.start_minutes, pin.start_minutes + size


def task_load(v: Variables, t: TaskVars, units: Expr) -> Load:
    """What a task takes all the time that it lasts."""
    return Load(t.interval, t.size, units, running_span(v, t.task.id, t.size))


def work_load(v: Variables, work: Work, units: Expr) -> Load:
    """What a piece of work takes of its cook."""
    pin = v.pinned(work.owner)
    does = pin is not None and work.cook in (pin.cooks or ())
    return Load(work.interval, work.size, units, running_span(v, work.owner, work.size) if does else None)


def at_most(v: Variables, loads: Sequence[Load], capacity: int, outages: Sequence[Outage] = ()) -> None:
    """At each minute the loads and outages sum to at most the capacity, not counting an overload by what runs.

    What takes no minutes takes nothing, also in the middle of something else.
    """
    fixed: list[tuple[int, int, int]] = []
    intervals: list[cp_model.IntervalVar] = []
    demands: list[Expr] = []
    for load in loads:
        if isinstance(load.size, int) and load.size == 0:
            continue
        if load.fixed and isinstance(load.units, int):
            fixed.append((*load.fixed, load.units))
            continue
        intervals.append(load.interval)
        demands.append(load.units)
    fixed += [(o.start_minutes, o.end_minutes, o.units) for o in outages]
    for start, end, units in clipped_profile(fixed, capacity):
        intervals.append(v.model.new_fixed_size_interval_var(start, end - start, "taken"))
        demands.append(units)
    empty = any(_may_be_empty(load.size) for load in loads)
    if capacity == 1 and not empty and all(isinstance(d, int) and d == 1 for d in demands):
        if len(intervals) > 1:
            v.model.add_no_overlap(intervals)
    elif intervals:
        v.model.add_cumulative(intervals, demands, capacity)


def _may_be_empty(size: Expr) -> bool:
    """Whether it is a choice that may turn out to be no minutes, which a no-overlap would keep out of the others."""
    return isinstance(size, cp_model.IntVar) and size.proto.domain[0] == 0


def clipped_profile(fixed: Sequence[tuple[int, int, int]], capacity: int) -> list[tuple[int, int, int]]:
    """The steps (start, end, units) of the sum of fixed loads, never more than the capacity."""
    times = sorted({time for start, end, _ in fixed for time in (start, end)})
    steps = []
    for start, end in pairwise(times):
        units = sum(load for low, high, load in fixed if low <= start < high)
        if units:
            steps.append((start, end, min(units, capacity)))
    return steps
