"""Two shapes that most rules have: one thing at a time, and at most so many at once.

What is running at the moment of a replan may break a limit (a burner failed under a full hob). Such work is cut
down to what the limit allows, so that it blocks the resource without making the rest impossible.
"""

from collections.abc import Sequence
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.problem import Outage
from scheduler.variables import Expr, TaskVars, Variables, Work


def _running_span(v: Variables, item: Work | TaskVars) -> tuple[int, int] | None:
    """[start, end) of what is running now and so fixed, else None."""
    pin = v.pinned(item.task.id if isinstance(item, TaskVars) else item.owner)
    if pin is None or pin.start_minutes is None or pin.end_minutes is None or pin.state != "running":
        return None
    if isinstance(item, Work) and item.cook not in (pin.cooks or ()):
        return None
    return pin.start_minutes, pin.end_minutes


def one_at_a_time(v: Variables, works: Sequence[Work]) -> None:
    """The works do not overlap; running ones may overlap each other, as life has it."""
    if sum(1 for w in works if _running_span(v, w)) < 2:
        if len(works) > 1:
            v.model.add_no_overlap([w.interval for w in works])
        return
    at_most(v, [(w, 1) for w in works], 1)


def at_most(
    v: Variables, loads: Sequence[tuple[Work | TaskVars, Expr]], capacity: int, outages: Sequence[Outage] = ()
) -> None:
    """At each minute the loads and outages sum to at most the capacity, not counting an overload by what runs."""
    fixed: list[tuple[int, int, int]] = []
    intervals: list[cp_model.IntervalVar] = []
    demands: list[Expr] = []
    for item, demand in loads:
        span = _running_span(v, item)
        units = demand if isinstance(demand, int) else None
        if span and units is not None:
            fixed.append((*span, units))
            continue
        intervals.append(item.interval)
        demands.append(demand)
    fixed += [(o.start_minutes, o.end_minutes, o.units) for o in outages]
    for start, end, units in clipped_profile(fixed, capacity):
        intervals.append(v.model.new_fixed_size_interval_var(start, end - start, "taken"))
        demands.append(units)
    if not intervals:
        return
    if capacity == 1 and all(isinstance(d, int) and d == 1 for d in demands):
        v.model.add_no_overlap(intervals)
    else:
        v.model.add_cumulative(intervals, demands, capacity)


def clipped_profile(fixed: Sequence[tuple[int, int, int]], capacity: int) -> list[tuple[int, int, int]]:
    """The steps (start, end, units) of the sum of fixed loads, never more than the capacity."""
    times = sorted({time for start, end, _ in fixed for time in (start, end)})
    steps = []
    for start, end in pairwise(times):
        units = sum(load for low, high, load in fixed if low <= start < high)
        if units:
            steps.append((start, end, min(units, capacity)))
    return steps
