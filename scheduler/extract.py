"""Reads a schedule out of the solver's values, and gives numbers to identical things."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from scheduler.problem import Problem
from scheduler.schedule import Assignment, Inserted, InsertedKind, Schedule, Served, VesselHold
from scheduler.variables import Expr, Extra, TaskVars, Variables

Value = Callable[[Expr], int]
_Key = TypeVar("_Key", str, tuple[str, str])


def extract(v: Variables, value: Value) -> Schedule:
    """The schedule that the values describe, without objective terms."""
    assignments = [_assignment(t, value) for t in v.tasks.values()]
    holds = _holds(v, value)
    return Schedule(
        assignments=tuple(sorted(with_units(v.problem, assignments), key=lambda a: (a.start_minutes, a.task))),
        inserted=tuple(sorted(_inserted(v, value, holds), key=lambda i: (i.start_minutes, i.id))),
        holds=tuple(sorted(holds, key=lambda h: (h.start_minutes, h.dish, h.vessel))),
        served=tuple(Served(dish=dish, served_minutes=value(served)) for dish, served in v.served.items()),
    )


def _assignment(t: TaskVars, value: Value) -> Assignment:
    return Assignment(
        task=t.task.id,
        start_minutes=value(t.start),
        end_minutes=value(t.end),
        cooks=tuple(cook for cook, does in t.does.items() if value(does)),
        oven=next((oven for oven, inside in t.ovens.items() if value(inside)), None),
        board=next((board for board, on in t.boards.items() if value(on)), None),
        pans=next(pans for pans, literal in t.pans.items() if value(literal)),
    )


def colour(
    items: Iterable[tuple[_Key, int, int, int]],
    count: int,
    fixed: Mapping[_Key, list[int]],
    like: Mapping[_Key, _Key] | None = None,
) -> dict[_Key, list[int]]:
    """Numbers 1..count for items (key, start, end, units) so that overlapping items share none.

    Greedy by start, which is exact for intervals; ``fixed`` items keep their numbers, which those before them leave
    free, and an item gets those of the item that it is ``like``, if they are free. Where more overlap than there are
    numbers, which a model with all rules only lets happen to what runs, numbers are given twice.
    """
    free_from = dict.fromkeys(range(1, count + 1), 0)
    numbers: dict[_Key, list[int]] = {}
    like = like or {}
    first = sorted(items, key=lambda item: (item[1], item[0] not in fixed, item[0] not in like, item[2], item[0]))
    wanted = [(begin, number) for key, begin, end, _ in first if begin < end for number in fixed.get(key, ())]
    for key, start, end, units in first:
        liked = numbers.get(like[key], []) if key in like else []
        soon = {number for begin, number in wanted if start <= begin < end}
        free = sorted(
            free_from, key=lambda number: (free_from[number] > start, number in soon, number not in liked, number)
        )
        numbers[key] = fixed.get(key) or free[:units]
        for number in numbers[key]:
            free_from[number] = max(free_from[number], end)
    return numbers


def with_units(problem: Problem, assignments: list[Assignment]) -> list[Assignment]:
    """The assignments with unit ids for every pool that their tasks need; a pot stays on its burner if it can."""
    tasks = {task.id: task for task in problem.tasks}
    settled = {pin.task: pin for pin in problem.pins if pin.units}
    units: dict[str, list[str]] = {a.task: [] for a in assignments}
    for pool in problem.equipment:
        items = []
        fixed: dict[str, list[int]] = {}
        for a in assignments:
            needed = sum(need.units for need in tasks[a.task].needs if need.equipment == pool.id) * a.pans
            if needed:
                items.append((a.task, a.start_minutes, a.end_minutes, needed))
            pin = settled.get(a.task)
            named = [u for u in (pin.units or ()) if u.rpartition("#")[0] == pool.id] if pin else []
            if named:
                fixed[a.task] = [int(unit.rpartition("#")[2]) for unit in named]
        stays = _with_the_same_vessel(problem, sorted(items, key=lambda item: item[1]))
        for name, numbers in colour(items, pool.count, fixed, stays).items():
            units[name] += [f"{pool.id}#{number}" for number in numbers]
    return [a.model_copy(update={"units": tuple(units[a.task])}) for a in assignments]


def _with_the_same_vessel(problem: Problem, items: Iterable[tuple[str, int, int, int]]) -> dict[str, str]:
    """For each item, in order of start, the one before it that had a vessel of its dish in hand, if there is one."""
    tasks = {task.id: task for task in problem.tasks}
    last: dict[tuple[str | None, str], str] = {}
    found: dict[str, str] = {}
    for name, *_ in items:
        for vessel in tasks[name].vessels:
            key = (tasks[name].dish, vessel)
            if key in last:
                found[name] = last[key]
            last[key] = name
    return found


def _holds(v: Variables, value: Value) -> list[VesselHold]:
    taken: dict[str, list[tuple[tuple[str, str], int, int, int]]] = {stock: [] for stock in v.stocks}
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for key, hold in v.holds.items():
        stock = next((stock for stock, chosen in hold.stocks.items() if value(chosen)), None)
        if stock is None or not value(hold.present):
            continue
        wash = v.wash_ups.get(key)
        end = v.horizon if v.stocks[stock].wash_minutes else value(hold.last)
        if wash and value(wash.literal):
            end = value(wash.end)
        spans[key] = value(hold.first), end
        taken[stock].append((key, *spans[key], 1))
    held = v.problem.replan.held if v.problem.replan else ()
    fixed = {(h.dish, h.vessel): [int(h.unit.rpartition("#")[2])] for h in held}
    result = []
    for stock, items in taken.items():
        for (dish, vessel), numbers in colour(items, v.stocks[stock].count, fixed).items():
            start, end = spans[dish, vessel]
            unit = f"{stock}#{numbers[0]}"
            result.append(VesselHold(dish=dish, vessel=vessel, unit=unit, start_minutes=start, end_minutes=end))
    return result


def _inserted(v: Variables, value: Value, holds: list[VesselHold]) -> list[Inserted]:
    result = []
    for name, extra in v.warm_ups.items():
        t = v.tasks[name]
        if value(extra.literal) and t.task.oven:
            oven = next(oven for oven, inside in t.ovens.items() if value(inside))
            entry = _entry(extra, "warm_up", value)
            result.append(entry.model_copy(update={"task": name, "oven": oven, "celsius": t.task.oven.celsius}))
    units = {(hold.dish, hold.vessel): hold.unit for hold in holds}
    for (dish, vessel), extra in v.wash_ups.items():
        if value(extra.literal):
            entry = _entry(extra, "wash_up", value)
            unit = units[dish, vessel]
            result.append(entry.model_copy(update={"dish": dish, "vessel": vessel, "unit": unit}))
    for name, extra in v.cleans.items():
        if value(extra.literal):
            board = next((b for b, on in v.tasks[name].boards.items() if value(on)), None)
            result.append(_entry(extra, "clean", value).model_copy(update={"task": name, "board": board}))
    return result


def _entry(extra: Extra, kind: InsertedKind, value: Value) -> Inserted:
    return Inserted(
        id=extra.id,
        kind=kind,
        start_minutes=value(extra.start),
        end_minutes=value(extra.end),
        cook=next((cook for cook, does in extra.cooks.items() if value(does)), None),
    )
