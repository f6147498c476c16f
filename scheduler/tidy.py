"""Puts right what the objective leaves open: of plans that are worth the same, the one that people find natural.

Nothing here makes a plan worse or breaks a rule: the judge has the last word on every change.
"""

from collections.abc import Iterator

from scheduler.check import check
from scheduler.durations import stand_in_cost
from scheduler.extract import with_units
from scheduler.problem import Link, Problem, Task, TermName
from scheduler.schedule import Assignment, Inserted, Schedule, Term, VesselHold


def tidy(problem: Problem, schedule: Schedule) -> Schedule:
    """The schedule with as few rounds as there are pans for, waits that begin as soon as they can, ovens that are
    heated no sooner than they must be, and tasks that are all alike in the order of their ids. The record of the
    solver stays as it is.
    """
    if not problem.pins and problem.replan is None:
        schedule = _twins_in_order(problem, schedule)
    terms = check(problem, schedule).terms
    for entry in schedule.assignments:
        schedule = _first_that_holds(problem, schedule, terms, _fewer_rounds(problem, schedule, entry.task))
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


def _fewer_rounds(problem: Problem, schedule: Schedule, name: str) -> Iterator[Schedule]:
    """A task of several rounds with more pans side by side, ending when it did; most pans first."""
    task = next(task for task in problem.tasks if task.id == name)
    entry = next(entry for entry in schedule.assignments if entry.task == name)
    for pans in range(min(task.max_pans, task.rounds), entry.pans, -1):
        start = entry.end_minutes - -(-task.rounds // pans) * task.minutes
        moved = entry.model_copy(update={"start_minutes": start, "pans": pans})
        holds = _more_vessels(problem, schedule, moved, range(entry.pans + 1, pans + 1))
        if start < entry.start_minutes or holds is None:
            continue
        kept = [_held_from(hold, task, entry, start) for hold in schedule.holds]
        assignments = [moved if other.task == name else other for other in schedule.assignments]
        yield schedule.model_copy(
            update={
                "assignments": _in_order(with_units(problem, assignments)),
                "holds": tuple(sorted((*kept, *holds), key=lambda hold: (hold.start_minutes, hold.dish, hold.vessel))),
            }
        )


def _held_from(hold: VesselHold, task: Task, entry: Assignment, start: int) -> VesselHold:
    """A vessel whose first task is this one is held from the task's new start on."""
    first = hold.dish == task.dish and hold.vessel in task.vessels and hold.start_minutes == entry.start_minutes
    return hold.model_copy(update={"start_minutes": start}) if first else hold


def _more_vessels(problem: Problem, schedule: Schedule, entry: Assignment, numbers: range) -> list[VesselHold] | None:
    """A vessel of each letter of the task for each of these pans, which nobody washes; None if there are too few."""
    task = next(task for task in problem.tasks if task.id == entry.task)
    dish = next((dish for dish in problem.dishes if dish.id == task.dish), None)
    if dish is None:
        return []
    taken = {hold.unit for hold in schedule.holds if hold.end_minutes > entry.start_minutes}
    holds: list[VesselHold] = []
    for use in dish.vessels:
        if use.id not in task.vessels:
            continue
        free = [
            (f"{stock.id}#{number}", problem.horizon_minutes if stock.wash_minutes else entry.end_minutes)
            for stock in problem.vessels
            if stand_in_cost(stock, use) == 0
            for number in range(1, stock.count + 1)
            if f"{stock.id}#{number}" not in taken
        ]
        if len(free) < len(numbers):
            return None
        for number, (unit, end) in zip(numbers, free, strict=False):
            letter = f"{use.id}+{task.id}#{number}"
            taken.add(unit)
            holds.append(
                VesselHold(dish=dish.id, vessel=letter, unit=unit, start_minutes=entry.start_minutes, end_minutes=end)
            )
    return holds


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
