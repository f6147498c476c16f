"""Puts right what the objective leaves open: of plans that are worth the same, the one that people find natural.

Nothing here makes a plan worse or breaks a rule: the judge has the last word on every change.
"""

from collections.abc import Iterator

from scheduler.check import check
from scheduler.problem import Link, Problem, Task, TermName
from scheduler.schedule import Assignment, Inserted, Schedule, Term


def tidy(problem: Problem, schedule: Schedule) -> Schedule:
    """The schedule with waits that begin as soon as they can, ovens that are heated no sooner than they must be, and
    tasks that are all alike in the order of their ids. The record of the solver stays as it is.
    """
    if not problem.pins and problem.replan is None:
        schedule = _twins_in_order(problem, schedule)
    terms = check(problem, schedule).terms
    for entry in sorted(schedule.assignments, key=lambda entry: entry.start_minutes):
        schedule = _first_that_holds(problem, schedule, terms, _earlier(problem, schedule, entry.task))
    for inserted in schedule.inserted:
        if inserted.kind == "warm_up":
            schedule = _first_that_holds(problem, schedule, terms, _later(schedule, inserted))
    return schedule


def _first_that_holds(
    problem: Problem, schedule: Schedule, terms: dict[TermName, int], candidates: Iterator[Schedule]
) -> Schedule:
    """The first of the candidates that keeps every rule and is no worse in any term, else the schedule itself."""
    for candidate in candidates:
        report = check(problem, candidate.model_copy(update={"terms": ()}))
        if report.ok and all(report.terms[name] <= value for name, value in terms.items()):
            return candidate.model_copy(
                update={"terms": tuple(_revalued(term, report.terms) for term in schedule.terms)}
            )
    return schedule


def _revalued(term: Term, values: dict[TermName, int]) -> Term:
    return term.model_copy(update={"value": values[term.name], "optimal": values[term.name] == term.bound})


def _earlier(problem: Problem, schedule: Schedule, name: str) -> Iterator[Schedule]:
    """A wait that needs neither cook nor equipment, right after what it waits for."""
    task = next(task for task in problem.tasks if task.id == name)
    entry = next(entry for entry in schedule.assignments if entry.task == name)
    if entry.cooks or entry.units or entry.oven or entry.board or task.on_fire:
        return
    ends = {other.task: other.end_minutes for other in schedule.assignments}
    ready = [ends[link.before] + (link.min_lag_minutes or 0) for link in problem.links if _orders(link, name)]
    sooner = max(ready, default=entry.start_minutes)
    if sooner < entry.start_minutes:
        length = entry.end_minutes - entry.start_minutes
        moved = entry.model_copy(update={"start_minutes": sooner, "end_minutes": sooner + length})
        assignments = [moved if other.task == name else other for other in schedule.assignments]
        yield schedule.model_copy(update={"assignments": _in_order(assignments)})


def _orders(link: Link, name: str) -> bool:
    return link.after == name and not link.from_start and link.min_lag_minutes is not None


def _in_order(assignments: list[Assignment]) -> tuple[Assignment, ...]:
    return tuple(sorted(assignments, key=lambda entry: (entry.start_minutes, entry.task)))


def _later(schedule: Schedule, warm_up: Inserted) -> Iterator[Schedule]:
    """The warm-up ends when its dish goes in, or as little before that as possible."""
    use = next(entry for entry in schedule.assignments if entry.task == warm_up.task)
    for by in range(use.start_minutes - warm_up.end_minutes, 0, -1):
        moved = warm_up.model_copy(
            update={"start_minutes": warm_up.start_minutes + by, "end_minutes": warm_up.end_minutes + by}
        )
        inserted = [moved if other.id == warm_up.id else other for other in schedule.inserted]
        inserted.sort(key=lambda entry: (entry.start_minutes, entry.id))
        yield schedule.model_copy(update={"inserted": tuple(inserted)})


def _twins_in_order(problem: Problem, schedule: Schedule) -> Schedule:
    """Tasks that differ in nothing but id and name start in the order in which the problem names them."""
    starts = {entry.task: entry.start_minutes for entry in schedule.assignments}
    busy = {entry.task for entry in schedule.inserted} | {
        entry.task for entry in schedule.assignments if entry.pans > 1
    }
    names: dict[str, str] = {}
    for twins in _twins(problem):
        if not busy & set(twins):
            names |= dict(zip(sorted(twins, key=lambda twin: starts[twin]), twins, strict=True))
    assignments = [
        entry.model_copy(update={"task": names.get(entry.task, entry.task)}) for entry in schedule.assignments
    ]
    return schedule.model_copy(update={"assignments": _in_order(assignments)})


def _twins(problem: Problem) -> list[list[str]]:
    """The ids of tasks that are all alike, also in what they follow and what follows them."""
    alike: dict[object, list[str]] = {}
    for task in problem.tasks:
        alike.setdefault((task.model_copy(update={"id": "", "name": ""}), *_bonds(problem, task)), []).append(task.id)
    return [twins for twins in alike.values() if len(twins) > 1]


def _bonds(problem: Problem, task: Task) -> list[object]:
    """The links and serving links of a task without its own name."""
    links = [link for link in problem.links if task.id in (link.before, link.after)]
    serving = [link for dish in problem.dishes for link in dish.serving if link.task == task.id]
    before = frozenset(link.model_copy(update={"after": ""}) for link in links if link.after == task.id)
    after = frozenset(link.model_copy(update={"before": ""}) for link in links if link.before == task.id)
    return [before, after, frozenset(link.model_copy(update={"task": ""}) for link in serving)]
