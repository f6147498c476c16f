"""The working hours of a dinner: when the dinner session begins, and which parts are made ahead, and when.

A long wait that needs nobody (chill, marinate, rise) and everything before it may happen before the dinner session:
earlier that day or on days before, within the kitchen's hours. Everything else happens in one session that ends with
the last sitting, long enough for the longest chain of tasks and for all the hands-on work.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from kitchen_agent.dinner.lags import task_minutes
from kitchen_agent.kitchen import Kitchen
from kitchen_agent.menu import SKILL_LEVEL, Cook, DinnerRequest, Presence
from scheduler.problem import Session, Task, Window

LONG_WAIT_MINUTES: Final = 90
"""An unattended wait of this length is worth an earlier start of its dish."""
SLACK_MINUTES: Final = 60
AFTER_MINUTES: Final = 120
"""How late the last sitting may become before the plan is refused."""
FULL_SESSION_MINUTES: Final = 180
"""Attended minutes for each cook above which whole dishes that keep may be made ahead too."""
NEAR_MINUTES: Final = 45
"""Work that would begin this short before the dinner session begins with it."""
WORK_SPREAD: Final = 1.3
"""How much longer than the work alone a session with waits and one oven takes."""


@dataclass(frozen=True)
class Chain:
    """One dish on its way to the table.

    `tasks` in an order in which one cook could do them, `after` the needs of each, `due` minutes after `serve_at`.
    The whole dish may be made ahead when it `may_be_ahead`, or when it `keeps` and there is much to do. `keeping` are
    the tasks whose result keeps for a day.
    """

    tasks: tuple[Task, ...]
    after: Mapping[str, Sequence[str]]
    due: int
    may_be_ahead: bool
    keeps: bool
    keeping: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """Working hours from `start` to `end`; `ahead`: only for what is made ahead."""

    start: datetime
    end: datetime
    ahead: bool


@dataclass(frozen=True)
class Calendar:
    """The working hours of a dinner, in order, and the ids of the tasks that may be made ahead.

    The first span starts at minute 0, the last is the dinner session.
    """

    spans: tuple[Span, ...]
    ahead: frozenset[str]

    @property
    def starts_at(self) -> datetime:
        """Minute 0."""
        return self.spans[0].start

    def minute(self, moment: datetime) -> int:
        """Minutes from the plan's start to `moment`."""
        return minutes_between(self.starts_at, moment)

    @property
    def horizon_minutes(self) -> int:
        """The end of the dinner session."""
        return self.minute(self.spans[-1].end)

    def sessions(self) -> tuple[Session, ...]:
        """The scheduler's sessions; none when there is only the dinner session."""
        if len(self.spans) == 1:
            return ()
        return tuple(
            Session(start_minutes=self.minute(span.start), end_minutes=self.minute(span.end), make_ahead=span.ahead)
            for span in self.spans
        )

    def presence(self, cook: Cook, serve_at: datetime) -> tuple[Window, ...]:
        """When `cook` can work: the working hours, cut to the cook's own spans if there are any.

        Who is never there has a window after the end: no window at all would mean "always there".
        """
        hours = [(self.minute(span.start), self.minute(span.end)) for span in self.spans]
        own = [self._own_span(span, serve_at) for span in cook.present] or [(0, self.horizon_minutes)]
        cuts = [(max(a, c), min(b, d)) for a, b in hours for c, d in own]
        there = tuple(Window(start_minutes=a, end_minutes=b) for a, b in sorted(cuts) if a < b)
        return there or (Window(start_minutes=self.horizon_minutes, end_minutes=self.horizon_minutes + 1),)

    def _own_span(self, span: Presence, serve_at: datetime) -> tuple[int, int]:
        start = datetime.combine(serve_at.date(), span.start, serve_at.tzinfo)
        end = datetime.combine(serve_at.date(), span.end, serve_at.tzinfo)
        if end <= start:
            end += timedelta(days=1)
        if start > self.spans[-1].end:
            start, end = start - timedelta(days=1), end - timedelta(days=1)
        return self.minute(start), self.minute(end)


