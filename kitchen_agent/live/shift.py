"""The plan in force with shifted times: the same order, cooks and equipment, nothing earlier than it was promised.

Who follows whom at each cook, board, oven, vessel and unit is read from the old schedule. The least solution of the
bounds start(b) >= start(a) + minutes is the schedule that shifts as little as possible to the right (the longest paths
of Bellman and Ford).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kitchen_agent.live.bars import Bar, inserted_bars, oven_of, task_bars
from kitchen_agent.live.bounds import RULES, Bounds, in_turn, served_from, serving_node, users_of
from scheduler.check import check
from scheduler.problem import Outage, Problem, Window
from scheduler.problem import Session as Hours
from scheduler.rules.cooks import merged
from scheduler.schedule import Schedule, Served

HANDED_MAX: Final = 4
"""How often tasks that come after their cook has gone are handed over before it is given up."""
_FOREVER: Final = 10**6


def shifted(problem: Problem, old: Schedule, *, forward: bool = False) -> Schedule | None:
    """`old` in its order, as early as `problem` allows but nothing earlier than before; None where that breaks a rule.

    With `forward` what is not about to start may be earlier than before too. `problem` is one of a moment in the
    cooking, with its pins. None as well when it has tasks that `old` has not.
    """
    if {task.id for task in problem.tasks} - {entry.task for entry in old.assignments}:
        return None
    gone: frozenset[str] = frozenset()
    for _ in range(HANDED_MAX):
        bars = {bar.id: bar for bar in (*task_bars(problem, old, gone), *inserted_bars(problem, old))}
        bars = in_turn(problem, {name: _forward(problem, bar) for name, bar in bars.items()} if forward else bars)
        bounds = Bounds()
        for rule in RULES:
            rule(problem, old, bars, bounds)
        starts = _least(problem, bars, bounds)
        if not isinstance(starts, str) or starts in gone:
            break
        gone |= {starts}
    if not isinstance(starts, dict):
        return None
    schedule = _schedule(problem, old, bars, starts)
    report = check(problem, schedule)
    return None if report.violations else schedule.model_copy(update={"terms": ()})


def _forward(problem: Problem, bar: Bar) -> Bar:
    """`bar`, which may begin now, unless it is settled or about to start."""
    again = problem.replan
    if again is None or bar.settled or bar.was[0] < again.now_minutes + again.freeze_minutes:
        return bar
    return replace(bar, earliest=max(again.now_minutes, bar.task.release_minutes if bar.task else 0))


def _least(problem: Problem, bars: dict[str, Bar], bounds: Bounds) -> dict[str, int] | str | None:
    """The least starts that keep all bounds and windows.

    The name of a task that comes after its cooks have gone; None when something settled would have to move.
    """
    starts = {bar.id: bar.earliest for bar in bars.values()}
    starts |= {serving_node(dish): minute for dish, minute in served_from(problem).items()}
    fixed = {bar.id for bar in bars.values() if bar.settled}
    fixed |= {serving_node(entry.dish) for entry in (problem.replan.served if problem.replan else ())}
    allowed = {bar.id: _windows(problem, bar) for bar in bars.values() if not bar.settled}
    waiting, queued = deque(starts), set(starts)
    while waiting:
        node = waiting.popleft()
        queued.discard(node)
        if node in allowed:
            fitting = _first_fit(starts[node], bars[node], allowed[node])
            if fitting is None:
                return node if bars[node].task and bars[node].cooks else None
            starts[node] = fitting
        for then, minutes in bounds.after[node]:
            if starts[node] + minutes <= starts[then]:
                continue
            if then in fixed or starts[node] + minutes > problem.horizon_minutes:
                return None
            starts[then] = starts[node] + minutes
            if then not in queued:
                queued.add(then)
                waiting.append(then)
    return starts


@dataclass(frozen=True)
class _Allowed:
    """Windows in which the whole of something must lie, and others in which only its start must."""

    whole: tuple[tuple[tuple[int, int], ...], ...]
    start: tuple[tuple[tuple[int, int], ...], ...] = ()


def _windows(problem: Problem, bar: Bar) -> _Allowed:
    cooks = {cook.id: cook for cook in problem.cooks}
    whole = [_pairs(cooks[name].presence) for name in bar.cooks if cooks[name].presence]
    start: list[tuple[tuple[int, int], ...]] = []
    hours = [s for s in problem.sessions if not s.make_ahead or bar.task is None or bar.task.make_ahead]
    attended = bar.task is None or bar.task.attention != "unattended"
    if problem.sessions:
        (whole if attended and not (bar.entry and bar.entry.kind == "warm_up") else start).append(_pairs(hours))
    if bar.task and bar.task.on_fire and problem.settings.watch_fire and problem.cooks:
        everybody = [w for c in problem.cooks for w in c.presence or (Window(start_minutes=0, end_minutes=_FOREVER),)]
        whole.append(tuple(merged(everybody)))
    place = oven_of(bar)
    for oven in problem.ovens:
        if place and oven.id == place[0] and oven.outages:
            whole.append(_between(oven.outages))
    needed = {need.equipment for need in bar.task.needs} if bar.task else set()
    for pool in problem.equipment:
        if pool.id in needed and sum(outage.units for outage in pool.outages) >= pool.count:
            whole.append(_between(pool.outages))
    return _Allowed(tuple(whole), tuple(start))


def _between(outages: Iterable[Outage]) -> tuple[tuple[int, int], ...]:
    """The time before, between and after the outages."""
    cuts = [0, *(minute for o in outages for minute in (o.start_minutes, o.end_minutes)), _FOREVER]
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def _pairs(windows: Iterable[Window | Hours]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((window.start_minutes, window.end_minutes) for window in windows))


def _first_fit(start: int, bar: Bar, allowed: _Allowed) -> int | None:
    """The first start from `start` on that lies in all windows."""
    length = bar.minutes if bar.task else bar.busy
    moved = True
    while moved:
        moved = False
        for spans, minutes in [*((s, length) for s in allowed.whole), *((s, 1) for s in allowed.start)]:
            fits = next((max(start, low) for low, high in spans if max(start, low) + minutes <= high), None)
            if fits is None:
                return None
            moved, start = moved or fits > start, fits
    return start


def _schedule(problem: Problem, old: Schedule, bars: dict[str, Bar], starts: dict[str, int]) -> Schedule:
    assignments, inserted = [], []
    for bar in bars.values():
        span = {"start_minutes": starts[bar.id], "end_minutes": starts[bar.id] + bar.minutes}
        if bar.place is not None:
            assignments.append(bar.place.model_copy(update=span))
        elif bar.entry is not None:
            cook = bar.cooks[0] if bar.cooks else None
            inserted.append(bar.entry.model_copy(update={**span, "cook": cook}))
    holds = []
    wash = {stock.id: stock.wash_minutes for stock in problem.vessels}
    ends = {entry.id: entry.end_minutes for entry in inserted}
    for hold in old.holds:
        own = [bars[name] for name in users_of(problem, hold.dish, hold.vessel)]
        if not own:
            continue
        last = max(starts[bar.id] + bar.minutes for bar in own)
        unwashed = problem.horizon_minutes if wash.get(hold.unit.rpartition("#")[0]) else last
        end = ends.get(f"wash_up:{hold.dish}/{hold.vessel}", unwashed)
        first = min(starts[bar.id] for bar in own)
        holds.append(hold.model_copy(update={"start_minutes": first, "end_minutes": end}))
    served = (Served(dish=dish.id, served_minutes=starts[serving_node(dish.id)]) for dish in problem.dishes)
    return Schedule(
        assignments=tuple(sorted(assignments, key=lambda entry: (entry.start_minutes, entry.task))),
        inserted=tuple(sorted(inserted, key=lambda entry: (entry.start_minutes, entry.id))),
        holds=tuple(sorted(holds, key=lambda entry: (entry.start_minutes, entry.dish, entry.vessel))),
        served=tuple(served),
    )
