"""What must keep its distance when a plan is shifted: needs, waits, and the old order at hands, ovens, boards, vessels.

A bound says start(b) >= start(a) + minutes; a longest wait is one with negative minutes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations

from kitchen_agent.live.bars import Bar, oven_of
from scheduler.durations import contaminates
from scheduler.problem import Link, Problem
from scheduler.rules.courses import dish_due
from scheduler.schedule import Schedule


@dataclass
class Bounds:
    """start(b) >= start(a) + minutes, for each (b, minutes) under a."""

    after: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, first: str, then: str, minutes: int) -> None:
        """`then` starts at least `minutes` after the start of `first`; below 0: at most so many before it."""
        self.after[first].append((then, minutes))


def _needs(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """Each task after what it needs, and before that has waited too long."""
    for link in problem.links:
        before, after = bars[link.before], bars[link.after]
        if before.settled and after.settled:
            continue
        length = 0 if link.from_start else before.minutes
        if link.min_lag_minutes is not None:
            bounds.add(before.id, after.id, length + link.min_lag_minutes)
        if link.max_lag_minutes is not None and not _missed(problem, link, before, length):
            bounds.add(after.id, before.id, -length - link.max_lag_minutes)


def _missed(problem: Problem, link: Link, before: Bar, length: int) -> bool:
    now = problem.replan.now_minutes if problem.replan else 0
    return before.settled and before.earliest + length + (link.max_lag_minutes or 0) < now


def served_from(problem: Problem) -> dict[str, int]:
    """The earliest minute at which each dish may be served; that of dishes on the table."""
    again = problem.replan
    gone = {entry.dish: entry.served_minutes for entry in again.served} if again else {}
    now = again.now_minutes if again else 0
    return {dish.id: gone.get(dish.id, max(now, dish_due(problem, dish) or 0)) for dish in problem.dishes}


def _serving(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """Dishes are served when they are finished, with their course, and before they have waited too long."""
    gone = {entry.dish for entry in problem.replan.served} if problem.replan else set()
    for dish in (dish for dish in problem.dishes if dish.id not in gone):
        node = serving_node(dish.id)
        for task in (task for task in problem.tasks if task.dish == dish.id):
            bounds.add(task.id, node, bars[task.id].minutes)
        for link in dish.serving:
            bar = bars[link.task]
            bounds.add(bar.id, node, bar.minutes + link.min_lag_minutes)
            now = problem.replan.now_minutes if problem.replan else 0
            if link.max_lag_minutes is None or (
                bar.settled and bar.earliest + bar.minutes + link.max_lag_minutes < now
            ):
                continue
            bounds.add(node, bar.id, -bar.minutes - link.max_lag_minutes)
    for course in problem.courses:
        members = [dish.id for dish in problem.dishes if dish.course == course.id]
        for one, other in combinations([name for name in members if name not in gone], 2):
            bounds.add(serving_node(one), serving_node(other), -course.window_minutes)
            bounds.add(serving_node(other), serving_node(one), -course.window_minutes)
        for first in (dish.id for dish in problem.dishes if course.follows and dish.course == course.follows):
            for name in (name for name in members if name not in gone):
                bounds.add(serving_node(first), serving_node(name), course.gap_minutes)


def serving_node(dish: str) -> str:
    """The name under which bounds speak of the moment at which `dish` is served."""
    return f"served:{dish}"


def _orders(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """What shares hands, a unit or a board stays in its order."""
    ordered = sorted(bars.values(), key=lambda bar: (not bar.settled, bar.was, bar.id))
    for first, then in combinations(ordered, 2):
        if first.done or then.done or (first.settled and then.settled):
            continue
        apart = first.was[1] <= then.was[0]
        minutes = -1
        if set(first.cooks) & set(then.cooks) and _one_pair_of_hands(problem, first, then, apart):
            minutes = first.busy
        if _share(first, then):
            minutes = max(minutes, first.minutes)
        if minutes >= 0:
            bounds.add(first.id, then.id, minutes)


def _ovens(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """What is in one oven stays in its order; what goes in for the heat of another dish follows that dish."""
    change = {oven.id: oven.change_minutes for oven in problem.ovens}
    baking = sorted((bar for bar in bars.values() if oven_of(bar)), key=partial(_turn, problem, bars))
    for first, then in combinations(baking, 2):
        one, other = oven_of(first), oven_of(then)
        if first.done or then.done or (first.settled and then.settled) or not one or not other or one[0] != other[0]:
            continue
        warming = first.entry is not None or then.entry is not None
        if abs(one[1] - other[1]) > problem.settings.oven_tolerance_celsius:
            bounds.add(first.id, then.id, first.minutes + (0 if warming else change[one[0]]))
        elif (
            first.moved != then.moved
            or first.was[1] <= then.was[0]
            or (first.entry is not None and then.entry is not None)
        ):
            bounds.add(first.id, then.id, first.minutes)


def in_turn(problem: Problem, bars: dict[str, Bar]) -> dict[str, Bar]:
    """`bars` where dishes came from a broken oven: a warm-up has its place after all that goes in before its dish."""
    moved = dict(bars)
    for oven in {place[0] for bar in bars.values() if bar.moved and (place := oven_of(bar))}:
        latest = 0
        inside = [bar for bar in bars.values() if (place := oven_of(bar)) and place[0] == oven]
        for bar in sorted(inside, key=partial(_turn, problem, bars)):
            if bar.entry is not None and not bar.settled:
                moved[bar.id] = replace(bar, was=(max(latest, bar.was[0]),) * 2)
            latest = max(latest, moved[bar.id].was[0])
    return moved


def _turn(
    problem: Problem, bars: dict[str, Bar], bar: Bar
) -> tuple[bool, int, tuple[int, int], bool, tuple[int, int], str]:
    """The place of a bar in the order of its oven: with the dish whose warm-up or heat it is, the warm-up first."""
    first = bars.get(bar.entry.task or "", bar) if bar.entry else bar
    seen = {bar.id}
    while (other := _heated_by(problem, bars, first)) is not None and other.id not in seen:
        first = other
        seen.add(other.id)
    begins = max(first.was[0], bars.get(f"warm_up:{first.id}", first).was[0])
    return not bar.settled, begins, first.was, bar.entry is None, bar.was, bar.id


def _heated_by(problem: Problem, bars: dict[str, Bar], bar: Bar) -> Bar | None:
    """The dish from which the oven was hot when `bar` went in; None with a warm-up of its own."""
    place = oven_of(bar)
    if bar.task is None or place is None or f"warm_up:{bar.id}" in bars:
        return None
    keep = next((oven.keep_hot_minutes for oven in problem.ovens if oven.id == place[0]), 0)
    for other in bars.values():
        warm = oven_of(other)
        if other is bar or other.task is None or not warm or warm[0] != place[0]:
            continue
        if abs(warm[1] - place[1]) > problem.settings.oven_tolerance_celsius:
            continue
        together = other.was[0] == bar.was[0] and f"warm_up:{other.id}" in bars and not other.settled
        if together or other.was[0] < bar.was[0] <= other.was[1] + keep:
            return other
    return None


def _one_pair_of_hands(problem: Problem, first: Bar, then: Bar, apart: bool) -> bool:
    """Whether the order of two pieces of work of one cook must be kept."""
    if (first.hands and then.hands) or first.handed or then.handed:
        return True
    if not first.hands and not then.hands:
        return first.was[1] <= then.was[0]  # pots that were tended side by side may be so again
    return apart or not (first if first.hands else then).light or not problem.settings.light_beside_tending


def _share(first: Bar, then: Bar) -> bool:
    units = set(first.place.units) & set(then.place.units) if first.place and then.place else set()
    boards = {_board(first)} & {_board(then)} - {None}
    return bool(units or boards)


def _board(bar: Bar) -> str | None:
    return bar.place.board if bar.place else bar.entry.board if bar.entry else None


def _heat(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """What goes into an oven finds it as hot as it did: from its own warm-up, or from the same dish as before."""
    keep = {oven.id: oven.keep_hot_minutes for oven in problem.ovens if oven.warm_up_minutes > 0}
    for bar in (bar for bar in bars.values() if bar.task and not bar.settled):
        place = oven_of(bar)
        if not place or place[0] not in keep:
            continue
        own, other = bars.get(f"warm_up:{bar.id}"), _heated_by(problem, bars, bar)
        if own is not None:
            bounds.add(own.id, bar.id, own.minutes)
            bounds.add(bar.id, own.id, -own.minutes - keep[place[0]])
        elif other is not None and other.was[0] == bar.was[0]:
            bounds.add(other.id, bar.id, 0)
            bounds.add(bar.id, other.id, 0)
        elif other is not None:
            bounds.add(other.id, bar.id, 1)
            bounds.add(bar.id, other.id, -other.minutes - keep[place[0]])


def _vessels(problem: Problem, old: Schedule, bars: dict[str, Bar], bounds: Bounds) -> None:
    """A vessel is washed after its last task and before the next dish has it; hands and boards are cleaned in time."""
    users = {(hold.dish, hold.vessel): users_of(problem, hold.dish, hold.vessel) for hold in old.holds}
    for hold in old.holds:
        wash = bars.get(f"wash_up:{hold.dish}/{hold.vessel}")
        own = [bars[name] for name in users[hold.dish, hold.vessel]]
        if wash is not None and not wash.settled:
            for bar in own:
                bounds.add(bar.id, wash.id, bar.minutes)
        for later in old.holds:
            if later.unit != hold.unit or later is hold or later.start_minutes < hold.end_minutes:
                continue
            for following in (bars[name] for name in users[later.dish, later.vessel]):
                for bar in [wash] if wash is not None else own:
                    if not (bar.settled and following.settled):
                        bounds.add(bar.id, following.id, bar.minutes)
    for bar in bars.values():
        if bar.entry and bar.entry.kind == "clean" and not bar.settled and bar.entry.task in bars:
            dirty = bars[bar.entry.task]
            bounds.add(dirty.id, bar.id, dirty.minutes)
            for other in bars.values():
                touching = other.task and (other.task.board or other.task.attention == "hands_on")
                if not touching or not other.task or not dirty.task or other.was[0] < bar.was[1]:
                    continue
                if contaminates(dirty.task, other.task):
                    bounds.add(bar.id, other.id, bar.minutes)


def users_of(problem: Problem, dish: str, vessel: str) -> list[str]:
    """The tasks of `dish` in its `vessel`; the name of an extra pan holds the one task that it is for."""
    letter, extra, _ = vessel.partition("+")
    tasks = [task.id for task in problem.tasks if task.dish == dish and letter in task.vessels]
    return [task for task in tasks if f"+{task}#" in vessel] if extra else tasks


RULES = (_needs, _serving, _orders, _ovens, _heat, _vessels)
