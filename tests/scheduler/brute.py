"""The best plan of a tiny problem by trying all of them. Knows no rule: the judge refuses what is wrong.

Every start, end, cook, oven, board, number of pans, warm-up, wash-up, clean, vessel and serving minute is tried. The
only insight used is that a rule which a part of a plan breaks stays broken in the whole plan, for the rules in
``LASTING``; and that identical units can be named in the order in which they are taken.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from scheduler.check import RULES, Violation
from scheduler.check.terms import recompute
from scheduler.check.view import View
from scheduler.problem import Problem, Task, TermName
from scheduler.schedule import Assignment, Inserted, Schedule, Served, VesselHold
from tests.scheduler.insertable import insertable, vessel_letters

Rule = Callable[[View], Iterator[Violation]]
_BY_NAME = {rule.__name__: rule for rule in RULES}
_NOT_LASTING = {"form", "serving", "course", "equipment", "oven_heat", "vessel", "hygiene", "terms"}
LASTING = [rule for rule in RULES if rule.__name__ not in _NOT_LASTING]
AT_THE_TABLE = [_BY_NAME[name] for name in ("form", "serving", "course", "replan")]
IN_THE_KITCHEN = [rule for rule in RULES if rule.__name__ != "terms" and rule not in AT_THE_TABLE]
GROWING: tuple[TermName, ...] = ("lateness", "hot_wait", "longest_day", "presence", "makespan", "extra_work")


def optimum(problem: Problem) -> tuple[int, ...] | None:
    """The least values of the objective's terms in their order; None when no plan keeps all rules.

    The terms in ``GROWING`` never get smaller by inserting or serving something, so what is worse already is left out.
    """
    best: tuple[int, ...] | None = None
    growing = next((n for n, name in enumerate(problem.objective) if name not in GROWING), len(problem.objective))
    for assignments in _assigned(problem):
        with_units = list(_name_units(problem, assignments))
        if best and _value(problem, _schedule(with_units))[:growing] > best[:growing]:
            continue
        for inserted in _with_inserted(problem, with_units):
            for holds in _held(problem, with_units, inserted):
                unserved = _schedule(with_units, inserted, holds)
                worse = best and _value(problem, unserved) >= best
                if worse or next(_broken(View(problem, unserved), IN_THE_KITCHEN), None):
                    continue
                for plan in _served(problem, with_units, inserted, holds):
                    value = _value(problem, plan)
                    best = value if best is None else min(best, value)
    return best


def _value(problem: Problem, schedule: Schedule) -> tuple[int, ...]:
    terms = recompute(View(problem, schedule))
    return tuple(terms[name] for name in problem.objective)


def _broken(view: View, rules: Iterable[Rule]) -> Iterator[Violation]:
    return (violation for rule in rules for violation in rule(view))


def _possible(problem: Problem, schedule: Schedule) -> bool:
    """Whether the part of a plan breaks no rule that lasts."""
    view = View(problem, schedule)
    named = {entry.task for entry in schedule.assignments} | {entry.id for entry in schedule.inserted}
    return not any(named.issuperset(violation.subjects[:1]) for violation in _broken(view, LASTING))


def _schedule(
    assignments: Iterable[Assignment],
    inserted: Iterable[Inserted] = (),
    holds: Iterable[VesselHold] = (),
    served: Iterable[Served] = (),
) -> Schedule:
    """A schedule whose parts are sorted; built without validation, which would cost more than all rules."""
    return Schedule.model_construct(
        assignments=tuple(sorted(assignments, key=lambda entry: (entry.start_minutes, entry.task))),
        inserted=tuple(sorted(inserted, key=lambda entry: (entry.start_minutes, entry.id))),
        holds=tuple(holds),
        served=tuple(served),
        terms=(),
        solver=None,
    )


def _assigned(problem: Problem) -> Iterator[list[Assignment]]:
    """All places of all tasks that break no lasting rule."""
    domains = [
        [entry for entry in _places(problem, task) if _possible(problem, _schedule([entry]))] for task in problem.tasks
    ]

    def extend(chosen: list[Assignment], rest: list[list[Assignment]]) -> Iterator[list[Assignment]]:
        if not rest:
            yield chosen
            return
        for entry in rest[0]:
            more = [*chosen, entry]
            if _possible(problem, _schedule(more)):
                yield from extend(more, rest[1:])

    yield from extend([], domains)


def _places(problem: Problem, task: Task) -> Iterator[Assignment]:
    cooks = [cook.id for cook in problem.cooks]
    crews = [crew for size in range(len(cooks) + 1) for crew in combinations(cooks, size)]
    ovens: list[str | None] = [oven.id for oven in problem.ovens] if task.oven else [None]
    boards: list[str | None] = [board.id for board in problem.boards] if task.board else [None]
    for start in range(problem.horizon_minutes + 1):
        for end in range(start, problem.horizon_minutes + 1):
            for crew in crews:
                for oven in ovens:
                    for board in boards:
                        for pans in range(1, min(task.rounds, task.max_pans) + 1):
                            yield Assignment.model_construct(
                                task=task.id,
                                start_minutes=start,
                                end_minutes=end,
                                cooks=crew,
                                units=(),
                                oven=oven,
                                board=board,
                                pans=pans,
                            )


def _name_units(problem: Problem, assignments: list[Assignment]) -> Iterator[Assignment]:
    """Units in the order of the starts; too few are left for the judge to see."""
    free_from: dict[str, int] = {
        f"{pool.id}#{number}": 0 for pool in problem.equipment for number in range(1, pool.count + 1)
    }
    tasks = {task.id: task for task in problem.tasks}
    for entry in sorted(assignments, key=lambda entry: entry.start_minutes):
        taken = []
        for need in tasks[entry.task].needs:
            units = [unit for unit in free_from if unit.rpartition("#")[0] == need.equipment]
            free = [unit for unit in units if free_from[unit] <= entry.start_minutes]
            taken += free[: need.units * entry.pans]
        for unit in taken:
            free_from[unit] = max(free_from[unit], entry.end_minutes)
        yield entry.model_copy(update={"units": tuple(taken)})


def _with_inserted(problem: Problem, assignments: list[Assignment]) -> Iterator[list[Inserted]]:
    choices = [list(group) for group in insertable(problem, assignments)]

    def extend(chosen: list[Inserted], rest: list[list[Inserted]]) -> Iterator[list[Inserted]]:
        if not rest:
            yield chosen
            return
        yield from extend(chosen, rest[1:])
        for entry in rest[0]:
            more = [*chosen, entry]
            if _possible(problem, _schedule(assignments, more, _holds_of(more))):
                yield from extend(more, rest[1:])

    yield from extend([], choices)


def _holds_of(inserted: list[Inserted]) -> list[VesselHold]:
    """Only what the rule of washing looks at: which unit is washed."""
    return [
        VesselHold.model_construct(
            dish=str(entry.dish),
            vessel=str(entry.vessel),
            unit=str(entry.unit),
            start_minutes=0,
            end_minutes=entry.end_minutes,
        )
        for entry in inserted
        if entry.kind == "wash_up"
    ]


def _held(problem: Problem, assignments: list[Assignment], inserted: list[Inserted]) -> Iterator[list[VesselHold]]:
    """All ways to give units to the uses; the times follow from what the judge says of a hold."""
    tasks = {task.id: task for task in problem.tasks}
    washes = {(entry.dish, entry.vessel): entry for entry in inserted if entry.kind == "wash_up"}
    options: list[list[VesselHold]] = []
    for dish, letter in vessel_letters(problem, assignments):
        plain, _, extra = letter.partition("+")
        only = extra.rpartition("#")[0]
        users = [
            entry
            for entry in assignments
            if tasks[entry.task].dish == dish and plain in tasks[entry.task].vessels and only in ("", entry.task)
        ]
        start = min(entry.start_minutes for entry in users)
        last = max(entry.end_minutes for entry in users)
        wash = washes.get((dish, letter))
        options.append(
            [
                VesselHold.model_construct(
                    dish=dish, vessel=letter, unit=f"{stock.id}#{number}", start_minutes=start, end_minutes=end
                )
                for stock in problem.vessels
                for number in range(1, stock.count + 1)
                for end in {wash.end_minutes if wash else (problem.horizon_minutes if stock.wash_minutes else last)}
                if wash is None or wash.unit == f"{stock.id}#{number}"
            ]
        )

    def extend(chosen: list[VesselHold], rest: list[list[VesselHold]]) -> Iterator[list[VesselHold]]:
        if not rest:
            yield chosen
            return
        for hold in rest[0]:
            yield from extend([*chosen, hold], rest[1:])

    yield from extend([], options)


def _served(
    problem: Problem, assignments: list[Assignment], inserted: list[Inserted], holds: list[VesselHold]
) -> Iterator[Schedule]:
    def extend(chosen: list[Served], rest: list[str]) -> Iterator[Schedule]:
        if not rest:
            yield _schedule(assignments, inserted, holds, chosen)
            return
        for minute in range(problem.horizon_minutes + 1):
            more = [*chosen, Served(dish=rest[0], served_minutes=minute)]
            view = View(problem, _schedule(assignments, inserted, holds, more))
            if not any(violation.subjects[0] not in rest[1:] for violation in _broken(view, AT_THE_TABLE)):
                yield from extend(more, rest[1:])

    yield from extend([], [dish.id for dish in problem.dishes])