def minutes_between(start: datetime, end: datetime) -> int:
    """Real minutes from `start` to `end`, also where the clocks change between them."""
    return math.floor((end.timestamp() - start.timestamp()) / 60)


def clock(start: datetime, minutes: int, zone: tzinfo) -> datetime:
    """The clock time in `zone`, `minutes` real minutes after `start`."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)


def make_calendar(request: DinnerRequest, chains: Sequence[Chain]) -> Calendar:
    """The working hours for these dishes, and what may be made ahead in them."""
    hands = sum(100 / pace_percent(cook, request.kitchen) for cook in request.cooks)
    ahead = _long_waits(chains) if request.kitchen.make_ahead else frozenset[str]()
    now_work = _attended(chains, skip=ahead)
    if request.kitchen.make_ahead:
        full = now_work / hands > FULL_SESSION_MINUTES
        ahead |= {task.id for chain in chains if chain.may_be_ahead or (full and chain.keeps) for task in chain.tasks}
    begin = _dinner_start(request, chains, ahead, hands)
    first = min(_latest_starts(request, chains, ahead, begin).values(), default=begin)
    if ahead:
        first = min(first, begin) - math.ceil(_attended(chains, only=ahead) / hands) - SLACK_MINUTES // 2
    late = AFTER_MINUTES + max(AFTER_MINUTES, -begin) // 2
    if request.earliest_start is not None:
        earliest = minutes_between(request.serve_at, request.earliest_start)
        late += max(0, earliest - first)
        begin, first = max(begin, earliest), max(first, earliest)
    last_due = max(chain.due for chain in chains)
    dinner = Span(_moment(request, begin), _moment(request, last_due + late), ahead=False)
    if first >= begin - NEAR_MINUTES or not ahead:
        whole = Span(_moment(request, min(first, begin)), dinner.end, ahead=False)
        return Calendar((whole,), _keeping(chains) if request.kitchen.make_ahead else frozenset())
    return Calendar((*_ahead_spans(request, _moment(request, first), dinner.start), dinner), ahead)


def pace_percent(cook: Cook, kitchen: Kitchen) -> int:
    """How long `cook` takes for hands-on work, 100 being a competent home cook."""
    return kitchen.novice_percent if SKILL_LEVEL[cook.skill] == 1 else 100


def _moment(request: DinnerRequest, minutes: int) -> datetime:
    return clock(request.serve_at, minutes, request.zone)


def _long_waits(chains: Sequence[Chain]) -> frozenset[str]:
    """The ids of long waits that need nobody and no fire, and of everything before them."""
    waits = {
        task.id
        for chain in chains
        for task in chain.tasks
        if task.attention == "unattended" and not task.on_fire and task_minutes(task) >= LONG_WAIT_MINUTES
    }
    return _with_needs(chains, waits)


def _keeping(chains: Sequence[Chain]) -> frozenset[str]:
    """The ids of what could be made a day ahead if the dinner did not fit otherwise."""
    return _with_needs(chains, {task for chain in chains for task in chain.keeping})


def _with_needs(chains: Sequence[Chain], ids: Collection[str]) -> frozenset[str]:
    """`ids` and the ids of everything that must be done before them."""
    found = set(ids)
    for chain in chains:
        for task in reversed(chain.tasks):
            if task.id in found:
                found.update(chain.after[task.id])
    return frozenset(found)


def _attended(chains: Sequence[Chain], *, only: Collection[str] | None = None, skip: Collection[str] = ()) -> int:
    return sum(
        task.rounds * task.minutes
        for chain in chains
        for task in chain.tasks
        if task.attention != "unattended" and task.id not in skip and (only is None or task.id in only)
    )


def _dinner_start(request: DinnerRequest, chains: Sequence[Chain], ahead: Collection[str], hands: float) -> int:
    """Minutes from `serve_at` (negative) at which the dinner session begins, on a quarter of an hour."""
    last_due = max(chain.due for chain in chains)
    starts = [last_due - math.ceil(WORK_SPREAD * _attended(chains, skip=ahead) / hands), 0]
    for chain in chains:
        latest = _backward(chain)
        starts += [latest[task.id] for task in chain.tasks if task.id not in ahead]
    racks = sum(oven.racks for oven in request.kitchen.ovens)
    baking = [task for chain in chains for task in chain.tasks if task.oven is not None and task.id not in ahead]
    if baking:
        load = sum(task.rounds * task.minutes for task in baking) / racks
        warm = max(oven.warm_up_minutes for oven in request.kitchen.ovens)
        starts.append(last_due - math.ceil(load) - warm)
        starts.append(min(starts) - warm)
    moment = _moment(request, min(starts) - SLACK_MINUTES)
    return min(starts) - SLACK_MINUTES - moment.minute % 15


def _backward(chain: Chain) -> dict[str, int]:
    """The latest start of each task, in minutes after `serve_at`, when nothing but the chain binds."""
    latest: dict[str, int] = {}
    ends = {task.id: chain.due for task in chain.tasks}
    for task in reversed(chain.tasks):
        latest[task.id] = ends[task.id] - task_minutes(task)
        for before in chain.after[task.id]:
            ends[before] = min(ends[before], latest[task.id])
    return latest


def _latest_starts(
    request: DinnerRequest, chains: Sequence[Chain], ahead: Collection[str], begin: int
) -> dict[str, int]:
    """As `_backward`, for the tasks made ahead, with starts and attended work inside the kitchen's hours."""
    starts: dict[str, int] = {}
    for chain in chains:
        ends = {task.id: chain.due for task in chain.tasks}
        for task in reversed(chain.tasks):
            start = ends[task.id] - task_minutes(task)
            if task.id in ahead and start < begin:
                start = _into_hours(request, start, task_minutes(task) if task.attention != "unattended" else 0)
                starts[task.id] = start
            for before in chain.after[task.id]:
                ends[before] = min(ends[before], start)
    return starts


