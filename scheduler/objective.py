"""The objective's terms as linear expressions over the variables; their meaning and order: problem.ORDER."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from scheduler.durations import stand_in_cost
from scheduler.problem import Dish, TermName, Window
from scheduler.rules.cooks import windows_of
from scheduler.rules.courses import dish_due
from scheduler.variables import Expr, Literal, TaskVars, Variables, Work

TANGENTS = 48
"""Waits up to this long are squared by exact tangent inequalities, longer ones by a product."""


def lateness(v: Variables) -> Expr:
    """Minutes that dishes come after their due time: sum of served − due."""
    dues = {dish.id: dish_due(v.problem, dish) for dish in v.problem.dishes}
    return sum(v.served[dish] - due for dish, due in dues.items() if due is not None)


def hot_wait(v: Variables) -> Expr:
    """Hot food that waits, convex: sum of weight × wait²."""
    parts: list[Expr] = []
    for number, link in enumerate(v.problem.links):
        if link.hot_weight and link.min_lag_minutes is not None:
            gap = v.tasks[link.after].start - v.tasks[link.before].end - max(link.min_lag_minutes, 0)
            longest = None if link.max_lag_minutes is None else link.max_lag_minutes - link.min_lag_minutes
            parts.append(link.hot_weight * _square(v, gap, longest, f"link {number}"))
    for dish in v.problem.dishes:
        for serving in dish.serving:
            if serving.hot_weight:
                gap = v.served[dish.id] - v.tasks[serving.task].end - serving.min_lag_minutes
                most = serving.max_lag_minutes
                longest = None if most is None else most - serving.min_lag_minutes
                parts.append(serving.hot_weight * _square(v, gap, longest, f"{dish.id} after {serving.task}"))
    return sum(parts)


def _square(v: Variables, gap: Expr, longest: int | None, name: str) -> cp_model.IntVar:
    """A variable that is at least max(0, gap)², and no more where it is minimised."""
    top = v.horizon if longest is None or v.problem.pins else min(longest, v.horizon)
    square = v.derived(f"square of the wait, {name}", 0, top * top, lambda at: max(0, at(gap)) ** 2)
    if top <= TANGENTS:
        for k in range(top):
            v.model.add(square >= (2 * k + 1) * gap - k * (k + 1))
        return square
    wait = v.derived(f"wait, {name}", 0, top, lambda at: max(0, at(gap)))
    v.model.add(wait >= gap)
    v.model.add_multiplication_equality(square, [wait, wait])
    return square


def _attendance(v: Variables) -> dict[tuple[str, int], Expr]:
    """For each cook and presence window: last end − first start of the work in it (0 without work).

    Implied, for better bounds: it is at least the hand work in it, and the pot minutes over the pots at once.
    """
    if v.attendance:
        return v.attendance
    for cook in v.problem.cooks:
        for number, window in enumerate(v.windows(cook.id)):
            inside = [(w, windows_of(v, w).get(number)) for w in v.work[cook.id]]
            chosen = [(w, literal) for w, literal in inside if literal is not None]
            if not chosen:
                continue
            name = f"{cook.id} window {number}"
            first, last = _first_and_last(v, name, window, chosen)
            v.model.add(first <= last)
            for work, literal in chosen:
                v.model.add(first <= work.start).only_enforce_if(literal)
                v.model.add(last >= work.end).only_enforce_if(literal)
            v.attendance[cook.id, number] = last - first
            _attendance_bounds(v, cook.id, last - first, chosen)
    return v.attendance


def _first_and_last(
    v: Variables, name: str, window: Window, chosen: list[tuple[Work, Literal]]
) -> tuple[cp_model.IntVar, cp_model.IntVar]:
    """When the cook starts the first and ends the last work of the window; both the same without work."""
    low, high = window.start_minutes, window.end_minutes
    first = v.derived(
        f"{name} first", low, high, lambda at: min((at(w.start) for w, literal in chosen if at(literal)), default=low)
    )
    last = v.derived(
        f"{name} last", low, high, lambda at: max((at(w.end) for w, literal in chosen if at(literal)), default=low)
    )
    return first, last


def _attendance_bounds(v: Variables, cook: str, length: Expr, chosen: list[tuple[Work, Literal]]) -> None:
    capacity = v.cooks[cook].tend_capacity
    hands: list[Expr] = []
    load: list[Expr] = []
    beside = v.problem.settings.light_beside_tending
    tends = False
    for work, literal in chosen:
        if not isinstance(work.size, int) or not isinstance(work.pots, int) or work.free:
            continue
        if work.hands:
            hands.append(work.size * literal)
            load.append(0 if work.light and beside else capacity * work.size * literal)
        else:
            tends = True
            load.append(work.size * work.pots * literal)
    if hands:
        v.model.add(length >= sum(hands))
    if tends:
        v.model.add(capacity * length >= sum(load))


def longest_day(v: Variables) -> Expr:
    """Minutes that the cook who is kept longest is kept in the kitchen: max over cooks of attendance.

    Implied, for better bounds: it is at least the mean.
    """
    days = [day for cook in v.problem.cooks if not isinstance(day := _day(v, cook.id), int)]
    if len(days) < 2:
        return days[0] if days else 0
    longest = v.derived("longest day", 0, v.horizon, lambda at: max(at(day) for day in days))
    for day in days:
        v.model.add(longest >= day)
    v.model.add(len(days) * longest >= sum(days))
    return longest


def _day(v: Variables, cook: str) -> Expr:
    """The attendance of a cook in all presence windows together."""
    return sum(length for (name, _), length in _attendance(v).items() if name == cook)


def presence(v: Variables) -> Expr:
    """Minutes that the cooks are kept in the kitchen: sum over cooks and windows of last end − first start."""
    return sum(_attendance(v).values())


def makespan(v: Variables) -> Expr:
    """When the last task is done: max over tasks of end."""
    if not v.tasks:
        return 0
    latest = v.derived("makespan", 0, v.horizon, lambda at: max(at(t.end) for t in v.tasks.values()))
    followed = set().union(*v.before.values())
    for name, t in v.tasks.items():
        if name not in followed:
            v.model.add(latest >= t.end)
    return latest


def extra_work(v: Variables) -> Expr:
    """Cooks' minutes in washing, cleaning and at the oven's knob, plus the costs of stand-in vessels."""
    minutes = [_minutes(v, work) for works in v.work.values() for work in works if work.inserted]
    costs: list[Expr] = []
    for hold in v.holds.values():
        for stock, literal in hold.stocks.items():
            costs.append((stand_in_cost(v.stocks[stock], hold.use) or 0) * literal)
    return sum(minutes) + sum(costs)


def _minutes(v: Variables, work: Work) -> Expr:
    """The minutes of this work if this cook does it, else 0."""
    if isinstance(work.size, int):
        return work.size * work.literal
    top = v.horizon
    size, literal = work.size, work.literal
    minutes = v.derived(f"minutes of {work.label}", 0, top, lambda at: at(size) * at(literal))
    v.model.add(minutes == work.size).only_enforce_if(work.literal)
    v.model.add(minutes == 0).only_enforce_if(~work.literal)
    return minutes


def balance(v: Variables) -> Expr:
    """How unevenly the work is shared: max − min over cooks of their minutes of work."""
    if len(v.problem.cooks) < 2:
        return 0
    minutes = [sum(_minutes(v, work) for work in v.work[cook.id]) for cook in v.problem.cooks]
    top = v.horizon * max(1, max(len(works) for works in v.work.values()) if v.work else 1)
    most = v.derived("most work", 0, top, lambda at: max(at(total) for total in minutes))
    least = v.derived("least work", 0, top, lambda at: min(at(total) for total in minutes))
    for total in minutes:
        v.model.add(most >= total)
        v.model.add(least <= total)
    v.model.add(least <= most)
    return most - least


def handovers(v: Variables) -> Expr:
    """How often a dish changes hands: sum over dishes of (number of its cooks − 1)."""
    return sum(_handovers_of(v, dish) for dish in v.problem.dishes)


def _handovers_of(v: Variables, dish: Dish) -> Expr:
    tasks = [t for t in v.tasks.values() if t.task.dish == dish.id and t.does]
    if not tasks or len(v.problem.cooks) < 2:
        return 0
    takes_part = []
    for cook in v.problem.cooks:
        does = [t.does[cook.id] for t in tasks if cook.id in t.does]
        if does:
            takes_part.append(_any(v, f"{cook.id} works on {dish.id}", does))
    top = len(takes_part)
    count = v.derived(f"handovers of {dish.id}", 0, top, lambda at: max(0, sum(at(part) for part in takes_part) - 1))
    v.model.add(count >= sum(takes_part) - 1)
    return count


def _any(v: Variables, name: str, literals: list[cp_model.IntVar]) -> cp_model.IntVar:
    """A literal that is true when one of the literals is."""
    either = v.implied(name, lambda at: any(at(literal) for literal in literals))
    for literal in literals:
        v.model.add_implication(literal, either)
    return either


def idle(v: Variables) -> Expr:
    """Minutes in the kitchen with empty hands: attendance − minutes of hand work."""
    hands = [_minutes(v, work) for works in v.work.values() for work in works if work.hands]
    return presence(v) - sum(hands)


def stability(v: Variables) -> Expr:
    """How much the new plan differs from the old: weighted |start − old start|, plus a cost for changed cooks."""
    replan = v.problem.replan
    if replan is None:
        return 0
    parts: list[Expr] = []
    for planned in replan.baseline:
        t = v.tasks[planned.task]
        moved = _moved(v, t, planned.start_minutes)
        parts.append(planned.weight * moved)
        if t.does:
            changed = _other_cooks(v, t, planned.cooks)
            parts.append(planned.weight * replan.cook_change_cost * changed)
    return sum(parts)


def _moved(v: Variables, t: TaskVars, old: int) -> cp_model.IntVar:
    moved = v.derived(f"{t.task.id} moved", 0, max(v.horizon, old), lambda at: abs(at(t.start) - old))
    v.model.add_abs_equality(moved, t.start - old)
    return moved


def _other_cooks(v: Variables, t: TaskVars, cooks: tuple[str, ...]) -> Expr:
    if set(cooks) - set(t.does):
        return 1
    changed = v.implied(
        f"{t.task.id} changes cooks", lambda at: any(at(does) != (c in cooks) for c, does in t.does.items())
    )
    for cook, does in t.does.items():
        v.model.add_implication(does if cook not in cooks else ~does, changed)
    return changed


TERMS: dict[TermName, Callable[[Variables], Expr]] = {
    "lateness": lateness,
    "hot_wait": hot_wait,
    "longest_day": longest_day,
    "presence": presence,
    "makespan": makespan,
    "extra_work": extra_work,
    "balance": balance,
    "handovers": handovers,
    "idle": idle,
    "stability": stability,
}
