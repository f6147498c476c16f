"""Values for every variable of the model, computed from the decisions that a schedule contains.

A hint that leaves variables open is often lost in presolve, and a solution found for one term leaves the variables of
the other terms slack; both are cured by computing each derived variable from its definition.
"""

from ortools.sat.python import cp_model_helper

from scheduler.errors import InvalidScheduleError
from scheduler.schedule import Assignment, Inserted, Schedule
from scheduler.variables import Expr, Extra, TaskVars, Variables


class Point:
    """One value for each variable of a model; calling it with an expression evaluates that."""

    def __init__(self, values: list[int]) -> None:
        self.values = values

    def __call__(self, expression: Expr) -> int:
        if isinstance(expression, int):
            return int(expression)
        if isinstance(expression, cp_model_helper.IntVar):
            return self.values[expression.index]
        flat = cp_model_helper.FlatIntExpr(expression)
        terms = zip(flat.vars, flat.coeffs, strict=True)
        return int(flat.offset + sum(factor * self.values[variable.index] for variable, factor in terms))

    def set(self, expression: Expr, value: int) -> None:
        """Give a variable its value; a literal may be negated, constants and sums are left alone."""
        if isinstance(expression, cp_model_helper.IntVar):
            self.values[expression.index] = int(value)
        elif isinstance(expression, cp_model_helper.NotBooleanVariable):
            self.values[expression.negated().index] = 1 - int(value)


def tightened(v: Variables, values: list[int]) -> Point:
    """The solution with each derived variable at the value that its definition computes from the decisions."""
    point = Point(list(values))
    for variable, definition in v.definitions:
        point.set(variable, int(definition(point)))
    return point


def point_of(v: Variables, schedule: Schedule) -> Point:
    """All variables' values in the given schedule.

    Raises InvalidScheduleError when a task of the problem is missing in it. That the point obeys the rules is not
    checked here.
    """
    proto = v.model.proto
    point = Point([variable.domain[0] for variable in proto.variables])
    entries = {entry.task: entry for entry in schedule.assignments}
    for name, t in v.tasks.items():
        if name not in entries:
            raise InvalidScheduleError(f"assignments: task {name!r} is missing; give every task of the problem a place")
        _set_task(point, t, entries[name])
    for served in schedule.served:
        point.set(v.served[served.dish], served.served_minutes)
    inserted = {entry.id: entry for entry in schedule.inserted}
    for extra in v.warm_ups.values():
        entry = inserted.get(extra.id)
        _set_extra(point, extra, entry)
        if extra.short is not None:
            oven = v.ovens[entry.oven] if entry and entry.oven else None
            length = entry.end_minutes - entry.start_minutes if entry else 0
            point.set(extra.short, int(oven is not None and length < oven.warm_up_minutes))
    for extras in (v.wash_ups.values(), v.cleans.values()):
        for extra in extras:
            _set_extra(point, extra, inserted.get(extra.id))
    units = {(hold.dish, hold.vessel): hold.unit.rpartition("#")[0] for hold in schedule.holds}
    for key, hold in v.holds.items():
        for stock, literal in hold.stocks.items():
            if literal is not v.one:
                point.set(literal, int(units.get(key) == stock))
    return tightened(v, point.values)


def _set_task(point: Point, t: TaskVars, entry: Assignment) -> None:
    point.set(t.start, entry.start_minutes)
    for cook, does in t.does.items():
        point.set(does, int(cook in entry.cooks))
    choices = ((t.ovens, entry.oven), (t.boards, entry.board))
    for literals, chosen in choices:
        for name, literal in literals.items():
            if len(literals) > 1 or literals is t.boards:
                point.set(literal, int(name == chosen))
    if len(t.pans) > 1:
        for number, literal in t.pans.items():
            point.set(literal, int(number == entry.pans))


def _set_extra(point: Point, extra: Extra, entry: Inserted | None) -> None:
    present = entry is not None
    if not isinstance(extra.literal, cp_model_helper.IntVar) or point.values[extra.literal.index] == 0:
        point.set(extra.literal, int(present))
    if entry is not None:
        point.set(extra.start, entry.start_minutes)
        if not isinstance(extra.size, int):
            point.set(extra.size, entry.end_minutes - entry.start_minutes)
    if not isinstance(extra.size, int):
        point.set(extra.end, point(extra.start) + point(extra.size))
    for cook, does in extra.cooks.items():
        point.set(does, int(entry is not None and entry.cook == cook))
