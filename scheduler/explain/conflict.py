"""The smallest set of facts that cannot all be true at once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.explain.facts import Assumption
from scheduler.explain.question import ask
from scheduler.problem import Problem
from scheduler.schedule import Infeasible


@dataclass(frozen=True)
class Conflict:
    """``assumptions``: facts that collide; ``minimal``: leaving out any one of them makes a plan possible, or not
    provably impossible within the work of one question."""

    assumptions: tuple[Assumption, ...]
    minimal: bool


def conflict(problem: Problem, assumptions: Sequence[Assumption], deadline: float) -> Conflict | None:
    """A smallest set of assumptions under which no plan exists (QuickXplain, Junker 2004).

    None when they are all needed for nothing: without any of them there is no plan either. ``deadline`` is a moment
    of :func:`time.monotonic`, after which the set found so far is the answer.
    """
    if _refuses(problem, assumptions, (), deadline):
        return None
    out_of_time = False

    def refuses(kept: Sequence[Assumption]) -> bool:
        nonlocal out_of_time
        if time.monotonic() > deadline:
            out_of_time = True
            return False
        return _refuses(problem, assumptions, kept, deadline)

    found = _reduce(refuses, [], list(assumptions), False)
    return Conflict(tuple(found), minimal=not out_of_time)


def _refuses(problem: Problem, assumptions: Sequence[Assumption], kept: Sequence[Assumption], deadline: float) -> bool:
    """Whether it is proved that no plan exists when only the kept assumptions hold."""
    relaxed = problem
    for assumption in assumptions:
        if assumption not in kept:
            relaxed = assumption.relax(relaxed)
    return isinstance(ask(relaxed, (), deadline), Infeasible)


def _reduce(
    refuses: Callable[[Sequence[Assumption]], bool],
    background: list[Assumption],
    candidates: list[Assumption],
    changed: bool,
) -> list[Assumption]:
    """The part of the candidates that is needed, with the background, to make a plan impossible."""
    if changed and refuses(background):
        return []
    if len(candidates) <= 1:
        return candidates
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    from_second = _reduce(refuses, background + first, second, bool(first))
    from_first = _reduce(refuses, background + from_second, first, bool(from_second))
    return from_first + from_second