def _into_hours(request: DinnerRequest, start: int, attended_minutes: int) -> int:
    """The latest minute not after `start` that lies, with the work that follows it, in the hours of some day."""
    moment = _moment(request, start)
    opens, closes = _hours(request, moment.date())
    latest = closes - timedelta(minutes=attended_minutes)
    if moment < opens:
        opens, closes = _hours(request, moment.date() - timedelta(days=1))
        moment = closes - timedelta(minutes=attended_minutes)
    else:
        moment = min(moment, latest)
    return minutes_between(request.serve_at, moment)


def _hours(request: DinnerRequest, day: date) -> tuple[datetime, datetime]:
    kitchen = request.kitchen
    return (
        datetime.combine(day, kitchen.day_start, request.zone),
        datetime.combine(day, kitchen.day_end, request.zone),
    )


def _ahead_spans(request: DinnerRequest, first: datetime, dinner_start: datetime) -> list[Span]:
    """The kitchen's hours of each day from `first`, a full hour, to the dinner session."""
    if request.earliest_start is None or first > request.earliest_start:
        first = first.replace(minute=0)
    if first < _hours(request, first.date())[0]:
        first = _hours(request, first.date() - timedelta(days=1))[1] - timedelta(hours=1)
    if request.earliest_start is not None:
        first = max(first, request.earliest_start.astimezone(first.tzinfo))
    spans: list[Span] = []
    day = first.date()
    while day <= dinner_start.date():
        opens, closes = _hours(request, day)
        start, end = max(opens, first), min(closes, dinner_start)
        if start < end:
            spans.append(Span(start, end, ahead=True))
        day += timedelta(days=1)
    return spans
