"""Why a dinner does not fit, and what would make it fit or come in time."""

import time
from collections.abc import Callable, Iterable, Iterator

from scheduler.errors import InvalidProblemError
from scheduler.explain import candidates
from scheduler.explain.candidates import Ladder
from scheduler.explain.chain import critical_chain
from scheduler.explain.conflict import conflict
from scheduler.explain.facts import Fact, Say, assumptions, minute_words
from scheduler.explain.question import ask
from scheduler.explain.repairs import Repair
from scheduler.problem import Model, Problem
from scheduler.run import floor
from scheduler.schedule import Infeasible, Schedule, Solved

LEAST_GAIN = 0.25
"""The share of the lateness that a rescue takes away at least: no garnish is left out for two minutes of sixty."""

ORDER_OF_WORK = "The waits and the order of the recipes' own steps contradict each other."


class Explanation(Model):
    """Why no plan exists. ``facts`` cannot all be true at once; ``minimal``: none of them can be left out.

    Empty facts mean that a plan exists or could not be excluded, see ``proved``. ``repairs``: cheapest first, each
    solved; any one of them makes a plan possible.
    """

    proved: bool
    facts: tuple[Fact, ...] = ()
    minimal: bool = True
    repairs: tuple[Repair, ...] = ()


def explain(problem: Problem, *, seconds: float = 5.0, say: Say = minute_words) -> Explanation:
    """The smallest set of kitchen facts that collide, and the cheapest repairs.

    ``say`` turns a minute into words for the sentences. After ``seconds`` of wall clock what was found so far is the
    answer. Raises InvalidProblemError when the problem makes no sense.
    """
    deadline = time.monotonic() + seconds
    if not isinstance(ask(problem, (), deadline), Infeasible):
        return Explanation(proved=False)
    assumed = assumptions(problem, say)
    found = conflict(problem, assumed, time.monotonic() + seconds / 2)
    if found is None:
        return Explanation(proved=True, facts=(Fact(kind="order", subjects=(), sentence=ORDER_OF_WORK),))
    facts = tuple(assumption.fact for assumption in found.assumptions)
    ladders = [ladder for fact in facts for ladder in _ladders_of(problem, fact, say)]
    ladders += [
        *candidates.later(problem, say),
        *candidates.earlier(problem, say),
        *candidates.ahead(problem),
        *candidates.leave_out(problem),
        *candidates.drop(problem),
    ]
    repairs = _solved(problem, ladders, deadline, None)
    return Explanation(proved=True, facts=facts, minimal=found.minimal, repairs=repairs)


def rescues(
    problem: Problem, schedule: Schedule, *, seconds: float = 5.0, say: Say = minute_words
) -> tuple[Repair, ...]:
    """The repairs that make a late plan come in time, or at least a quarter less late; cheapest first, each solved.

    Empty when the plan is not late. What is served counts no more. Only what the plan's critical chain waits for is
    tried.
    """
    deadline = time.monotonic() + seconds
    late = next((term.value for term in schedule.terms if term.name == "lateness"), 0) - floor(problem, "lateness")
    if late <= 0:
        return ()
    steps = critical_chain(problem, schedule, say)
    causes = dict.fromkeys(step.waits_for for step in steps)
    ladders = [ladder for kind, subject in causes for ladder in _ladders_of_cause(problem, kind, subject, say)]
    ladders += [*candidates.later(problem, say), *candidates.earlier(problem, say), *candidates.ahead(problem)]
    ladders += candidates.leave_out(problem)
    return _solved(problem, ladders, deadline, late)


def _ladders_of(problem: Problem, fact: Fact, say: Say) -> Iterator[Ladder]:
    """What could be done about a fact."""
    if fact.kind == "presence":
        for cook in problem.cooks:
            if cook.id in fact.subjects:
                yield from candidates.stays(problem, cook, say)
        yield from candidates.help_wanted(problem, say)
    elif fact.kind in ("cooks", "skill", "refusal", "tending", "fire"):
        yield from candidates.help_wanted(problem, say)
    elif fact.kind == "equipment":
        yield from candidates.more_equipment(problem, fact.subjects[0])
    elif fact.kind == "vessel":
        yield from candidates.more_vessels(problem, fact.subjects[0])
    elif fact.kind == "oven":
        yield from candidates.more_ovens(problem)
    elif fact.kind in ("board", "hygiene"):
        yield from candidates.more_boards(problem)
    elif fact.kind == "hold":
        yield from candidates.longer_hold(problem, *fact.subjects)
    elif fact.kind == "serving_hold":
        yield from candidates.longer_serving_hold(problem, *fact.subjects)


def _ladders_of_cause(problem: Problem, kind: str, subject: str, say: Say) -> Iterator[Ladder]:
    """What could be done about what a task of the critical chain waits for."""
    if kind == "cook":
        yield from candidates.help_wanted(problem, say)
    elif kind == "arrival":
        for cook in problem.cooks:
            if cook.id == subject:
                yield from candidates.stays(problem, cook, say)
    elif kind == "equipment":
        yield from candidates.more_equipment(problem, subject)
    elif kind == "vessel":
        kinds = {stock.kind for stock in problem.vessels if stock.id == subject}
        for vessel_kind in sorted(kinds):
            yield from candidates.more_vessels(problem, vessel_kind)
    elif kind == "oven":
        yield from candidates.more_ovens(problem)
    elif kind == "board":
        yield from candidates.more_boards(problem)


def _solved(problem: Problem, ladders: Iterable[Ladder], deadline: float, late: int | None) -> tuple[Repair, ...]:
    """The smallest repair of each ladder that helps, cheapest first."""
    found = []
    for ladder in sorted(dict.fromkeys(ladders), key=lambda ladder: ladder.cost):
        if time.monotonic() > deadline:
            break
        repair = _smallest(ladder, lambda repair: _tried(problem, repair, late, deadline))
        if repair is not None:
            found.append(repair)
    by_sentence: dict[str, Repair] = {}
    for repair in sorted(found, key=lambda repair: repair.cost):
        by_sentence.setdefault(repair.sentence, repair)  # a cook's hours may be joined in two ways to one effect
    return tuple(by_sentence.values())


def _smallest(ladder: Ladder, tried: Callable[[Repair], Repair | None]) -> Repair | None:
    """The first rung that helps, by bisection below the last one."""
    best = tried(ladder.repairs[-1])
    low, high = 0, len(ladder.repairs) - 1
    while best is not None and low < high:
        middle = (low + high) // 2
        repair = tried(ladder.repairs[middle])
        if repair is None or repair.lateness_minutes > best.lateness_minutes:
            low = middle + 1
        else:
            best, high = repair, middle
    return best


def _tried(problem: Problem, repair: Repair, late: int | None, deadline: float) -> Repair | None:
    """The repair with its price when it helps: a plan exists, and one that is clearly less late than ``late``.

    A repair that leaves a problem without sense (a dish left out that another course waits for) does not help.
    """
    repaired = repair.apply(problem)
    try:
        outcome = ask(repaired, (), deadline)
        if isinstance(outcome, Solved):
            outcome = ask(repaired, ("lateness",), deadline, hint=outcome.schedule)
    except InvalidProblemError:
        return None
    if not isinstance(outcome, Solved):
        return None
    lateness = outcome.schedule.terms[0].value - floor(repaired, "lateness")
    if late is not None and lateness > (1 - LEAST_GAIN) * late:
        return None
    return repair.model_copy(update={"lateness_minutes": lateness, "cost": repair.cost + lateness})
