"""Says everything that is wrong with a problem, at once."""

from collections.abc import Callable, Iterator

from scheduler.errors import Fault, InvalidProblemError
from scheduler.problem import Problem
from scheduler.validate.references import links, references
from scheduler.validate.replanning import pin_references, pins, replan_references
from scheduler.validate.sums import sums
from scheduler.validate.values import ids, levels, negatives, wash_ups, windows
from scheduler.validate.whole import course_cycles, cycles, possible

Look = Callable[[Problem], Iterator[Fault]]

LOOKS: tuple[Look, ...] = (
    ids,
    wash_ups,
    negatives,
    sums,
    windows,
    levels,
    links,
    references,
    pin_references,
    replan_references,
    pins,
    cycles,
    course_cycles,
    possible,
)
"""Each looks for one sort of fault and is not put off by the others."""


def validate(problem: Problem) -> None:
    """Raise InvalidProblemError with all faults, or return."""
    found = faults(problem)
    if found:
        raise InvalidProblemError(found)


def faults(problem: Problem) -> tuple[Fault, ...]:
    """All faults of the problem, in the order of its fields; empty when it makes sense."""
    return tuple(fault for look in LOOKS for fault in look(problem))
