"""Equipment: no more of anything than there is."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from scheduler.check.report import Violation
from scheduler.check.view import Load, Placed, View, overlap, overloads, units_left


def equipment(view: View) -> Iterator[Violation]:
    """No more of anything is in use than there is, and each unit does one thing at a time."""
    for placed in view.placed.values():
        yield from _named_units(view, placed)
    for pool in view.problem.equipment:
        loads = []
        for placed in view.placed.values():
            units = sum(need.units for need in placed.task.needs if need.equipment == pool.id) * placed.at.pans
            if not placed.done:
                loads.append(Load(placed.id, placed.start, placed.end, units, placed.settled))
        changes = [outage.start_minutes for outage in pool.outages]
        for over in overloads(loads, partial(units_left, pool.count, pool.outages), changes):
            names = tuple(load.id for load in over.loads)
            message = f"{', '.join(names)} need {over.taken} of {pool.id} at {over.minute}, {over.free} are free"
            yield Violation(rule="equipment", subjects=(*names, pool.id), message=message, at_minutes=over.minute)
    for one, other in combinations(view.placed.values(), 2):
        shared = sorted(set(one.at.units) & set(other.at.units))
        if one.done or other.done or (one.settled and other.settled) or not shared:
            continue
        if overlap(one.start, one.end, other.start, other.end):
            message = f"{one.id} and {other.id} both use {', '.join(shared)}"
            minute = max(one.start, other.start)
            yield Violation(rule="equipment", subjects=(one.id, other.id, *shared), message=message, at_minutes=minute)


def _named_units(view: View, placed: Placed) -> Iterator[Violation]:
    """The units of a task are real, different, and as many as it needs."""
    given = list(placed.at.units)
    for pool in view.problem.equipment:
        names = {f"{pool.id}#{number}" for number in range(1, pool.count + 1)}
        found = [unit for unit in given if unit in names]
        given = [unit for unit in given if unit not in names]
        wanted = sum(need.units for need in placed.task.needs if need.equipment == pool.id) * placed.at.pans
        if len(set(found)) != len(found) or (len(found) != wanted and not placed.settled):
            message = f"{placed.id} needs {wanted} of {pool.id} and is given {', '.join(found) or 'none'}"
            yield Violation(rule="equipment", subjects=(placed.id, pool.id), message=message, at_minutes=placed.start)
    if given:
        message = f"{placed.id} is given {', '.join(given)}, which this kitchen does not have"
        yield Violation(rule="equipment", subjects=(placed.id, *given), message=message, at_minutes=placed.start)
